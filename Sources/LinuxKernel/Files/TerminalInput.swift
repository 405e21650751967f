internal import Glibc

/// Whether somebody can be asked: standard input is a terminal.
package func standardInputIsTerminal() -> Bool { isatty(STDIN_FILENO) == 1 }

/// Standard input, to be waited for.
package let standardInputDescriptor: Int32 = STDIN_FILENO
