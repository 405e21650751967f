extension Resolver {
    /// The words of a command as keepalived would run it, and the words on the line that are no part of it.
    func command(of statement: Statement) -> (words: [String], text: String, ignored: [Word]) {
        let text = statement.arguments.first?.text ?? ""
        let words = text.split(separator: " ").map(String.init)
        return (words, text, Array(statement.arguments.dropFirst()))
    }
}
