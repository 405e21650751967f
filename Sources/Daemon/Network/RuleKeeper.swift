internal import LinuxKernel
internal import VRRPCore
internal import VRRPWire

/// Sets and removes routing rules, and knows which are ours: those that carry our mark (FRA_PROTOCOL).
final class RuleKeeper {
    private let commands: RouteSocket
    private let log: Log
    /// Those of ours, as the kernel said last and as we have changed them since.
    private(set) var present: [VirtualRule] = []
    /// Rules that somebody else has set just so; the kernel has no second one.
    private var foreign: Set<VirtualRule> = []
    private var limiter = LineLimiter<Failure>()

    /// One for each rule of the configuration and error, so that there is an end to them.
    private struct Failure: Hashable {
        var rule: VirtualRule?
        var code: Int32
    }

    /// EEXIST and ENOENT.
    private static let exists: Int32 = 17
    private static let noSuchRule: Int32 = 2

    init(log: Log) throws(SystemError) {
        commands = try RouteSocket()
        self.log = log
    }

    /// The netlink port from which rules are changed.
    var port: UInt32 { commands.port }

    /// Whether it matters to us when others remove rules of their own.
    var dependsOnOthers: Bool { !foreign.isEmpty }

    /// Asks the kernel which rules are ours.
    func reread(at now: MonotonicInstant) {
        do throws(SystemError) {
            present = try commands.rules(marked: addressMark).compactMap { VirtualRule($0) }
            foreign = []
        } catch {
            guard let more = limiter.pass(Failure(rule: nil, code: error.code), at: now) else { return }
            log.error("\(error); what is known of our rules may be old until something changes on this host\(more)")
        }
    }

    /// Whether a rule is there, whoever has set it.
    func isPresent(_ rule: VirtualRule) -> Bool {
        foreign.contains(rule) || present.contains { $0.isSame(as: rule) }
    }

    /// True when it was set.
    func add(_ rule: VirtualRule, for router: String, at now: MonotonicInstant) -> Bool {
        do throws(SystemError) {
            try commands.add(KernelRule(rule))
        } catch  where error.code == Self.exists {
            foreign.insert(rule)
            log.debug("(\(router)) the rule \(rule) is there already, and was not set by us")
            return false
        } catch {
            if let more = limiter.pass(Failure(rule: rule, code: error.code), at: now) {
                log.error("(\(router)) cannot set the rule \(rule): \(error); it is tried again\(more)")
            }
            return false
        }
        present.append(rule)
        return true
    }

    func remove(_ rule: VirtualRule, for router: String, at now: MonotonicInstant) {
        do throws(SystemError) {
            try commands.remove(KernelRule(rule))
        } catch  where error.code == Self.noSuchRule {
            log.debug("(\(router)) the rule \(rule) is gone already")
        } catch {
            if let more = limiter.pass(Failure(rule: rule, code: error.code), at: now) {
                log.error("(\(router)) cannot remove the rule \(rule): \(error)\(more)")
            }
            return
        }
        present.removeAll { $0.isSame(as: rule) }
    }
}

extension KernelRule {
    /// What the kernel is asked for.
    init(_ rule: VirtualRule) {
        var table: UInt32 = 0
        if case .lookup(let asked) = rule.action { table = asked }
        self.init(
            family: rule.family, preference: rule.preference, action: rule.action.number, table: table,
            isInverted: rule.isInverted, source: rule.source?.address, sourceLength: rule.source?.prefixLength ?? 0,
            destination: rule.destination?.address, destinationLength: rule.destination?.prefixLength ?? 0,
            inputInterface: rule.inputInterface, outputInterface: rule.outputInterface, mark: rule.mark?.value ?? 0,
            markMask: rule.mark?.mask ?? 0, protocolMark: addressMark)
        conditions = KernelRuleConditions(rule.conditions)
        conditions.usesVRF = rule.action == .vrf
        if case .jump(let target) = rule.action { conditions.target = target }
    }
}

extension KernelRuleConditions {
    fileprivate init(_ conditions: RuleConditions) {
        self.init()
        typeOfService = conditions.typeOfService
        users = conditions.users
        transport = conditions.transport
        sourcePorts = conditions.sourcePorts
        destinationPorts = conditions.destinationPorts
        tunnel = conditions.tunnel
        realms = conditions.realms
        suppressedLength = conditions.suppressedLength
        suppressedGroup = conditions.suppressedGroup
    }
}

extension RuleConditions {
    fileprivate init(_ conditions: KernelRuleConditions) {
        self.init()
        typeOfService = conditions.typeOfService
        users = conditions.users
        transport = conditions.transport
        sourcePorts = conditions.sourcePorts
        destinationPorts = conditions.destinationPorts
        tunnel = conditions.tunnel
        realms = conditions.realms
        suppressedLength = conditions.suppressedLength
        suppressedGroup = conditions.suppressedGroup
    }
}

extension VirtualRule {
    /// What the kernel reports; nil when it is nothing that we set.
    init?(_ rule: KernelRule) {
        let action: Action
        switch rule.action {
        case 1: action = rule.conditions.usesVRF ? .vrf : .lookup(table: rule.table)
        case 2: action = .jump(to: rule.conditions.target)
        case 3: action = .nothing
        case 6: action = .blackhole
        case 7: action = .unreachable
        case 8: action = .prohibit
        default: return nil
        }
        self.init(family: rule.family, preference: rule.preference, action: action)
        isInverted = rule.isInverted
        source = rule.source.map { Network(address: $0, prefixLength: rule.sourceLength) }
        destination = rule.destination.map { Network(address: $0, prefixLength: rule.destinationLength) }
        inputInterface = rule.inputInterface
        outputInterface = rule.outputInterface
        mark = rule.markMask == 0 ? nil : Mark(value: rule.mark, mask: rule.markMask)
        conditions = RuleConditions(rule.conditions)
    }
}
