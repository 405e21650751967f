import Testing

/// `#expect` for what changes a value while it answers, which the macro cannot take apart.
func expect(_ condition: Bool, _ comment: Comment? = nil, at location: SourceLocation = #_sourceLocation) {
    #expect(condition, comment, sourceLocation: location)
}
