internal import VRRPWire

/// What a service, a server, or an entry of a group is reached at.
enum ServiceTarget: Equatable {
    case address(IPAddress, port: Int)
    case mark(AddressFamily?)
    case group(String)

    /// An entry of a `virtual_server_group`: an address, a range (`A-B`, `A-N`, `A/N`), or `fwmark N [inet|inet6]`.
    init?(_ line: Statement) {
        let words = line.written.split(separator: " ").map(String.init)
        guard let first = words.first else { return nil }
        if first == "fwmark" {
            guard words.count > 1, UInt32(words[1]) != nil else { return nil }
            guard words.count > 2 else {
                self = .mark(nil)
                return
            }
            guard ["inet", "inet6"].contains(words[2]) else { return nil }
            self = .mark(words[2] == "inet" ? .v4 : .v6)
            return
        }
        guard Self.isRange(first), let (address, port) = Self.server(words[...]) else { return nil }
        self = .address(address, port: port)
    }

    /// What stands after `virtual_server`.
    init?(service words: [String]) {
        switch words.first {
        case "fwmark":
            guard words.count > 1, UInt32(words[1]) != nil else { return nil }
            self = .mark(nil)
        case "group":
            guard words.count > 1 else { return nil }
            self = .group(words[1])
        default:
            guard let (address, port) = Self.server(words[...]) else { return nil }
            self = .address(address, port: port)
        }
    }

    var family: AddressFamily? {
        switch self {
        case .address(let address, _): address.family
        case .mark(let family): family
        case .group: nil
        }
    }

    static func entries(of group: Statement) -> [ServiceTarget] { (group.children ?? []).compactMap { Self($0) } }

    /// An address with a prefix or the end of a range, which are not looked at here, and a port; 0 for none.
    static func server(_ words: ArraySlice<String>) -> (IPAddress, port: Int)? {
        guard let first = words.first, let address = address(first) else { return nil }
        guard let second = words.dropFirst().first, !second.isEmpty else { return (address, 0) }
        guard let port = Int(second), 0...65535 ~= port else { return nil }
        return (address, port)
    }

    static func address(_ word: String) -> IPAddress? { IPAddress(String(word.prefix { $0 != "/" && $0 != "-" })) }

    /// Whether the end of a range makes sense.
    private static func isRange(_ word: String) -> Bool {
        guard let first = address(word) else { return false }
        if let end = word.split(separator: "/").dropFirst().first {
            return Int(end).map { 0...(first.family == .v4 ? 32 : 128) ~= $0 } ?? false
        }
        guard let end = word.split(separator: "-").dropFirst().first.map(String.init) else { return true }
        if let last = IPAddress(end) { return last.family == first.family && first < last }
        guard first.family == .v4 else { return Int(end, radix: 16).map { 0...0xffff ~= $0 } ?? false }
        let start = first.description.split(separator: ".").last.flatMap { Int($0) } ?? 0
        return Int(end).map { start < $0 && $0 <= 255 } ?? false
    }
}
