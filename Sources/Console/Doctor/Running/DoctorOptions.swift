/// What the operator asked the doctor for.
package struct DoctorOptions: Sendable {
    /// The configuration file; nil for the running daemon's, or the usual one.
    package var file: String?
    package var configurationID: String
    package var socket: String
    /// HAProxy's configuration files; none for those that are found.
    package var haproxyFiles: [String]
    /// How long to listen; nil for long enough to hear every instance twice, within bounds.
    package var seconds: Double?

    package init(
        file: String? = nil, configurationID: String, socket: String = defaultSocketPath, haproxyFiles: [String] = [],
        seconds: Double? = nil
    ) {
        self.file = file
        self.configurationID = configurationID
        self.socket = socket
        self.haproxyFiles = haproxyFiles
        self.seconds = seconds
    }

    /// Where the configuration is unless anybody says otherwise.
    package static let usualFile = "/etc/understudy/understudy.conf"
}
