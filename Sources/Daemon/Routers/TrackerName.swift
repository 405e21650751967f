package import Configuration
internal import LinuxKernel
package import VRRPCore
internal import VRRPWire

/// What a tracker of a router looks at.
enum TrackerName: Hashable {
    case script(String)
    case process(String)
    case interface(String)
}

extension Instance {
    /// In the order of their trackers.
    var trackerNames: [TrackerName] {
        trackedScripts.map { .script($0.name) } + trackedProcesses.map { .process($0.name) }
            + trackedInterfaces.map { .interface($0.name) }
    }

    /// The arithmetic with nothing known yet.
    var freshTracking: PriorityTracking {
        PriorityTracking(
            base: priority,
            trackers: (trackedScripts + trackedProcesses + trackedInterfaces).map { Tracker(weight: $0.weight) })
    }

    package var routerConfiguration: VirtualRouter.Configuration {
        VirtualRouter.Configuration(
            version: version, advertisementInterval: advertisementInterval, preempts: preempts,
            preemptDelay: preemptDelay, announcements: announcements)
    }

    var authentication: Authentication { password.map { .password($0) } ?? .none }

    package var receptionRules: ReceptionRules {
        let peers: [IPAddress]? =
            switch transport {
            case .multicast: nil
            case .unicast(let peers): peers
            }
        return ReceptionRules(
            version: version, interval: advertisementInterval, authentication: authentication,
            addresses: addresses.map(\.address), peers: peers, keyed: keyed)
    }

    /// Where to begin; ``ChecksumPreference/follow`` then goes with the Active Router.
    var initialChecksumForm: ChecksumForm {
        switch (version, family, checksum) {
        case (.v2, _, _): .messageOnly
        case (.v3, .v6, _): .pseudoHeader
        case (.v3, .v4, .messageOnly): .messageOnly
        case (.v3, .v4, .pseudoHeader), (.v3, .v4, .follow): .pseudoHeader
        }
    }

    /// True when the checksum form of the Active Router is to be ours too.
    var followsChecksum: Bool { version == .v3 && family == .v4 && checksum == .follow }

    func socketKey(on interfaceIndex: UInt32) -> SharedSocket.Key {
        switch transport {
        case .multicast:
            SharedSocket.Key(
                interfaceIndex: interfaceIndex, family: family, mode: .multicast(group: .vrrpGroup(family)))
        case .unicast:
            SharedSocket.Key(interfaceIndex: interfaceIndex, family: family, mode: .unicast(local: sourceAddress))
        }
    }

    /// One advert, ready for the socket: with its IPv4 header, or the IPv6 payload alone.
    ///
    /// - Parameter signature: the key and sequence of `auth_hmac`; nil for an advert that is not signed.
    func packet(
        priority: Priority, from source: IPAddress, to destination: IPAddress, checksum: ChecksumForm,
        identification: UInt16, signature: Signature?
    ) -> [UInt8] {
        let list = addresses.map(\.address)
        let advertisement = Advertisement(
            version: version, virtualRouterID: virtualRouterID, priority: priority, interval: advertisementInterval,
            addressCount: list.count, authentication: authentication)
        let carrier = Carrier(source: source, destination: destination)
        let size = advertisement.encodedSize(addresses: list) + (signature == nil ? 0 : AuthenticationTrailer.size)
        return [UInt8](capacity: IPv4Header.size + size) { output in
            if case (.v4(let from), .v4(let to)) = (source, destination) {
                IPv4Header.emit(
                    into: &output, source: from, destination: to, payloadSize: size, identification: identification)
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
