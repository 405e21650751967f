internal import VRRPCore

extension Linter {
    /// What tracked files hold at present, as far as it may be looked at.
    mutating func checkFiles(_ host: any HostInspector) {
        for file in model.files {
            switch host.trackedFile(at: file.path) {
            case .noDirectory?:
                report(
                    .warning, "no-such-directory", at: file.pathLocation,
                    "the directory of `\(file.path)` is not on this host",
                    consequence: "the file counts as 0 until it is there; keepalived would run without `\(file.name)`",
                    fix: "mkdir -p \(directory(of: file.path))")
            case .unreadable(let reason)?:
                report(
                    .warning, "no-number", at: file.pathLocation, "`\(file.path)` cannot be read: \(reason)",
                    consequence: "it counts as 0 at first, and later as the last number that could be read",
                    fix: "a regular file that holds one whole number")
            case .beginning(let octets)?: checkNumber(octets, file)
            case .missing?, nil: break
            }
        }
    }

    private mutating func checkNumber(_ octets: [UInt8], _ file: FileCheck) {
        let problem: String
        // What holds something else may be somebody else's.
        var fix = "echo 0 > \(file.path)"
        switch FileNumber(octets) {
        case .number, .empty: return
        case .noNumber:
            problem = "no number"
            fix = "a file that holds one whole number; or \(fix)   # if nobody needs what is in this one"
        case .tooLarge: problem = "a number beyond 32 bits"
        }
        report(
            .warning, "no-number", at: file.pathLocation, "`\(file.path)` holds \(problem) at present",
            consequence: "it counts as 0, as in keepalived", fix: fix)
    }

    private func directory(of path: String) -> String {
        let parts = path.split(separator: "/").dropLast()
        return "/" + parts.joined(separator: "/")
    }
}
