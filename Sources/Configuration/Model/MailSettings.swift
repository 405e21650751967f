public import VRRPCore

/// How mail is sent when a state changes: what `global_defs` says of it.
public struct MailSettings: Hashable, Sendable {
    /// `smtp_server HOST [PORT]`.
    public struct Server: Hashable, Sendable {
        /// A name, or an address.
        public var host: String
        public var port: UInt16

        public init(host: String, port: UInt16) {
            self.host = host
            self.port = port
        }

        /// As it is written in a file.
        public var text: String { "\(host) \(port)" }
    }

    /// `notification_email`, each once.
    public var recipients: [String] = []
    /// `notification_email_from`; nil is the user who runs the daemon, at this host.
    public var sender: String?
    /// Nil sends nothing.
    public var server: Server?
    /// `smtp_helo_name`; nil is the host's name.
    public var greeting: String?
    /// `smtp_connect_timeout`: how long the server may take for each step.
    public var timeout = Interval.seconds(30)
    /// `no_email_faults`.
    public var sparesFaults = false

    public init() {}

    /// There is somebody to write to, and somebody to take it there.
    public var isComplete: Bool { !recipients.isEmpty && server != nil }
}
