/// What a client of the control socket asks for: one line of JSON.
///
/// `{"version":1,"request":"status"}`. Members that a request does not know are refused, so that a misspelt
/// `dry_run` cannot turn a question into a change.
package struct Request: Codable, Equatable, Sendable {
    /// The version of the language that is spoken on the socket.
    package static let currentVersion = 1

    package var version = Self.currentVersion
    /// Comes back in the answer.
    package var id: Int?
    package var request: Kind
    /// The name of one instance; all of them without it.
    package var instance: String?
    /// ``Kind/history``: at most this many records, the newest ones.
    package var limit: Int?
    /// ``Kind/standby``: ends by itself after this many seconds.
    package var seconds: Int?
    /// ``Kind/switchover``: succeed at once where the addresses are with the peer already.
    package var toPeer: Bool?
    /// ``Kind/reload``: only say what would change.
    package var dryRun: Bool?

    package enum Kind: String, Codable, Sendable, CaseIterable {
        case status
        case history
        /// Hand the addresses to the peer.
        case switchover
        /// Maintenance: be the last who takes the addresses, until told otherwise.
        case standby
        /// End maintenance, and what a switch-over left behind: the election decides again.
        case resume
        case reload
        /// Become the program that is installed now.
        case upgrade

        /// True when it changes nothing.
        package var isReading: Bool {
            switch self {
            case .status, .history: true
            case .switchover, .standby, .resume, .reload, .upgrade: false
            }
        }

        /// The members that this kind understands, beside version, id and request.
        fileprivate var members: Set<String> {
            switch self {
            case .status: ["instance"]
            case .history: ["instance", "limit"]
            case .switchover: ["instance", "to_peer"]
            case .standby: ["seconds"]
            case .resume, .upgrade: []
            case .reload: ["dry_run"]
            }
        }
    }

    package init(_ request: Kind) { self.request = request }

    /// Reads one line, without its line feed.
    package static func parse(_ line: [UInt8]) throws(Problem) -> Request {
        let json: JSON
        do throws(JSONError) {
            json = try JSON(parsing: line)
        } catch {
            throw Problem(.malformed, "not JSON: \(error.reason) at octet \(error.offset)")
        }
        guard case .object(let members) = json else { throw Problem(.malformed, "a request is a JSON object") }
        guard case .integer(let version)? = json["version"] else {
            throw Problem(
                .malformed, "'version' is missing or no integer; this daemon speaks version \(currentVersion)")
        }
        guard version == currentVersion else {
            throw Problem(.unsupportedVersion, "version \(version) is not spoken here; \(currentVersion) is")
        }
        let known = Kind.allCases.map(\.rawValue).joined(separator: ", ")
        guard case .string(let name)? = json["request"], let kind = Kind(rawValue: name) else {
            throw Problem(.unknownRequest, "'request' is none of \(known)")
        }
        let allowed = kind.members.union(["version", "id", "request"])
        if let stranger = members.first(where: { !allowed.contains($0.name) }) {
            throw Problem(.malformed, "'\(stranger.name)' has no meaning in a \(name) request")
        }
        let request: Request
        do {
            request = try decode(Request.self, from: json)
        } catch {
            throw Problem(.malformed, "a member of the \(name) request has the wrong type")
        }
        try request.checkRanges()
        return request
    }

    private func checkRanges() throws(Problem) {
        if let limit, limit < 1 { throw Problem(.malformed, "'limit' is at least 1") }
        if let seconds, !(1...Self.longestStandby).contains(seconds) {
            throw Problem(.malformed, "'seconds' is 1 to \(Self.longestStandby), a year")
        }
    }

    package static let longestStandby = 366 * 86_400
}
