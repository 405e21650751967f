internal import LinuxKernel

/// One of the daemons of this host.
package struct DaemonPlace: Equatable, Sendable {
    /// What its directories are called, after `net_namespace` and `instance` of its configuration; empty for one without.
    package var name: String
    /// Where it listens.
    package var socket: String

    package init(name: String = "", socket: String) {
        self.name = name
        self.socket = socket
    }

    /// The daemon of a name, whether it runs or not.
    package init(called name: String, in directory: String = runDirectory) {
        self.init(name: name, socket: directory + (name.isEmpty ? "" : "/" + name) + "/control.sock")
    }
}

/// Below it each daemon has its control socket, one with a name in a directory of its own.
package let runDirectory = "/run/understudy"

/// Which daemon is meant where nobody says.
package enum DaemonSearch: Equatable, Sendable {
    case found(DaemonPlace)
    /// Their names; it has to be said which.
    case several([String])
}

/// Looks for the daemon that is meant: the one without a name if it runs, else the only one that does.
///
/// Where none is found that is the one without a name, of which can be said that it does not run.
package func searchDaemon(in directory: String = runDirectory) -> DaemonSearch {
    let usual = DaemonPlace(called: "", in: directory)
    let named = globFiles("\(directory)/*/control.sock").compactMap { path in
        path.split(separator: "/").dropLast().last.map { DaemonPlace(name: String($0), socket: path) }
    }
    if named.isEmpty { return .found(usual) }
    // A daemon that was killed leaves its socket behind.
    if LocalFiles.exists(usual.socket), isListening(at: usual.socket) { return .found(usual) }
    if named.count == 1, !LocalFiles.exists(usual.socket) { return .found(named[0]) }
    let running = named.filter { isListening(at: $0.socket) }
    return switch running.count {
    case 0: .found(usual)
    case 1: .found(running[0])
    default: .several(running.map(\.name))
    }
}
