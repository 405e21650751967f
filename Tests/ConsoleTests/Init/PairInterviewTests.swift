import Console
import Testing
import VRRPWire

/// Somebody at a terminal, and what was said to them.
private final class Operator {
    private var typed: [String]
    private(set) var heard: [String] = []
    private(set) var questions: [String] = []

    init(_ typed: [String]) { self.typed = typed }

    func ask(_ question: String) -> String? {
        questions.append(question)
        return typed.isEmpty ? nil : typed.removeFirst()
    }

    func say(_ line: String) { heard.append(line) }
    var hasSaidEverything: Bool { typed.isEmpty }
}

@Suite struct `The interview about a new pair` {
    private let here = PairSurroundings(
        interfaces: [
            .init("eth0", [.init(ip("192.0.2.1"), 24), .init(ip("2001:db8::1"), 64), .init(ip("fe80::1"), 64)]),
            .init("eth1", [.init(ip("198.51.100.1"), 25)]), .init("eth2", isUsable: false, []),
        ], balancers: ["haproxy", "nginx"])

    private func interview(
        _ flags: PairFlags = PairFlags(), heard: [PairSurroundings.Heard]? = [],
        holders: [PairSurroundings.Holder] = [], mayTakeUsed: Bool = false, _ person: Operator? = nil
    ) -> PairInterview {
        PairInterview(
            answers: PairAnswers(here), flags: flags,
            listen: { _, _ in heard.map { .init(routers: $0, holders: holders) } },
            mayTakeUsedAddress: mayTakeUsed, say: { person?.say($0) },
            ask: person.map { person in { person.ask($0) } })
    }

    private func failure(_ interview: PairInterview) -> InitFailure? {
        do throws(InitFailure) {
            _ = try interview.settings()
            return nil
        } catch {
            return error
        }
    }

    private func flags(_ change: (inout PairFlags) -> Void = { _ in }) -> PairFlags {
        var flags = PairFlags()
        flags.interface = "eth0"
        flags.addresses = ["192.0.2.10"]
        change(&flags)
        return flags
    }

    // MARK: Flags

    @Test func `interface and address are enough, the rest is what the guide has`() throws {
        let settings = try interview(flags()).settings()
        var expected = PairSettings(
            interface: "eth0", addresses: [.init(ip("192.0.2.10"), 24)], virtualRouterID: 51)
        expected.check = .process("haproxy")
        #expect(settings == expected)
        #expect(settings.priority == 101 && settings.peerPriority == 100 && settings.name == "vrrp_1")
    }

    @Test func `every flag has its effect`() throws {
        let settings = try interview(
            flags {
                $0.addresses = ["192.0.2.10/28", "2001:db8::10"]
                $0.peer = "192.0.2.2"
                $0.peerInterface = "ens192"
                $0.virtualRouterID = "7"
                $0.priority = "100"
                $0.isUnicast = true
                $0.name = "web"
                $0.check = "nginx"
                $0.password = "s3cret"
            }
        ).settings()
        var expected = PairSettings(
            interface: "eth0", addresses: [.init(ip("192.0.2.10"), 28), .init(ip("2001:db8::10"), 64)],
            virtualRouterID: 7)
        expected.peer = ip("192.0.2.2")
        expected.peerInterface = "ens192"
        expected.setPriority(100)
        expected.transport = .unicast(own: ip("192.0.2.1"), peer: ip("192.0.2.2"))
        expected.name = "web"
        expected.check = .process("nginx")
        expected.password = "s3cret"
        #expect(settings == expected)
        #expect(settings.peerPriority == 101)
    }

