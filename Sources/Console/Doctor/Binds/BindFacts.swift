internal import LinuxKernel
package import VRRPWire

/// What HAProxy listens on, and whether the kernel would let it.
package struct BindFacts: Equatable, Sendable {
    package var binds: [HAProxyBind] = []
    /// The configuration files that were read.
    package var files: [String] = []
    /// Those that could not be, and why.
    package var failures: [String] = []
    /// `ip_nonlocal_bind` now, by family; nil when the kernel has no such family.
    package var running: [AddressFamily: String] = [:]
    package var kept = SysctlFiles()

    package init() {}

    /// The sysctl that lets programs bind to addresses that the host does not have.
    package static func key(_ family: AddressFamily) -> String {
        family == .v4 ? "net.ipv4.ip_nonlocal_bind" : "net.ipv6.ip_nonlocal_bind"
    }

    /// Where HAProxy's configuration is usually, of the distributions' packages and of HAProxy Enterprise.
    package static let usualFiles = ["/etc/haproxy/haproxy.cfg", "/etc/hapee-*/hapee-lb.cfg"]
}

/// Reads the configuration of every HAProxy that runs, and those in the usual places.
///
/// - Parameter files: read these instead.
package func gatherBinds(files: [String]) -> BindFacts {
    var facts = BindFacts()
    let named = files.isEmpty ? runningFiles() + BindFacts.usualFiles.flatMap { globFiles($0) } : files
    for file in unique(named.flatMap(expand)) {
        switch readFile(file, limit: 8 << 20) {
        case .success(let bytes):
            facts.files.append(file)
            facts.binds += haproxyBinds(in: String(decoding: bytes, as: UTF8.self), file: file)
        case .failure(let error): facts.failures.append("\(error)")
        }
    }
    for family in [AddressFamily.v4, .v6] { facts.running[family] = runningSysctl(BindFacts.key(family)) }
    facts.kept = SysctlFiles.read()
    return facts
}

/// A directory stands for the files in it that end in `.cfg`, in the order of their names.
private func expand(_ path: String) -> [String] {
    guard case .success(let status) = status(of: path), status.isDirectory else { return [path] }
    return globFiles("\(path)/*.cfg")
}

/// What follows `-f` on the command lines of running load balancers.
private func runningFiles() -> [String] {
    var files: [String] = []
    for process in runningProcesses() where ["haproxy", "hapee-lb"].contains(process.name) {
        let arguments = process.arguments
        var directory = ""
        for (option, value) in zip(arguments, arguments.dropFirst()) where option == "-C" { directory = value + "/" }
        for (index, argument) in arguments.enumerated() where argument == "-f" {
            // It takes several files, up to the next option.
            files += arguments.dropFirst(index + 1).prefix { !$0.hasPrefix("-") }.map {
                $0.hasPrefix("/") ? $0 : directory + $0
            }
        }
    }
    return files.filter { $0.hasPrefix("/") }
}
