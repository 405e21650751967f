/// How adverts of a virtual router are signed (`auth_hmac`); never with what.
package struct KeyedStatus: Codable, Equatable, Sendable {
    /// `enforce`, `permissive` or `receive-only`.
    package var mode: String
    /// The number of the key that signs.
    package var activeKey: Int
    /// The numbers of the keys that are believed.
    package var keys: [Int]
    /// `time` or `monotonic`.
    package var antiReplay: String
    package var timeWindowSeconds: Int

    package init(mode: String, activeKey: Int, keys: [Int], antiReplay: String, timeWindowSeconds: Int) {
        self.mode = mode
        self.activeKey = activeKey
        self.keys = keys
        self.antiReplay = antiReplay
        self.timeWindowSeconds = timeWindowSeconds
    }

    /// `auth_hmac, mode enforce: signs with key 2, knows keys 1, 2; anti_replay time, 5 s`.
    package var text: String {
        let list = keys.map(String.init).joined(separator: ", ")
        let signing = mode == "receive-only" ? "signs nothing" : "signs with key \(activeKey)"
        let window = antiReplay == "monotonic" ? "" : ", \(timeWindowSeconds) s"
        return "auth_hmac, mode \(mode): \(signing), knows key\(keys.count == 1 ? "" : "s") \(list); anti_replay "
            + antiReplay + window
    }
}
