package import VRRPWire

/// What was said on the command line; nil and empty where nothing was.
package struct PairFlags: Equatable, Sendable {
    package var interface: String?
    package var peerInterface: String?
    package var addresses: [String] = []
    package var peer: String?
    package var virtualRouterID: String?
    package var priority: String?
    package var isUnicast = false
    package var name: String?
    package var check: String?
    package var password: String?

    package init() {}

    /// Without anybody to ask, everything that cannot be guessed has to be there, and is named at once.
    package func requireEnough(canAsk: Bool) throws(InitFailure) {
        let missing = [
            interface == nil ? "--interface" : nil, addresses.isEmpty ? "--address" : nil,
            isUnicast && peer == nil ? "--peer" : nil,
        ].compactMap(\.self)
        guard canAsk || missing.isEmpty else {
            throw .usage("without a terminal nobody can be asked: give \(enumeration(missing))")
        }
    }
}

/// Why no files were made.
package enum InitFailure: Error, Equatable {
    /// Flags are missing or contradict one another.
    case usage(String)
    case refused(String)
    case notPermitted(String)
    /// The operator ended it.
    case ended

    package var exitCode: Int32 {
        switch self {
        case .usage: 64
        case .refused, .ended: 2
        case .notPermitted: 4
        }
    }
}

extension InitFailure: CustomStringConvertible {
    package var description: String {
        switch self {
        case .usage(let reason), .refused(let reason), .notPermitted(let reason): reason
        case .ended: "ended before everything was answered; nothing was written"
        }
    }
}

