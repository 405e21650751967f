import Configuration
import Console
import Control
import Testing
import VRRPWire

private struct OwnerFile: SourceReader {
    func read(_ path: String) -> Result<[UInt8], ReadFailure> { .success(Array(configuration().utf8)) }
    func glob(_ pattern: String) -> [String] { [] }
    func isIncludable(_ path: String) -> Bool { true }
}

/// One address that several hosts had, at the same time or one after the other.
@Suite struct `Owners in the doctor` {
    private static let (first, second) = (
        HardwareAddress(rawValue: 0x0200_0000_0002), HardwareAddress(rawValue: 0x0200_0000_0003)
    )
    private static let own = HardwareAddress(rawValue: 0x0200_0000_0001)

    private func answer(_ hardware: HardwareAddress) -> AddressAnswer {
        AddressAnswer(interface: "eth0", address: ip("192.0.2.10"), hardwareAddress: hardware)
    }

    /// Answers by host with the first and the last second of each; the address was last asked for at 1.8 s.
    private func judge(
        _ answers: [HardwareAddress: ClosedRange<Double>], isHere: Bool = false, wasHere: Bool = false,
        saidSince: Double? = nil, adverts: [(at: Double, priority: UInt8)] = [],
        lists: [String] = ["192.0.2.10"], status: InstanceStatus? = nil
    ) throws -> Finding {
        let model = check(
            file: "a.conf", reading: OwnerFile(), configurationID: "", host: nil, hostIsAuthoritative: false
        ).model
        var wire = WireFacts(seconds: 3)
        (wire.asked, wire.lastAsked) = ([ip("192.0.2.10")], 1.8)
        for (hardware, times) in answers { wire.answers[answer(hardware)] = times }
        if let saidSince { wire.ownAnswers[answer(Self.own)] = saidSince }
        for sent in adverts {
            let advert = TestAdvert(priority: sent.priority, addresses: lists)
            var seen = try #require(
                SeenAdvert(.wire, on: "eth0", advert.message, carrier: advert.carrier, from: Self.first))
            seen.at = sent.at
            wire.adverts.append(seen)
        }
        func assigned(_ isHere: Bool) -> [String: Set<IPAddress>] { ["eth0": isHere ? [ip("192.0.2.10")] : []] }
        var context = OwnerContext(
            instance: try #require(model.instances.first), assigned: assigned(isHere), ownHardware: [Self.own],
            assignedBefore: assigned(wasHere))
        context.status = status
        let findings = judgeOwners(wire, context)
        #expect(findings.count == 1)
        return try #require(findings.first)
    }

    @Test func `that answer at the same time are two`() throws {
        #expect(try judge([Self.first: 0...1.81, Self.second: 0...1.81]).code == .twoOwners)
        #expect(try judge([Self.first: 0...1.81], isHere: true, wasHere: true).code == .twoOwners)
        // Both had it for almost a second, although one has let go since.
        #expect(try judge([Self.first: 0...0.91], isHere: true, wasHere: true).code == .twoOwners)
        #expect(try judge([Self.first: 0...0.91, Self.second: 0...1.81]).code == .twoOwners)
    }

    @Test func `of whom one falls silent and the other begins are a move`() throws {
        let moved = try judge([Self.first: 0...0.01, Self.second: 1.2...1.81])
        #expect(moved.code == .addressMoved && moved.severity == .note)
        #expect(moved.title == "192.0.2.10 moved meanwhile: one other host has it now")
        #expect(moved.evidence.first == "02:00:00:00:00:02 had it until 0 s after the beginning")
        // A takeover has a moment in which both answer.
        #expect(try judge([Self.first: 0...0.95, Self.second: 0.9...1.81]).code == .addressMoved)
        let here = try judge([Self.first: 0...0.91], isHere: true, saidSince: 1.0)
        #expect(here.code == .addressMoved)
        #expect(here.title == "192.0.2.10 moved meanwhile: this host has it now")
    }

    @Test func `of whom one resigns and holds on until the other is there are a move`() throws {
        let words = try judge(
            [Self.first: 0...1.5, Self.second: 0.7...1.81], adverts: [(0.1, 101), (0.6, 0)])
        #expect(words.code == .addressMoved)
        #expect(
            words.evidence.first?.hasSuffix(
                "which advertises as 192.0.2.2 had it until 1.5 s after the beginning, and has resigned") == true)
        // It goes on, whatever it has said.
        #expect(
            try judge([Self.first: 0...1.81, Self.second: 0.7...1.81], adverts: [(0.1, 101), (0.6, 0)]).code
                == .twoOwners)
        // It advertises again.
        #expect(
            try judge([Self.first: 0...0.91, Self.second: 1.0...1.81], adverts: [(0.6, 0), (2.5, 101)]).code
                == .twoOwners)
    }

    @Test func `that are alone, or nobody, are what they were`() throws {
        #expect(try judge([Self.first: 0...1.81]).code == .oneOwner)
        #expect(try judge([:], isHere: true, wasHere: true).code == .oneOwner)
        #expect(try judge([Self.first: 0...1.81], wasHere: true).code == .oneOwner)
        #expect(try judge([:]).code == .noOwner)
    }

    @Test func `that are missing although a daemon runs get advice that fits`() throws {
        func advice(_ status: InstanceStatus?, lists: [String] = ["192.0.2.10"]) throws -> String {
            let found = try judge([:], adverts: [(0.5, 101)], lists: lists, status: status)
            #expect(found.code == .noOwner)
            return found.remedy?.advice ?? ""
        }
        #expect(try advice(nil).hasPrefix("start the daemon on a host of this pair"))
        #expect(try advice(Sample.active).contains("the kernel has not taken 192.0.2.10: the daemon's log says why"))
        let silent = try advice(Sample.standby)
        #expect(silent.hasPrefix("192.0.2.2 is active and does not answer for 192.0.2.10"), "\(silent)")
        let other = try advice(Sample.standby, lists: ["192.0.2.11"])
        #expect(other.hasPrefix("192.0.2.2 is active and does not advertise 192.0.2.10: make `virtual_ipaddress` of"))
        var fault = Sample.standby
        (fault.state, fault.activeRouter) = (.fault, nil)
        #expect(try advice(fault).contains("understudy status says what it waits for"))
    }
}
