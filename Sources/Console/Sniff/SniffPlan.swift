package import Configuration
internal import Daemon
package import LinuxKernel
internal import VRRPWire

/// What the operator asked `sniff` for.
package struct SniffOptions: Equatable, Sendable {
    /// Nil for those of the configuration, or all.
    package var interface: String?
    /// The configuration file; nil for the usual one, if there is one.
    package var file: String?
    package var configurationID: String
    /// End after so many packets.
    package var count: Int?
    /// End after so long.
    package var seconds: Double?
    package var virtualRouterID: UInt8?
    package var asJSON: Bool

    package init(
        interface: String? = nil, file: String? = nil, configurationID: String, count: Int? = nil,
        seconds: Double? = nil, virtualRouterID: UInt8? = nil, asJSON: Bool = false
    ) {
        self.interface = interface
        self.file = file
        self.configurationID = configurationID
        self.count = count
        self.seconds = seconds
        self.virtualRouterID = virtualRouterID
        self.asJSON = asJSON
    }

    /// Where the configuration is unless the operator says otherwise.
    package static let usualFile = "/etc/understudy/understudy.conf"
}

/// Why there is nothing to listen to.
package struct CannotSniff: Error, Equatable, CustomStringConvertible {
    package var description: String
    /// 2, or 4 where permission is what is missing.
    package var exitCode: Int32

    init(_ description: String, exitCode: Int32 = 2) {
        self.description = description
        self.exitCode = exitCode
    }
}

/// Where to listen, and what to compare with.
package struct SniffPlan {
    package var links: [LinkInfo]
    package var judge: Judge
    /// Sentences for before the first packet.
    package var notes: [String]

    /// - Parameters:
    ///   - links: the interfaces of this host.
    ///   - addresses: their addresses.
    package init(
        _ options: SniffOptions, reading reader: any SourceReader, links: [LinkInfo], addresses: [AddressInfo]
    ) throws(CannotSniff) {
        let (instances, note) = try Self.configuration(options, reader)
        notes = [note]
        let wanted: [LinkInfo]
        if let name = options.interface {
            wanted = [try Self.link(name, among: links)]
        } else if let instances, !instances.isEmpty {
            var names: [String] = []
            for instance in instances where !names.contains(instance.interface) { names.append(instance.interface) }
            let known = names.filter { name in links.contains { $0.name == name } }
            for name in names where !known.contains(name) {
                notes.append("The configuration names \(name), which this host has not at present.")
            }
            guard !known.isEmpty else {
                throw CannotSniff("this host has none of the configuration's interfaces (\(enumeration(names)))")
            }
            wanted = try known.map { name throws(CannotSniff) in try Self.link(name, among: links) }
        } else {
            // A port of a bridge or bond shows what its master shows.
            wanted = links.filter {
                $0.isUp && !$0.isLoopback && $0.hardwareAddress != nil && $0.masterIndex == nil
            }
            guard !wanted.isEmpty else { throw CannotSniff("no Ethernet interface of this host is up") }
        }
        for link in wanted where !(link.isUp && link.isRunning) {
            notes.append("\(link.name) is \(link.isUp ? "without carrier" : "down"): nothing will be heard there.")
        }
        self.links = wanted
        var own: [String: Set<IPAddress>] = [:]
        for link in links {
            own[link.name] = Set(addresses.filter { $0.interfaceIndex == link.index }.map(\.address))
        }
        judge = Judge(instances: instances, ownAddresses: own)
    }

    private static func link(_ name: String, among links: [LinkInfo]) throws(CannotSniff) -> LinkInfo {
        guard let link = links.first(where: { $0.name == name }) else {
            throw CannotSniff("this host has no interface \(name); it has \(enumeration(links.map(\.name)))")
        }
        guard link.hardwareAddress != nil else {
            throw CannotSniff("\(name) is no Ethernet interface, so there is no VRRP on it")
        }
        return link
    }

    /// The instances to compare with, and a sentence that says where they are from.
    private static func configuration(
        _ options: SniffOptions, _ reader: any SourceReader
    ) throws(CannotSniff) -> (instances: [Instance]?, note: String) {
        let file = options.file ?? SniffOptions.usualFile
        let alone = "packets are judged by the protocol alone."
        if case .failure(let failure) = reader.read(file) {
            if options.file != nil { throw CannotSniff("cannot read \(file): \(failure.reason)") }
            return (nil, "There is no \(file) (\(failure.reason)): \(alone)")
        }
        let checked = check(
            file: file, reading: reader, configurationID: options.configurationID, host: nil,
            hostIsAuthoritative: false)
        let instances = checked.model.instances
        let errors = checked.diagnostics.filter { $0.severity == .error }
        // As installed, before anybody has written anything into it.
        if instances.isEmpty, errors.allSatisfy({ $0.code == "no-instance" }) {
            return (nil, "\(file) configures no instance: \(alone)")
        }
        guard errors.isEmpty else {
            let words = "\(file) has \(errors.count) error\(errors.count == 1 ? "" : "s"): see understudy check \(file)"
            if options.file != nil { throw CannotSniff(words) }
            return (nil, "\(words); \(alone)")
        }
        return (instances, "Packets are judged by \(file): \(enumeration(instances.map(\.name))).")
    }
}