/// Finds out what the pair is to be: from flags, from answers, and from what is here.
package struct PairInterview {
    package var answers: PairAnswers
    package var flags: PairFlags
    /// Which virtual routers are heard on an interface, and who has the addresses there; nil when one cannot listen.
    package var listen: (String, [IPAddress]) -> PairSurroundings.Listened?
    /// An address that somebody answers for is taken all the same.
    package var mayTakeUsedAddress: Bool
    /// Takes a line for the operator.
    package var say: (String) -> Void
    /// Puts a question and gives the answer without its line end, or nil when there will be none; nil where nobody sits.
    package var ask: ((String) -> String?)?

    package init(
        answers: PairAnswers, flags: PairFlags,
        listen: @escaping (String, [IPAddress]) -> PairSurroundings.Listened?, mayTakeUsedAddress: Bool = false,
        say: @escaping (String) -> Void, ask: ((String) -> String?)?
    ) {
        self.answers = answers
        self.flags = flags
        self.listen = listen
        self.mayTakeUsedAddress = mayTakeUsedAddress
        self.say = say
        self.ask = ask
    }

    package func settings() throws(InitFailure) -> PairSettings {
        try flags.requireEnough(canAsk: ask != nil)
        introduce()
        let likely = answers.surroundings.likelyInterface
        let interface = try answer(
            flags.interface, "--interface", "The interface where clients reach the address", proposal: likely?.name
        ) { text throws(Objection) in try answers.interface(text) }
        let subnets = interface.addresses.filter { !$0.isLinkLocal }.map(\.subnet)
        let addresses = try answer(
            flags.addresses.isEmpty ? nil : flags.addresses.joined(separator: " "), "--address",
            "The virtual address, unused so far" + (subnets.isEmpty ? "" : ", in \(subnets.joined(separator: " or "))")
                + " (or several)"
        ) { text throws(Objection) in try answers.addresses(text, on: interface) }
        var settings = PairSettings(interface: interface.name, addresses: addresses, virtualRouterID: 51)
        try settlePeer(&settings, interface)
        settings.peerInterface = try answer(
            flags.peerInterface, "--peer-interface", "The other host's interface", proposal: interface.name
        ) { text throws(Objection) in try answers.peerInterface(text) }
        settings.setPriority(try priority())
        let listened = listen(settings.interface, addresses.map(\.address))
        try requireUnused(listened?.strangers ?? [])
        try settleID(&settings, among: listened?.routers ?? [])
        settings.check = try check()
        settings.name = try answer(flags.name, "--name", nil, proposal: settings.name) { text throws(Objection) in
            try answers.name(text)
        }
        if let password = flags.password {
            let decided = settings
            settings.password = try answer(password, "--password", nil, proposal: nil) { text throws(Objection) in
                try answers.password(text, of: decided)
            }
        }
        return settings
    }

    // MARK: The questions

    private func introduce() {
        guard ask != nil else { return }
        say("This makes the configuration of two hosts that share an address: this host's file and the other's.")
        say("An empty answer takes what is in [brackets]. Ctrl-C ends it, and nothing has been written then.")
        say("")
        for interface in answers.surroundings.interfaces {
            let addresses = interface.addresses.map(\.description).joined(separator: ", ")
            say(
                "  \(interface.name): \(addresses.isEmpty ? "no address" : addresses)\(interface.isUsable ? "" : ", down")"
            )
        }
    }

    private func settlePeer(
        _ settings: inout PairSettings, _ interface: PairSurroundings.Interface
    ) throws(InitFailure) {
        var isUnicast = flags.isUnicast
        // Who named the peer and did not say unicast has decided.
        if !isUnicast, flags.peer == nil, ask != nil {
            isUnicast = try !confirm("Does this network carry multicast? Most clouds do not", proposal: true)
        }
        let decided = settings
        if isUnicast {
            let peer = try answer(flags.peer, "--peer", "The other host's own address") { text throws(Objection) in
                let peer = try answers.peer(text, of: decided, on: interface)
                guard peer.family == decided.family else {
                    throw Objection("\(peer) is not \(decided.family.inWords), as the virtual address is")
                }
                return (peer, try answers.ownAddress(for: peer, on: interface))
            }
            settings.peer = peer.0
            settings.transport = .unicast(own: peer.1, peer: peer.0)
            return
        }
        settings.peer = try answer(
            flags.peer, "--peer", "The other host's own address, for the instructions (may be left out)", proposal: ""
        ) { text throws(Objection) in
            text.isEmpty ? nil : try answers.peer(text, of: decided, on: interface)
        }
    }

    private func priority() throws(InitFailure) -> UInt8 {
        if flags.priority != nil || ask == nil {
            return try answer(
                flags.priority, "--priority", nil, proposal: String(PairSettings.activePriority)
            ) { text throws(Objection) in try answers.priority(text) }
        }
        return try confirm("Is this the host that has the address as long as both are well?", proposal: true)
            ? PairSettings.activePriority : PairSettings.standbyPriority
    }

    /// Nobody but the pair may have its address.
    private func requireUnused(_ holders: [PairSurroundings.Holder]) throws(InitFailure) {
        guard let holder = holders.first else { return }
        let sentence =
            "\(holder.address) is in use: \(holder.hardwareAddress) answers for it, and was not heard to speak VRRP"
        if mayTakeUsedAddress { return say("\(sentence).") }
        guard ask != nil else { throw .refused("--address: \(sentence); choose another, or give --force") }
        say("\(sentence). Two hosts with one address disturb each other.")
        guard try confirm("Is it the other host of this pair, or shall it be so all the same?", proposal: false) else {
            throw .ended
        }
    }

    private func settleID(
        _ settings: inout PairSettings, among heard: [PairSurroundings.Heard]
    ) throws(InitFailure) {
        let used = Set(heard.map(\.virtualRouterID)).sorted()
        if !used.isEmpty {
            say("VRIDs in use on \(settings.interface): \(used.map(String.init).joined(separator: ", ")).")
        }
        let decided = settings
        // The other host may run already.
        let known = heard.first {
            $0.source == decided.peer
                || $0.addresses.contains { address in decided.addresses.contains { $0.address == address } }
        }
        settings.virtualRouterID = try answer(
            flags.virtualRouterID, "--vrid", "The virtual router identifier, 1 to 255, the same on both hosts",
            proposal: String(known?.virtualRouterID ?? PairAnswers.freeID(among: heard))
        ) { text throws(Objection) in
            let id = try answers.virtualRouterID(text)
            try answers.requireFree(id, of: decided, among: heard)
            return id
        }
    }

    private func check() throws(InitFailure) -> PairSettings.Check {
        let found = answers.surroundings.balancers.first
        let proposal = found.map { $0 == "hapee-lb" ? "haproxy" : $0 } ?? "none"
        let words = "The load balancer to watch: haproxy, nginx or none"
        return try answer(
            flags.check, "--check", found.map { "\(words) (\($0) is here)" } ?? words, proposal: proposal
        ) { text throws(Objection) in try answers.check(text) }
    }

    // MARK: Asking

    /// What the flag says, or the operator, or the proposal; a wrong answer gets a sentence and another try.
    ///
    /// - Parameter question: nil for what is never asked.
    private func answer<Value>(
        _ flag: String?, _ flagName: String, _ question: String?, proposal: String? = nil,
        _ read: (String) throws(Objection) -> Value
    ) throws(InitFailure) -> Value {
        if flag != nil || ask == nil || question == nil {
            guard let text = flag ?? proposal else { throw .usage("give \(flagName)") }
            do throws(Objection) {
                return try read(text)
            } catch {
                throw .refused(flag == nil ? "\(error)" : "\(flagName): \(error)")
            }
        }
        while true {
            let brackets = proposal.map { $0.isEmpty ? "" : " [\($0)]" } ?? ""
            guard let ask, let typed = ask("\(question ?? "")\(brackets): ") else { throw .ended }
            let text = trimmed(typed)
            guard let text = text.isEmpty ? proposal : text else {
                say("  Something has to be here.")
                continue
            }
            do throws(Objection) {
                return try read(text)
            } catch {
                say("  That will not do: \(error).")
            }
        }
    }

    /// A question to be answered with yes or no.
    package func confirm(_ question: String, proposal: Bool) throws(InitFailure) -> Bool {
        try answer(nil, "", "\(question) (yes or no)", proposal: proposal ? "yes" : "no") {
            text throws(Objection) in
            switch text.lowercased() {
            case "y", "yes": return true
            case "n", "no": return false
            default: throw Objection("the answer is yes or no")
            }
        }
    }
}

/// Without blanks at either end; a terminal may send a carriage return.
private func trimmed(_ text: String) -> String {
    let isBlank = { (character: Character) in
        character == " " || character == "\t" || character == "\r" || character == "\r\n"
    }
    return String(String(text.drop(while: isBlank).reversed()).drop(while: isBlank).reversed())
}
