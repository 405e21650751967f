internal import CLinux
internal import Glibc
package import VRRPWire

/// Interfaces of a MAC address of their own above another one (macvlan).
extension RouteSocket {
    // <linux/if_link.h>; the last is what Linux calls bridge: what one sends, those beside it and the one below may hear.
    package static var bridgeMode: UInt32 { 4 }
    /// IFLA_INET6_ADDR_GEN_MODE and IN6_ADDR_GEN_MODE_NONE.
    private static var generation: Int { 8 }
    private static var generateNone: UInt8 { 1 }

    /// Makes one, which is down.
    package func addMacvlan(
        _ name: String, above index: UInt32, hardwareAddress: HardwareAddress
    ) throws(SystemError) {
        let flags = Int(NLM_F_CREATE | NLM_F_EXCL)
        try command(Int(RTM_NEWLINK), flags: flags, "make \(name) above \(interfaceLabel(index))") { request in
            request.append(linkHeader: 0)
            request.append(attribute: Int(IFLA_IFNAME), Array(name.utf8) + [0])
            request.append(attribute: Int(IFLA_LINK), index)
            request.append(attribute: Int(IFLA_ADDRESS), hardwareAddress.octets)
            request.append(nested: Int(IFLA_LINKINFO)) { kind in
                kind.append(attribute: Int(IFLA_INFO_KIND), Array("macvlan".utf8) + [0])
                kind.append(nested: Int(IFLA_INFO_DATA)) {
                    $0.append(attribute: Int(IFLA_MACVLAN_MODE), Self.bridgeMode)
                }
            }
        }
    }

    package static func isMacvlan(_ link: LinkInfo) -> Bool { link.kind == "macvlan" }

    /// Whether an interface is such a one as ``addMacvlan(_:above:hardwareAddress:)`` makes.
    package static func isBridgingMacvlan(_ link: LinkInfo) -> Bool {
        link.kind == "macvlan" && link.macvlanMode == bridgeMode
    }

    /// Gives an interface a text that `ip link` shows, and IPv4 settings.
    package func describe(
        _ index: UInt32, alias: String, settings: [InterfaceSetting: UInt32]
    ) throws(SystemError) {
        try command(Int(RTM_SETLINK), flags: 0, "describe \(interfaceLabel(index))") { request in
            request.append(linkHeader: index)
            request.append(attribute: Int(IFLA_IFALIAS), Array(alias.utf8))
            request.append(nested: Self.families) { $0.append(settings: settings) }
        }
    }

    /// Lets the kernel make no IPv6 address by itself; EAFNOSUPPORT where there is no IPv6.
    package func generateNoAddresses(on index: UInt32) throws(SystemError) {
        try command(Int(RTM_SETLINK), flags: 0, "set addrgenmode of \(interfaceLabel(index))") { request in
            request.append(linkHeader: index)
            request.append(nested: Self.families) { families in
                families.append(nested: Int(AF_INET6)) { $0.append(attribute: Self.generation, [Self.generateNone]) }
            }
        }
    }

    package func setLink(_ index: UInt32, up isUp: Bool) throws(SystemError) {
        let up: UInt32 = 1
        try command(Int(RTM_SETLINK), flags: 0, "set \(interfaceLabel(index)) \(isUp ? "up" : "down")") { request in
            request.append(linkHeader: index, flags: isUp ? up : 0, change: up)
        }
    }

    package func setHardwareAddress(_ address: HardwareAddress, of index: UInt32) throws(SystemError) {
        try command(Int(RTM_SETLINK), flags: 0, "set the MAC address of \(interfaceLabel(index))") { request in
            request.append(linkHeader: index)
            request.append(attribute: Int(IFLA_ADDRESS), address.octets)
        }
    }

    /// Removes an interface; ENODEV when there is none.
    package func removeLink(_ index: UInt32) throws(SystemError) {
        try command(Int(RTM_DELLINK), flags: 0, "remove \(interfaceLabel(index))") { $0.append(linkHeader: index) }
    }
}

/// Keeps an interface from taking up what routers advertise: netlink has no word for it.
package func ignoreRouterAdvertisements(on interface: String) throws(SystemError) {
    for key in ["accept_ra", "autoconf"] {
        try LocalFiles.set("/proc/sys/net/ipv6/conf/\(interface)/\(key)", "0")
    }
}

extension HardwareAddress {
    fileprivate var octets: [UInt8] { (0..<Self.size).map { self[octet: $0] } }
}
