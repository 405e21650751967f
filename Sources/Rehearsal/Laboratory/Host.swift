package import LinuxKernel
package import VRRPWire

/// A host of a laboratory: start programs in it, look at its addresses, write its files.
package final class Host {
    package let name: String
    package let namespaces: HostNamespaces
    /// Its addresses and links, as its kernel tells.
    package let watch: AddressWatch
    /// The switch's ports, by the name of the interface at the other end of the cable.
    var ports: [String: Int32] = [:]
    var segments: [String: String] = [:]
    private let links: LinkSocket

    /// Where programs without a slash in their name are looked for.
    package static let searchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    private static let programs = "/run/programs"

    init(_ namespaces: HostNamespaces) throws(SystemError) {
        name = namespaces.name
        self.namespaces = namespaces
        watch = try AddressWatch(in: namespaces.network)
        links = try LinkSocket(in: namespaces.network)
        try LocalFiles.makeDirectory(namespaces.outside(Self.programs))
        // Duplicate address detection would keep every new IPv6 address unusable for a second or two.
        try setSysctl("net/ipv6/conf/default/accept_dad", "0")
        try setSysctl("net/ipv6/conf/default/dad_transmits", "0")
    }

    func end() { namespaces.end() }

    // MARK: Programs

    /// Starts a program in the host; it runs until it ends or is killed.
    ///
    /// `program` is a path as the host sees it, or a name to be found in `searchPath`. The process is called `name` when
    /// it is not to be called like the program. Its output goes to `log`; without one, nowhere.
    package func start(
        _ program: String, _ arguments: [String] = [], environment: [String] = [], as name: String? = nil,
        log: OutputLog? = nil
    ) throws(SystemError) -> SpawnedProcess {
        guard var path = LocalFiles.program(program, in: Self.searchPath) else {
            throw SystemError("find program \(program)", 2)
        }
        if let name {
            // The kernel names a process after the path it was started by, symbolic link or not.
            let link = "\(Self.programs)/\(name)"
            try LocalFiles.link(namespaces.outside(link), to: path)
            path = link
        }
        // A daemon's memory belongs to its host: /run is the host's own, /var/lib is everybody's.
        // What the caller gives comes first, and counts.
        let environment =
            environment + ["PATH=\(Self.searchPath)", "HOME=/", "LANG=C", "STATE_DIRECTORY=/run/understudy/state"]
        let silence = log == nil ? try OutputLog("output") : nil
        return try namespaces.spawn(
            path, [path] + arguments, environment: environment, output: (log ?? silence)?.rawDescriptor)
    }

    /// Runs a program to its end, at most for `seconds`, and returns how it ended and what it said.
    ///
    /// The status is nil when it did not end in time; it is killed then.
    package func run(
        _ program: String, _ arguments: [String] = [], seconds: Int = 10
    ) throws(SystemError) -> (status: ExitStatus?, output: String) {
        let log = try OutputLog("run")
        let process = try start(program, arguments, log: log)
        let status = try process.wait(until: monotonicNanoseconds() + UInt64(seconds) * 1_000_000_000)
        if status == nil {
            try process.send(.kill)
            _ = try process.wait(until: nil)
        }
        return (status, log.text)
    }

    // MARK: Files and settings

    /// Writes a file at a path of the host, which is in its private /run or /tmp unless it shall be shared.
    package func writeFile(_ path: String, _ content: String, mode: UInt32 = 0o644) throws(SystemError) {
        try LocalFiles.write(namespaces.outside(path), content, mode: mode)
    }

    package func readFile(_ path: String) throws(SystemError) -> String {
        String(decoding: try LocalFiles.read(namespaces.outside(path)), as: UTF8.self)
    }

    /// Sets a network sysctl of this host: `setSysctl("net/ipv4/ip_nonlocal_bind", "1")`.
    package func setSysctl(_ path: String, _ value: String) throws(SystemError) {
        // What is under /proc/sys/net depends on who looks: it must be somebody in the host's network.
        try inNetwork { () throws(SystemError) in try LocalFiles.set(namespaces.outside("/proc/sys/" + path), value) }
    }

    /// Runs `body` with this thread in the host's network: a socket made there is the host's.
    package func inNetwork<Result: ~Copyable>(
        _ body: () throws(SystemError) -> Result
    ) throws(SystemError) -> Result { try namespaces.network.perform(body) }

    // MARK: Network

    /// Whether something accepts TCP connections on `port`.
    package func listens(on port: UInt16) throws(SystemError) -> Bool {
        let hexadecimal = String(port, radix: 16, uppercase: true)
        let suffix = ":" + String(repeating: "0", count: 4 - hexadecimal.count) + hexadecimal
        for file in ["tcp", "tcp6"] {
            // Like sysctls, these files show the network of who reads them.
            let bytes = try inNetwork { () throws(SystemError) in
                try LocalFiles.read("/proc/thread-self/net/\(file)")
            }
            for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
                let words = line.split(separator: " ")
                // The second word is the local address, the fourth the state; 0A is listening.
                if words.count > 3, words[1].hasSuffix(suffix), words[3] == "0A" { return true }
            }
        }
        return false
    }

    /// Whether the host has `address` now.
    package func holds(_ address: IPAddress) throws(SystemError) -> Bool {
        try watch.refresh()
        return watch.holds(address)
    }

    /// Sets one of its interfaces up or down, as `ip link set` would.
    package func setLink(_ interface: String, up isUp: Bool) throws(SystemError) {
        guard let index = try namespaces.network.interfaceIndex(interface) else {
            throw SystemError("find interface \(interface)", 19)
        }
        try links.setLink(index, up: isUp)
    }

    /// Gives one of its interfaces an address, or takes it away.
    package func setAddress(
        _ address: Interface.Address, on interface: String, present: Bool
    ) throws(SystemError) {
        guard let index = try namespaces.network.interfaceIndex(interface) else {
            throw SystemError("find interface \(interface)", 19)
        }
        let routes = try inNetwork { () throws(SystemError) in try RouteSocket() }
        if present {
            try routes.add(
                AddressRequest(
                    interfaceIndex: UInt32(index), address: address.address, prefixLength: address.prefixLength,
                    noDAD: true))
        } else {
            try routes.remove(
                interfaceIndex: UInt32(index), address: address.address, prefixLength: address.prefixLength)
        }
    }
}
