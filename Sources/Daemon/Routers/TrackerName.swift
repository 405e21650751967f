package import Configuration
internal import LinuxKernel
package import VRRPCore
internal import VRRPWire

/// What a tracker of a router looks at.
enum TrackerName: Hashable {
    case script(String)
    case process(String)
    case interface(String)
    case file(String)
    case session(String)
}

extension Instance {
    /// In the order of their trackers.
    var trackerNames: [TrackerName] {
        trackedScripts.map { .script($0.name) } + trackedProcesses.map { .process($0.name) }
            + trackedInterfaces.map { .interface($0.name) } + trackedFiles.map { .file($0.name) }
            + trackedSessions.map { .session($0.name) }
    }

    /// The arithmetic with nothing known yet.
    var freshTracking: PriorityTracking {
        PriorityTracking(
            base: priority,
            trackers: (trackedScripts + trackedProcesses + trackedInterfaces + trackedFiles + trackedSessions).map {
                Tracker(weight: $0.weight)
            })
    }

    var authentication: Authentication {
        self.password.map { self.usesAuthenticationHeader ? .header : .password($0) } ?? .none
    }

    /// What its sockets hear.
    private var protocolNumber: UInt8 {
        self.usesAuthenticationHeader ? AuthenticationHeader.protocolNumber : Carrier.protocolNumber
    }

    package var receptionRules: ReceptionRules {
        let peers: [IPAddress]? =
            switch self.transport {
            case .multicast: nil
            case .unicast(let peers): peers
            }
        var rules = ReceptionRules(
            version: version, interval: self.advertisementInterval, authentication: authentication,
            addresses: addresses.map(\.address), peers: peers, keyed: self.keyed)
        rules.hopLimits = self.peerHopLimits
        return rules
    }

    /// Where to begin; ``ChecksumPreference/follow`` then goes with the Active Router.
    var initialChecksumForm: ChecksumForm {
        switch (version, family, self.checksum) {
        case (.v2, _, _): .messageOnly
        case (.v3, .v6, _): .pseudoHeader
        case (.v3, .v4, .messageOnly): .messageOnly
        case (.v3, .v4, .pseudoHeaderOfGroup): .pseudoHeaderOfGroup
        case (.v3, .v4, .pseudoHeader), (.v3, .v4, .follow): .pseudoHeader
        }
    }

    /// True when the checksum form of the Active Router is to be ours too.
    var followsChecksum: Bool { version == .v3 && family == .v4 && self.checksum == .follow }

    func socketKey(on interfaceIndex: UInt32) -> SharedSocket.Key {
        switch self.transport {
        case .multicast:
            SharedSocket.Key(
                interfaceIndex: interfaceIndex, family: family, mode: .multicast(group: group),
                protocolNumber: protocolNumber)
        case .unicast:
            SharedSocket.Key(
                interfaceIndex: interfaceIndex, family: family, mode: .unicast(local: self.sourceAddress),
                protocolNumber: protocolNumber)
        }
    }

    /// The TTL or hop limit of our adverts; multicast always has 255.
    var hopLimit: UInt8 {
        guard case .unicast = self.transport else { return Carrier.requiredHopLimit }
        return self.unicastHopLimit ?? Carrier.requiredHopLimit
    }

    /// One advert, ready for the socket: with its IPv4 header, or the IPv6 payload alone.
    ///
    /// - Parameters:
    ///   - signature: the key and sequence of `auth_hmac`; nil for an advert that is not signed.
    ///   - sequence: of `auth_type AH`; nil for an advert without an authentication header.
    func packet(
        priority: Priority, from source: IPAddress, to destination: IPAddress, checksum: ChecksumForm,
        identification: UInt16, signature: Signature?, sequence: UInt32?
    ) -> [UInt8] {
        let list = addresses.map(\.address)
        let advertisement = Advertisement(
            version: version, virtualRouterID: virtualRouterID, priority: priority,
            interval: self.advertisementInterval,
            addressCount: list.count, authentication: authentication)
        let carrier = Carrier(source: source, destination: destination)
        if let sequence, let password = self.password, case (.v4(let from), .v4(let to)) = (source, destination) {
            let size = AuthenticationHeader.size + advertisement.encodedSize(addresses: list)
            return [UInt8](capacity: IPv4Header.size + size) { output in
                IPv4Header.emit(
                    into: &output, source: from, destination: to, payloadSize: size, timeToLive: hopLimit,
                    // The kernel would write another number for 0, which the code covers.
                    identification: max(1, identification), protocolNumber: AuthenticationHeader.protocolNumber)
                AuthenticationHeader(index: from, sequence: sequence).emit(into: &output)
                advertisement.emit(into: &output, addresses: list, carrier: carrier, checksum: checksum)
                AuthenticationHeader.seal(&output, key: password, isUnicast: !destination.isMulticast)
            }
        }
        let size = advertisement.encodedSize(addresses: list) + (signature == nil ? 0 : AuthenticationTrailer.size)
        return [UInt8](capacity: IPv4Header.size + size) { output in
            if case (.v4(let from), .v4(let to)) = (source, destination) {
                IPv4Header.emit(
                    into: &output, source: from, destination: to, payloadSize: size, timeToLive: hopLimit,
                    identification: identification)
            }
            guard let signature else {
                return advertisement.emit(into: &output, addresses: list, carrier: carrier, checksum: checksum)
            }
            advertisement.emit(
                into: &output, addresses: list, carrier: carrier, checksum: checksum, keyID: signature.key.id,
                key: signature.key.key, sequence: signature.sequence)
        }
    }
}
