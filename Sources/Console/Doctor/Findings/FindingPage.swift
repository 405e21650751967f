/// The page of findings in Markdown, made from the table: docs/reference/doctor.md.
package func findingPage() -> String {
    var page = """
        # What `understudy doctor` finds

        This page is made from the table of findings of Understudy. Do not edit it: run the tests with `UNDERSTUDY_REWRITE=1`.

        Each finding has a severity:

        | severity | meaning |
        |---|---|
        | `ok` | looked at, and in order |
        | `note` | worth knowing; nothing has to be done |
        | `unknown` | could not be looked at, and why: most of it needs root |
        | `warning` | it works, but not as meant, or not for long |
        | `problem` | it does not work |

        Exit status: 0 nothing is wrong (notes do not count), 1 problems or warnings, 2 nothing is known to be wrong but something
        could not be looked at, 4 `--fix` without root, 64 wrong usage.

        `--json` prints one object: `version` (1), `at`, `host`, `configuration`, `as_root`, `listened_seconds`, `findings`, `summary`
        (how many of each severity) and `exit_code`. A finding has `code`, `severity`, perhaps a `subject` (an instance,
        `eth0 IPv4`, an address, a file), `title`, `evidence` (what was seen, a line each), perhaps a `consequence`, and perhaps a
        `remedy`: `commands` (for a shell, as root, in this order), `is_safe` (true: `--fix` runs them), perhaps `advice`. Members may
        be added, never renamed.

        \(howItLooks)

        ## Findings

        | code | meaning | what mends it |
        |---|---|---|

        """
    for code in FindingCode.allCases {
        page += "| `\(code.rawValue)` | \(code.meaning) | \(code.mending ?? "") |\n"
    }
    return page
}

private let howItLooks = """
    ## How it looks

    - **Daemon**: it is asked for its status, and for what a reload would change (`reload --dry-run`, which changes nothing). When
      none answers, processes named `understudyd` in this network namespace are looked for. What starts it with the host is
      what `systemctl is-enabled` says; its limits and the memory of its control group are read from /proc and /sys. The file
      that it runs is compared with the one that is in its place now; when they differ, or an upgrade failed, that one is
      asked for its version.
    - **Network namespace**: with `net_namespace` in the file everything below is looked at in there. Printed commands for
      interfaces, routes, sysctls and firewalls are meant for a shell in it.
    - **Routes**: for each address of an interface that matters, unless it was made with `noprefixroute`, some routing table
      has to lead to its subnet through that interface. Virtual routes and rules, and BFD sessions, are what the daemon says of
      them; a neighbour of BFD is asked for on the link as well.
    - **Checks**: the path of each program is walked with the rights of the user who is to run it. Where SELinux enforces, the
      labels of the daemon and of the checks are compared with those of files that were moved from elsewhere.
    - **Network services**: what systemd-networkd writes of its state names the file by which it configures an interface; that
      file and its drop-ins are read for `KeepConfiguration=`. NetworkManager is asked with nmcli.
    - **Peer's file**: `--peer FILE` compares it with this host's, as `understudy check A B` does.
    - **Firewall**: the rules of nftables, iptables and ip6tables (both kinds) are listed with their own tools, and an
      imagined advert is followed through them, chain by chain, as the kernel would: so the rule that drops it is named, and the
      command is for the tool that keeps that rule (firewalld's zone of the interface, ufw, iptables, nft). A condition that
      cannot be judged from outside (a rate, a set of ipset, a BPF program) makes it `firewall_unclear`, never `ok`. A packet with
      TTL 0, which the kernel drops before the wire, proves that sending is allowed.
    - **Wire**: for a few seconds a packet socket hears what comes in before any rule, and a raw socket like the daemon's
      what is left of it. What one hears and the other does not was dropped by this host. Adverts that arrive are judged with
      the daemon's own rules; those of `auth_type AH`, which are IP protocol 51, too.
    - **Owners**: each virtual address is asked for with ARP probes (RFC 5227) or neighbour solicitations, which claim nothing
      and leave no trace in anybody's cache. Several that had it one after the other are a move, and no two owners: when the
      address was last asked for, only one answered, and the others had fallen silent or resigned before.
    - **HAProxy**: the `bind` lines of every HAProxy that runs, and of the usual files, are compared with the virtual addresses.
    """
