/// The files that were named, some of which may be one.
struct Names {
    private let files: [String]
    /// By position, what `@ID` lines are compared with; empty for one id in all of them.
    private let ids: [String]
    /// By position, that of an earlier one which is the same file.
    private var twins: [Int: Int] = [:]

    init(of files: [String], ids: [String] = [], _ reader: any SourceReader) {
        self.files = files
        self.ids = ids
        let identities = files.map { reader.identity(of: $0) }
        for (index, file) in files.enumerated() {
            let identity = identities[index]
            twins[index] = files.indices.prefix(index).first {
                // A file may say something else to each host.
                if ids.count == files.count, ids[$0] != ids[index] { return false }
                return files[$0] == file || (identity != nil && identities[$0] == identity)
            }
        }
    }

    var hasTwins: Bool { !twins.isEmpty }

    /// What to call the host of the file at a position.
    func title(_ index: Int) -> String {
        let isShared = ids.count == files.count && files.count { $0 == files[index] } > 1
        return isShared ? "\(files[index]) as \(ids[index])" : files[index]
    }

    /// What the file at a position is called in a place before it; nil when it is there for the first time.
    func earlier(_ index: Int) -> String? { twins[index].map { files[$0] } }
}

/// Everything else that could be said of the two would come of this.
func sameFile(_ file: String, _ earlier: String) -> Diagnostic {
    Diagnostic(
        .error, "pair-same-file", at: SourceLocation(file: file, line: 1, column: 1),
        file == earlier ? "`\(file)` is given twice" : "`\(file)` and `\(earlier)` are the same file",
        consequence: "the two hosts of a pair differ: nothing was compared, and nothing proved",
        fix: "understudy check \(earlier) FILE   # FILE is the other host's")
}
