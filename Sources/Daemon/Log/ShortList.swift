extension Collection<String> {
    /// The first eight, and how many more there are: a thousand addresses make no line that somebody reads.
    var shortList: String {
        prefix(8).joined(separator: ", ") + (count > 8 ? " and \(count - 8) more" : "")
    }
}
