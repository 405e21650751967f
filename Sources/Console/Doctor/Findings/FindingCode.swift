/// Every finding there is, in the order in which they are looked for.
///
/// The names are an interface: docs/reference/doctor.md is made from this table.
package enum FindingCode: String, Codable, CaseIterable, Sendable {
    case configuration
    case daemonNotRunning = "daemon_not_running"
    case daemonRunning = "daemon_running"
    case pairDiffers = "pair_differs"
    case pairAgrees = "pair_agrees"
    case daemonNoSocket = "daemon_no_socket"
    case daemonOtherFile = "daemon_other_file"
    case configurationNotLoaded = "configuration_not_loaded"
    case configurationLoaded = "configuration_loaded"
    case daemonRemark = "daemon_remark"
    case packetsLetIn = "packets_let_in"
    case maintenanceMode = "maintenance_mode"
    case daemonNotEnabled = "daemon_not_enabled"
    case daemonEnabled = "daemon_enabled"
    case checkCannotRun = "check_cannot_run"
    case checkInsecure = "check_insecure"
    case checksCanRun = "checks_can_run"
    case limitTooLow = "limit_too_low"
    case resources
    case selinux
    case kernelLacks = "kernel_lacks"
    case kernelSuffices = "kernel_suffices"
    case clock
    case interfaceMissing = "interface_missing"
    case interfaceDown = "interface_down"
    case interfaceNoCarrier = "interface_no_carrier"
    case interfaceIsPort = "interface_is_port"
    case interfaceNoAddress = "interface_no_address"
    case interfaceUsable = "interface_usable"
    case interfaceIsMacvlan = "interface_is_macvlan"
    case addressOutsideSubnet = "address_outside_subnet"
    case addressPrefixDiffers = "address_prefix_differs"
    case addressInSubnet = "address_in_subnet"
    case addressesRemoved = "addresses_removed"
    case addressesKept = "addresses_kept"
    case arpNotAnswered = "arp_not_answered"
    case arpAnswered = "arp_answered"
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
        case .pairDiffers: "the peer's file (`--peer`) does not fit this host's"
        case .pairAgrees: "the peer's file (`--peer`) fits this host's"
        case .daemonNoSocket: "a daemon runs, and does not answer at its control socket"
        case .daemonOtherFile: "the daemon runs another configuration file than the usual one, or than the one examined"
        case .configurationNotLoaded:
            "the configuration file is not what the daemon runs: it was changed, and not reloaded"
        case .configurationLoaded: "the configuration file is what the daemon runs"
        case .daemonRemark: "something is wrong with the daemon itself, such as its history"
        case .packetsLetIn: "packets to virtual addresses are let in, although `no_accept` is set"
        case .maintenanceMode: "this host is in maintenance mode (`understudy standby`)"
        case .daemonNotEnabled: "the daemon is not started when this host starts"
        case .daemonEnabled: "the daemon is started when this host starts"
        case .checkCannotRun: "the program of a check or a notify command cannot be run by the user who is to run it"
        case .checkInsecure: "somebody other than root can change a check or a notify command that root runs"
        case .checksCanRun: "the programs of checks and notify commands can be run"
        case .limitTooLow: "the daemon's process nears a limit: open files, or the memory of its service"
        case .resources: "the daemon is far from the limits of its process and its service"
        case .selinux: "SELinux: whether it enforces, the labels of the daemon and the checks, the daemon's domain"
        case .kernelLacks: "the kernel lacks something that the daemon then does otherwise"
        case .kernelSuffices: "the kernel has what the daemon uses"
        case .clock: "whether the clock is synchronised"
        case .interfaceMissing: "an instance names an interface that this host has not"
        case .interfaceDown: "an instance's interface is switched off"
        case .interfaceNoCarrier:
            "an instance's interface has no carrier: nothing is plugged in, or the other end is off"
        case .interfaceIsPort:
            "an instance's interface is a port of a bridge, bond or team, which takes everything that comes in"
        case .interfaceNoAddress: "an instance's interface has no address to send adverts from"
        case .interfaceUsable: "an instance's interface exists, is up, and has an address to send from"
        case .interfaceIsMacvlan: "an instance's interface is a macvlan, whose frames do not reach everybody"
        case .addressesRemoved: "systemd-networkd or NetworkManager removes virtual addresses from an interface"
        case .addressesKept: "no network service removes virtual addresses from an interface"
        case .arpNotAnswered: "an interface does not answer ARP requests for its addresses"
        case .arpAnswered: "an interface answers ARP requests for its addresses"
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
        case .pairDiffers: "what has to be equal made equal in both files"
        case .daemonNoSocket: "`--socket`, or `systemctl restart understudy`"
        case .daemonOtherFile: "one file, named by the daemon's `-f`"
        case .configurationNotLoaded: "`understudy reload`"
        case .daemonRemark: "what the daemon names"
        case .packetsLetIn: "what the finding says: a kernel with nf_tables, or another `nftables NAME`"
        case .maintenanceMode: "`understudy resume`"
        case .daemonNotEnabled: "`systemctl enable understudy`"
        case .checkCannotRun: "`chmod`, or the right path or user"
        case .checkInsecure: "`chown root:root`, `chmod go-w`"
        case .limitTooLow: "`prlimit`, or `systemctl edit understudy`"
        case .selinux: "`restorecon -v FILE`"
        case .kernelLacks: "a newer kernel, or no container"
        case .clock: "an NTP client"
        case .interfaceMissing: "the right name in the file, or the missing interface"
        case .interfaceDown: "`ip link set IF up`"
        case .interfaceNoCarrier: "the cable, the switch's port, or the virtual machine's network"
        case .interfaceIsPort: "the name of the bridge, bond or team in the file"
        case .interfaceNoAddress: "`ip address add ADDRESS/PREFIX dev IF`, and the network configuration"
        case .interfaceIsMacvlan: "nothing, when the peer and the clients are reached"
        case .addressesRemoved: "a drop-in with `KeepConfiguration=static` (systemd-networkd)"
        case .arpNotAnswered: "`sysctl -w net/ipv4/conf/IF/arp_ignore=1`, `arp_filter=0`"
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
        case .daemonRunning, .pairAgrees, .configurationLoaded, .daemonEnabled, .checksCanRun, .resources,
            .kernelSuffices, .addressesKept, .arpAnswered, .interfaceUsable,
            .addressInSubnet, .firewallOpen, .advertsArrive, .vridFree, .oneOwner,
            .nonlocalBind:
            nil
        }
    }
}
