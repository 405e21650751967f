internal import CLinux
internal import Glibc

/// Settings of interfaces that are sysctls too, asked and changed by netlink: /proc/sys may be read-only for a service.
extension RouteSocket {
    // <linux/if_link.h> and <linux/ip.h>: IFLA_AF_SPEC, IFLA_INET_CONF, IPV4_DEVCONF_PROMOTE_SECONDARIES.
    private static var families: Int { 26 }
    private static var configuration: Int { 1 }
    private static var promoteSecondaries: Int { 20 }

    /// The interfaces on which the other addresses of a subnet stay when the first one goes.
    package func interfacesThatPromote() throws(SystemError) -> Set<UInt32> {
        let found: [UInt32] = try dump(Int(RTM_GETLINK), "list interfaces") { request in
            for _ in 0..<4 { request.append(UInt32(0)) }
            request.append(attribute: Int(IFLA_EXT_MASK), UInt32(RTEXT_FILTER_SKIP_STATS))
        } reading: { bytes, header, interfaces in
            guard Int(header.type) == Int(RTM_NEWLINK), header.payload.count >= 16,
                let index = bytes.hostUInt32(at: header.payload.lowerBound + 4)
            else { return }
            if Self.promotes(bytes, header.payload.lowerBound + 16..<header.payload.upperBound) {
                interfaces.append(index)
            }
        }
        return Set(found)
    }

    private static func promotes(_ bytes: Span<UInt8>, _ attributes: Range<Int>) -> Bool {
        var value: UInt32?
        forEachAttribute(of: bytes, in: attributes) { type, families in
            guard type == Self.families else { return }
            forEachAttribute(of: bytes, in: families) { family, details in
                guard Int32(family) == AF_INET else { return }
                forEachAttribute(of: bytes, in: details) { type, numbers in
                    // One after the other, the first of them number 1.
                    let place = numbers.lowerBound + 4 * (promoteSecondaries - 1)
                    if type == configuration, place + 4 <= numbers.upperBound { value = bytes.hostUInt32(at: place) }
                }
            }
        }
        return value ?? 0 != 0
    }

    /// Sets promote_secondaries of an interface.
    package func setPromotesSecondaries(_ isOn: Bool, on index: UInt32) throws(SystemError) {
        try command(Int(RTM_SETLINK), flags: 0, "set promote_secondaries of \(interfaceLabel(index))") { request in
            request.append(UInt32(0))
            request.append(index)
            for _ in 0..<2 { request.append(UInt32(0)) }
            request.append(nested: Self.families) { families in
                families.append(nested: Int(AF_INET)) { details in
                    details.append(nested: Self.configuration) {
                        $0.append(attribute: Self.promoteSecondaries, UInt32(isOn ? 1 : 0))
                    }
                }
            }
        }
    }
}
