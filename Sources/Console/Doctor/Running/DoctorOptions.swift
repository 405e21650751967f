/// What the operator asked the doctor for.
package struct DoctorOptions: Sendable {
    /// The configuration file; nil for the running daemon's, or the usual one.
    package var file: String?
    package var configurationID: String
    /// The peer's configuration file, to be compared with this host's.
    package var peerFile: String?
    /// The peer's configuration id.
    package var peerID: String?
    package var socket: String
    /// HAProxy's configuration files; none for those that are found.
    package var haproxyFiles: [String]
    /// How long to listen; nil for long enough to hear every instance twice, within bounds.
    package var seconds: Double?

    package init(
        file: String? = nil, configurationID: String, peerFile: String? = nil, peerID: String? = nil,
        socket: String = defaultSocketPath, haproxyFiles: [String] = [],
        seconds: Double? = nil
    ) {
        self.file = file
        self.configurationID = configurationID
        self.peerFile = peerFile
        self.peerID = peerID
        self.socket = socket
        self.haproxyFiles = haproxyFiles
        self.seconds = seconds
    }

    /// Where the configuration is unless anybody says otherwise.
    package static let usualFile = "/etc/understudy/understudy.conf"
}