    @Test func `what is missing is named at once`() {
        #expect(
            failure(interview()) == .usage("without a terminal nobody can be asked: give --interface and --address"))
        #expect(
            failure(interview(flags { $0.isUnicast = true }))
                == .usage("without a terminal nobody can be asked: give --peer"))
    }

    @Test(arguments: [
        ("eth9", "--interface: this host has no Ethernet interface 'eth9'; it has eth0, eth1 and eth2"),
        ("lo\u{1b}[31m", "--interface: this host has no Ethernet interface 'lo?[31m'; it has eth0, eth1 and eth2"),
    ])
    func `a wrong interface`(text: String, sentence: String) {
        #expect(failure(interview(flags { $0.interface = text })) == .refused(sentence))
    }

    @Test(arguments: [
        ("192.0.2", "'192.0.2' is no IP address, such as 192.0.2.10 or 192.0.2.10/24"),
        ("192.0.2.10/33", "'192.0.2.10/33' has no prefix length from 1 to 32"),
        ("192.0.2.10/x", "'192.0.2.10/x' has no prefix length from 1 to 32"),
        ("192.0.2.1", "192.0.2.1 is this host's own address on eth0; a virtual one belongs to no host"),
        ("198.51.100.1", "198.51.100.1 is this host's own address on eth1; a virtual one belongs to no host"),
        (
            "203.0.113.9",
            "203.0.113.9 is in no subnet of eth0 (192.0.2.0/24), so neighbours would not look for it there"
        ),
        (
            "2001:db9::1",
            "2001:db9::1 is in no subnet of eth0 (2001:db8::/64), so neighbours would not look for it there"
        ),
        ("192.0.2.0", "192.0.2.0 is the subnet's own or broadcast address in 192.0.2.0/24"),
        ("192.0.2.255", "192.0.2.255 is the subnet's own or broadcast address in 192.0.2.0/24"),
        ("224.0.0.18", "224.0.0.18 cannot be the address of a host"),
        ("127.0.0.5", "127.0.0.5 cannot be the address of a host"), ("::1", "::1 cannot be the address of a host"),
        ("192.0.2.10 192.0.2.10/24", "192.0.2.10 is there twice"),
        (" , ", "name at least one address, such as 192.0.2.10"),
    ])
    func `a wrong address`(text: String, sentence: String) {
        #expect(failure(interview(flags { $0.addresses = [text] })) == .refused("--address: \(sentence)"))
    }

    @Test func `an address of a family that the interface has not`() {
        let wrong = flags {
            $0.interface = "eth1"
            $0.addresses = ["2001:db8::10"]
        }
        #expect(
            failure(interview(wrong))
                == .refused(
                    "--address: eth1 has no IPv6 address, so 2001:db8::10 is in none of its subnets"))
    }

    @Test func `a wrong peer`() {
        let cases = [
            ("lb2", "--peer: 'lb2' is no IP address"),
            ("192.0.2.1", "--peer: 192.0.2.1 is this host's own address; what is wanted is the other host's"),
            ("192.0.2.10", "--peer: 192.0.2.10 is to be the virtual address; what is wanted is the other host's own"),
            ("2001:db8::2", "--peer: 2001:db8::2 is not IPv4, as the virtual address is"),
        ]
        for (text, sentence) in cases {
            let wrong = flags {
                $0.isUnicast = true
                $0.peer = text
            }
            #expect(failure(interview(wrong)) == .refused(sentence))
        }
    }

    @Test func `wrong numbers, names, checks and passwords`() {
        #expect(
            failure(interview(flags { $0.virtualRouterID = "0" })) == .refused("--vrid: '0' is no number from 1 to 255")
        )
        #expect(
            failure(interview(flags { $0.virtualRouterID = "256" }))
                == .refused("--vrid: '256' is no number from 1 to 255"))
        #expect(
            failure(interview(flags { $0.priority = "249" }))
                == .refused("--priority: '249' is no number from 1 to 248"))
        #expect(
            failure(interview(flags { $0.name = "a b" }))
                == .refused("--name: 'a b' is no name: up to 32 letters, digits, '_', '-' and '.'"))
        #expect(
            failure(interview(flags { $0.check = "apache" }))
                == .refused("--check: 'apache' is neither haproxy nor nginx nor none"))
        #expect(
            failure(interview(flags { $0.peerInterface = "a/b" }))
                == .refused("--peer-interface: 'a/b' is no name of an interface"))
        let tooLong = failure(interview(flags { $0.password = "hunter2hunter2" }))
        #expect(
            tooLong
                == .refused(
                    "--password: the password has to be 1 to 8 letters, digits and other signs without {}#!\"'$@~\\"))
        let six = flags {
            $0.addresses = ["2001:db8::10"]
            $0.password = "s3cret"
        }
        #expect(failure(interview(six)) == .refused("--password: VRRP for IPv6 has no password"))
    }

    @Test func `a VRID that others use with other addresses is refused, the pair's own is not`() throws {
        let heard: [PairSurroundings.Heard] = [
            .init(51, ip("192.0.2.66"), [ip("192.0.2.77")]), .init(52, ip("192.0.2.67"), [ip("192.0.2.78")]),
        ]
        #expect(try interview(flags(), heard: heard).settings().virtualRouterID == 53)
        #expect(
            failure(interview(flags { $0.virtualRouterID = "51" }, heard: heard))
                == .refused(
                    "--vrid: VRID 51 is in use on eth0: 192.0.2.66 advertises 192.0.2.77 with it; 53 is free"))
        // The other host of the pair runs already.
        let ours: [PairSurroundings.Heard] = [.init(60, ip("192.0.2.2"), [ip("192.0.2.10")])]
        #expect(try interview(flags(), heard: ours).settings().virtualRouterID == 60)
        let unknown: [PairSurroundings.Heard] = [.init(61, ip("192.0.2.2"), [])]
        #expect(try interview(flags { $0.peer = "192.0.2.2" }, heard: unknown).settings().virtualRouterID == 61)
    }

    @Test func `an address that somebody else has is not taken unknowingly`() throws {
        let mac = HardwareAddress(rawValue: 0x0200_0000_0066)
        let stranger = [PairSurroundings.Holder(ip("192.0.2.10"), mac)]
        let sentence = "192.0.2.10 is in use: 02:00:00:00:00:66 answers for it, and was not heard to speak VRRP"
        #expect(
            failure(interview(flags(), holders: stranger))
                == .refused("--address: \(sentence); choose another, or give --force"))
        #expect(failure(interview(flags(), holders: stranger, mayTakeUsed: true)) == nil)
        // The other host of the pair has it, and is known by its adverts, which need not list it.
        let peer = [PairSurroundings.Heard(51, ip("192.0.2.2"), [], hardwareAddress: mac)]
        #expect(failure(interview(flags { $0.peer = "192.0.2.2" }, heard: peer, holders: stranger)) == nil)
        let all = ["", "192.0.2.10", "", "", "", ""]
        let refusing = Operator(all + [""])
        #expect(failure(interview(PairFlags(), holders: stranger, refusing)) == .ended)
        #expect(refusing.heard.contains("\(sentence). Two hosts with one address disturb each other."))
        #expect(failure(interview(PairFlags(), holders: stranger, Operator(all + ["yes", "", ""]))) == nil)
    }

    @Test func `HAProxy Enterprise's process is known by its own name`() throws {
        var enterprise = here
        enterprise.balancers = ["hapee-lb"]
        let interview = PairInterview(
            answers: PairAnswers(enterprise), flags: flags(), listen: { _, _ in nil }, say: { _ in }, ask: nil)
        #expect(try interview.settings().check == .process("hapee-lb"))
    }

    // MARK: Questions

    @Test func `empty answers take the proposals`() throws {
        let person = Operator(["", "192.0.2.10", "", "", "", "", "", ""])
        let settings = try interview(heard: nil, person).settings()
        #expect(settings == (try interview(flags()).settings()))
        #expect(person.hasSaidEverything)
        #expect(
            person.questions == [
                "The interface where clients reach the address [eth0]: ",
                "The virtual address, unused so far, in 192.0.2.0/24 or 2001:db8::/64 (or several): ",
                "Does this network carry multicast? Most clouds do not (yes or no) [yes]: ",
                "The other host's own address, for the instructions (may be left out): ",
                "The other host's interface [eth0]: ",
                "Is this the host that has the address as long as both are well? (yes or no) [yes]: ",
                "The virtual router identifier, 1 to 255, the same on both hosts [51]: ",
                "The load balancer to watch: haproxy, nginx or none (haproxy is here) [haproxy]: ",
            ])
        #expect(person.heard.contains("  eth2: no address, down"))
    }

    @Test func `a wrong answer gets one sentence and another try`() throws {
        let person = Operator([
            "eth7", "eth0", "", "192.0.2.1", " 192.0.2.10 \r", "maybe", "no", "192.0.2.1", "192.0.2.2", "", "no", "300",
            "", "none",
        ])
        let settings = try interview(PairFlags(), person).settings()
        #expect(person.hasSaidEverything)
        #expect(settings.transport == .unicast(own: ip("192.0.2.1"), peer: ip("192.0.2.2")))
        #expect(settings.priority == 100 && settings.check == .none)
        let complaints = person.heard.filter { $0.hasPrefix("  That will not do") || $0.hasPrefix("  Something") }
        #expect(
            complaints == [
                "  That will not do: this host has no Ethernet interface 'eth7'; it has eth0, eth1 and eth2.",
                "  Something has to be here.",
                "  That will not do: 192.0.2.1 is this host's own address on eth0; a virtual one belongs to no host.",
                "  That will not do: the answer is yes or no.",
                "  That will not do: 192.0.2.1 is this host's own address; what is wanted is the other host's.",
                "  That will not do: '300' is no number from 1 to 255.",
            ])
    }

    @Test func `what a flag says is not asked`() throws {
        let person = Operator(["", "", "", ""])
        let settings = try interview(
            flags {
                $0.peer = "192.0.2.2"
                $0.priority = "101"
            }, person
        ).settings()
        #expect(settings.peer == ip("192.0.2.2"))
        #expect(person.questions.count == 3)
    }

    @Test func `the end of input ends it, wherever it comes`() {
        let all = ["", "192.0.2.10", "", "", "", "", "", ""]
        for count in 0..<all.count {
            #expect(
                failure(interview(PairFlags(), Operator(Array(all.prefix(count))))) == .ended, "after \(count) answers")
        }
    }
}
