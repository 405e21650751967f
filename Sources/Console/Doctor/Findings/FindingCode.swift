/// Every finding there is, in the order in which they are looked for.
///
/// The names are an interface: docs/reference/doctor.md is made from this table.
package enum FindingCode: String, Codable, CaseIterable, Sendable {
    case configuration
    case daemonNotRunning = "daemon_not_running"
    case daemonRunning = "daemon_running"
    case interfaceMissing = "interface_missing"
    case interfaceDown = "interface_down"
    case interfaceNoCarrier = "interface_no_carrier"
    case interfaceIsPort = "interface_is_port"
    case interfaceNoAddress = "interface_no_address"
    case interfaceUsable = "interface_usable"
    case addressOutsideSubnet = "address_outside_subnet"
    case addressPrefixDiffers = "address_prefix_differs"
    case addressInSubnet = "address_in_subnet"
    case firewallBlocksIn = "firewall_blocks_in"
    case firewallBlocksOut = "firewall_blocks_out"
    case firewallUnclear = "firewall_unclear"
    case firewallOpen = "firewall_open"
    case advertsDoNotArrive = "adverts_do_not_arrive"
    case advertsRefused = "adverts_refused"
    case advertsToElsewhere = "adverts_to_elsewhere"
    case advertsArrive = "adverts_arrive"
    case noPeerHeard = "no_peer_heard"
    case vridInUse = "vrid_in_use"
    case vridDiffers = "vrid_differs"
    case addressListsDiffer = "address_lists_differ"
    case vridFree = "vrid_free"
    case twoOwners = "two_owners"
    case noOwner = "no_owner"
    case oneOwner = "one_owner"
    case addressStateWrong = "address_state_wrong"
    case nonlocalBindOff = "nonlocal_bind_off"
    case nonlocalBindNotKept = "nonlocal_bind_not_kept"
    case nonlocalBind = "nonlocal_bind"
}

extension FindingCode {
    /// What it says about the host.
    package var meaning: String {
        switch self {
        case .configuration: "the configuration file, as `understudy check --host` sees it"
        case .daemonNotRunning: "no daemon answers on the control socket"
        case .daemonRunning: "the daemon answers on the control socket"
        case .interfaceMissing: "an instance names an interface that this host has not"
        case .interfaceDown: "an instance's interface is switched off"
        case .interfaceNoCarrier:
            "an instance's interface has no carrier: nothing is plugged in, or the other end is off"
        case .interfaceIsPort:
            "an instance's interface is a port of a bridge, bond or team, which takes everything that comes in"
        case .interfaceNoAddress: "an instance's interface has no address to send adverts from"
        case .interfaceUsable: "an instance's interface exists, is up, and has an address to send from"
        case .addressOutsideSubnet: "a virtual address is in no subnet of its interface"
        case .addressPrefixDiffers:
            "a virtual address has another prefix length than the interface's own subnet around it"
        case .addressInSubnet: "the virtual addresses fit the subnets of their interfaces"
        case .firewallBlocksIn: "a firewall rule drops adverts that come in"
        case .firewallBlocksOut: "a firewall rule drops adverts that go out"
        case .firewallUnclear:
            "whether the firewall lets adverts pass depends on a rule that cannot be judged from outside"
        case .firewallOpen: "the firewall lets adverts in and out, or there is none"
        case .advertsDoNotArrive:
            "adverts are on the wire (a packet socket sees them) and reach no program (a raw socket does not)"
        case .advertsRefused: "adverts reach the daemon, which does not believe them"
        case .advertsToElsewhere: "adverts are multicast where unicast is configured, or the other way round"
        case .advertsArrive: "adverts of a peer arrive and are believed"
        case .noPeerHeard: "no other router was ever heard"
        case .vridInUse: "somebody else uses our virtual router id for other addresses"
        case .vridDiffers: "somebody advertises our addresses under another virtual router id"
        case .addressListsDiffer: "the peer advertises some of our addresses, and some others"
        case .vridFree: "nobody uses our virtual router id for anything else"
        case .twoOwners: "two hosts answer for one virtual address"
        case .noOwner: "no host answers for a virtual address"
        case .oneOwner: "just one host answers for a virtual address"
        case .addressStateWrong: "the daemon's state and the addresses on the interfaces do not agree"
        case .nonlocalBindOff:
            "HAProxy binds to a virtual address, which the kernel forbids while the address is elsewhere"
        case .nonlocalBindNotKept: "HAProxy binds to a virtual address, which works until this host is restarted"
        case .nonlocalBind: "HAProxy can bind to the virtual addresses wherever they are"
        }
    }

    /// What mends it, in general; nil for what is in order.
    package var mending: String? {
        switch self {
        case .configuration: "what `understudy check` says"
        case .daemonNotRunning: "`systemctl start understudy`"
        case .interfaceMissing: "the right name in the file, or the missing interface"
        case .interfaceDown: "`ip link set IF up`"
        case .interfaceNoCarrier: "the cable, the switch's port, or the virtual machine's network"
        case .interfaceIsPort: "the name of the bridge, bond or team in the file"
        case .interfaceNoAddress: "`ip address add ADDRESS/PREFIX dev IF`, and the network configuration"
        case .addressOutsideSubnet: "an address of the interface's subnet, or the right interface"
        case .addressPrefixDiffers: "the subnet's prefix length behind the address, or /32 (/128)"
        case .firewallBlocksIn, .firewallBlocksOut:
            "a rule that accepts protocol 112, by the firewall that drops it: firewall-cmd, ufw, iptables or nft; `--fix` adds it"
        case .firewallUnclear: "reading the rule"
        case .advertsDoNotArrive: "the rule or sysctl that drops them"
        case .advertsRefused: "the same password, version, interval and VRID on both hosts"
        case .advertsToElsewhere: "`unicast_peer` on both hosts or on neither"
        case .noPeerHeard: "a look at the other host"
        case .vridInUse: "another `virtual_router_id` on both hosts; a free one is proposed"
        case .vridDiffers: "the same `virtual_router_id` on both hosts"
        case .addressListsDiffer: "the same `virtual_ipaddress` on both hosts"
        case .twoOwners: "what keeps the hosts from hearing each other, or the stranger's address"
        case .noOwner: "a running daemon on either host"
        case .addressStateWrong: "what `understudy status` says"
        case .nonlocalBindOff:
            "`sysctl -w net.ipv4.ip_nonlocal_bind=1` (ipv6: `net.ipv6.ip_nonlocal_bind`); `--fix` sets it"
        case .nonlocalBindNotKept: "a file in /etc/sysctl.d; `--fix` writes it"
        case .daemonRunning, .interfaceUsable, .addressInSubnet, .firewallOpen, .advertsArrive, .vridFree, .oneOwner,
            .nonlocalBind:
            nil
        }
    }
}
