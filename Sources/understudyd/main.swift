internal import Daemon
internal import Glibc

exit(runDaemon(CommandLine.arguments))
