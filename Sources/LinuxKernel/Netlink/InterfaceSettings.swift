internal import CLinux
internal import Glibc

/// A number below `net.ipv4.conf.INTERFACE`, as <linux/ip.h> counts them (IPV4_DEVCONF_*).
package enum InterfaceSetting: Int, Sendable {
    case forwarding = 1
    case reversePathFilter = 8
    /// 2: ask from an address of the interface that the question leaves by.
    case arpAnnounce = 18
    /// 1: answer questions only for addresses of the interface that they come in by.
    case arpIgnore = 19
    /// The other addresses of a subnet stay when the first one goes.
    case promoteSecondaries = 20
}

/// Settings of interfaces that are sysctls too, asked and changed by netlink: /proc/sys may be read-only for a service.
extension RouteSocket {
    // <linux/if_link.h>: IFLA_AF_SPEC and IFLA_INET_CONF.
    static var families: Int { 26 }
    private static var configuration: Int { 1 }

    /// What every interface has, by its number.
    package func values(of setting: InterfaceSetting) throws(SystemError) -> [UInt32: UInt32] {
        let found: [(UInt32, UInt32)] = try dump(Int(RTM_GETLINK), "list interfaces") { request in
            for _ in 0..<4 { request.append(UInt32(0)) }
            request.append(attribute: Int(IFLA_EXT_MASK), UInt32(RTEXT_FILTER_SKIP_STATS))
        } reading: { bytes, header, interfaces in
            guard Int(header.type) == Int(RTM_NEWLINK), header.payload.count >= 16,
                let index = bytes.hostUInt32(at: header.payload.lowerBound + 4),
                let value = Self.value(
                    of: setting, bytes, header.payload.lowerBound + 16..<header.payload.upperBound)
            else { return }
            interfaces.append((index, value))
        }
        return Dictionary(found, uniquingKeysWith: { _, last in last })
    }

    private static func value(
        of setting: InterfaceSetting, _ bytes: Span<UInt8>, _ attributes: Range<Int>
    ) -> UInt32? {
        var value: UInt32?
        forEachAttribute(of: bytes, in: attributes) { type, families in
            guard type == Self.families else { return }
            forEachAttribute(of: bytes, in: families) { family, details in
                guard Int32(family) == AF_INET else { return }
                forEachAttribute(of: bytes, in: details) { type, numbers in
                    // One after the other, the first of them number 1.
                    let place = numbers.lowerBound + 4 * (setting.rawValue - 1)
                    if type == configuration, place + 4 <= numbers.upperBound { value = bytes.hostUInt32(at: place) }
                }
            }
        }
        return value
    }

    /// Sets some of them on one interface.
    package func set(_ settings: [InterfaceSetting: UInt32], on index: UInt32) throws(SystemError) {
        try command(Int(RTM_SETLINK), flags: 0, "change settings of \(interfaceLabel(index))") { request in
            request.append(linkHeader: index)
            request.append(nested: Self.families) { $0.append(settings: settings) }
        }
    }

    /// The interfaces on which the other addresses of a subnet stay when the first one goes.
    package func interfacesThatPromote() throws(SystemError) -> Set<UInt32> {
        Set(try values(of: .promoteSecondaries).filter { $0.value != 0 }.keys)
    }

    /// Sets promote_secondaries of an interface.
    package func setPromotesSecondaries(_ isOn: Bool, on index: UInt32) throws(SystemError) {
        try set([.promoteSecondaries: isOn ? 1 : 0], on: index)
    }
}

extension NetlinkRequest {
    /// An ifinfomsg: which interface, and which of its flags to change.
    mutating func append(linkHeader index: UInt32, flags: UInt32 = 0, change: UInt32 = 0) {
        for number in [0, index, flags, change] { append(number) }
    }

    /// The part of IFLA_AF_SPEC that is about IPv4.
    mutating func append(settings: [InterfaceSetting: UInt32]) {
        append(nested: Int(AF_INET)) { details in
            // IFLA_INET_CONF.
            details.append(nested: 1) { numbers in
                for (setting, value) in settings.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
                    numbers.append(attribute: setting.rawValue, value)
                }
            }
        }
    }
}
