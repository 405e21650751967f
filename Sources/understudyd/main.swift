internal import Daemon

func main() -> Never { leave(runDaemon(CommandLine.arguments)) }

main()
