public import VRRPWire

/// What the machine at hand has, as far as a configuration depends on it.
///
/// Gathered by whoever may touch the system.
/// The same lints run with it and without: on a foreign machine what is missing is a warning, at start it is an error.
public struct HostFacts: Equatable, Sendable {
    public struct Interface: Equatable, Sendable {
        public var name: String
        public var isLoopback: Bool
        public var supportsMulticast: Bool
        /// What the kernel's driver is called, such as `macvlan`; empty for hardware.
        public var kind: String
        public var addresses: [Assigned]
        public init(
            name: String, isLoopback: Bool = false, supportsMulticast: Bool = true, kind: String = "",
            addresses: [Assigned] = []
        ) {
            self.name = name
            self.isLoopback = isLoopback
            self.supportsMulticast = supportsMulticast
            self.kind = kind
            self.addresses = addresses
        }
    }

    public struct Assigned: Equatable, Sendable {
        public var address: IPAddress
        public var prefixLength: UInt8
        /// True when the address carries our IFA_PROTO mark: we put it there.
        public var isOurs: Bool
        /// RT_SCOPE_*: 0 is global.
        public var scope: UInt8
        public init(address: IPAddress, prefixLength: UInt8, isOurs: Bool = false, scope: UInt8 = 0) {
            self.address = address
            self.prefixLength = prefixLength
            self.scope = scope
            self.isOurs = isOurs
        }
    }

    /// What stands in the way of running a program as a user; nil means that it can be run.
    public struct ProgramProblem: Equatable, Sendable {
        /// One sentence that names the path component, the permission and its owner.
        public var sentence: String
        /// The command that mends it.
        public var fix: String?
        /// True when it would run but someone other than root could change it (script security).
        public var isSecurityOnly: Bool
        /// True when the program is there: then keepalived does not notice it before it runs it.
        public var isThere: Bool
        public init(sentence: String, fix: String?, isSecurityOnly: Bool = false, isThere: Bool = false) {
            self.sentence = sentence
            self.fix = fix
            self.isSecurityOnly = isSecurityOnly
            self.isThere = isThere
        }
    }

    /// What is where a tracked file should be.
    public enum TrackedFile: Equatable, Sendable {
        /// Not even its directory.
        case noDirectory
        case missing
        case beginning([UInt8])
        /// Why it cannot be read.
        case unreadable(String)
    }

    public var interfaces: [Interface]
    /// Whether programs may bind to addresses that the host does not have (`ip_nonlocal_bind`); empty when not known.
    public var bindsElsewhere: [AddressFamily: Bool] = [:]

    public init(interfaces: [Interface]) { self.interfaces = interfaces }
}

/// Answers about programs and users, asked one at a time because they depend on the configuration.
public protocol HostInspector {
    var facts: HostFacts { get }
    /// Why `program` (the first word of a check's command) cannot be run by `user`, or nil when it can.
    func problem(running program: String, as user: UserName?) -> HostFacts.ProgramProblem?
    /// Whether the host has this user (and group, when named).
    func exists(_ user: UserName) -> Bool
    /// What is at `path`; nil where nobody may wait for a disk.
    func trackedFile(at path: String) -> HostFacts.TrackedFile?
    /// The text of the script that a command's first word means; nil for what is none, or may not be looked at.
    func scriptText(of program: String) -> String?
}
