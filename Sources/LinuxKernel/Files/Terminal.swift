internal import CLinux
internal import Glibc

/// Whether standard output is a terminal, where somebody looks at colours and columns.
package func standardOutputIsTerminal() -> Bool { isatty(STDOUT_FILENO) == 1 }

/// Whether standard error is a terminal, where somebody watches progress.
package func standardErrorIsTerminal() -> Bool { isatty(STDERR_FILENO) == 1 }

/// How many columns and rows the terminal at standard output has; nil when it is none, or does not know.
package func standardOutputSize() -> (columns: Int, rows: Int)? {
    let size = cl_terminal_size(STDOUT_FILENO)
    return size.columns > 0 && size.rows > 0 ? (Int(size.columns), Int(size.rows)) : nil
}

/// Whether whoever read standard output has gone, so that writing on makes no sense.
package func standardOutputIsClosed() -> Bool { cl_reader_is_gone(STDOUT_FILENO) != 0 }

/// Ends this process with `status`, and a sentence, when at its end what it printed could not be written: to a full disk.
package func endIfOutputIsLost(with status: Int32) { _ = cl_check_output(status) }
