internal import Configuration
internal import Daemon
internal import LinuxKernel

/// `understudy fmt`: lays out configuration files.
package struct FormatCommand: Sendable {
    package enum Purpose: Sendable {
        /// Print what the file should look like.
        case print
        /// Say which files would change.
        case check
        /// Write the files.
        case rewrite
    }

    package var files: [String]
    package var purpose: Purpose
    /// Prints what changes, as `diff -u` does, and not the whole.
    package var showsDifference: Bool

    package init(files: [String], purpose: Purpose, showsDifference: Bool = false) {
        self.files = files
        self.purpose = purpose
        self.showsDifference = showsDifference
    }

    /// What the command has to say: octets, because nobody asks that comments are UTF-8.
    package struct Outcome: Equatable, Sendable {
        package var output: [UInt8] = []
        package var complaint = ""
        package var status = CommandStatus.good

        /// Nothing to say, and nothing wrong.
        package init() {}

        /// What cannot be done weighs more than what is not as it should be.
        fileprivate mutating func worsen(to other: CommandStatus) {
            let weights: [CommandStatus] = [.good, .wrong, .notPermitted, .refused]
            if weights.firstIndex(of: other) ?? 0 > weights.firstIndex(of: status) ?? 0 { status = other }
        }

        fileprivate mutating func complain(_ text: String, _ status: CommandStatus) {
            complaint += "understudy fmt: \(text)\n"
            worsen(to: status)
        }
    }

    /// The name of standard input.
    package static let standardInput = "-"

    /// - Parameter read: standard input, when it is asked for; nil when it cannot be read.
    package func run(standardInput read: () -> [UInt8]?) -> Outcome {
        var outcome = Outcome()
        for file in files {
            let isInput = file == Self.standardInput
            let name = isInput ? "<standard input>" : file
            let content: Result<[UInt8], ReadFailure> =
                isInput
                ? read().map { .success($0) } ?? .failure(ReadFailure("it cannot be read")) : DiskReader().read(file)
            switch content {
            case .failure(let failure): outcome.complain("\(name): \(failure.reason)", .refused)
            case .success(let bytes): run(bytes, of: file, name: name, into: &outcome)
            }
        }
        return outcome
    }

    private func run(_ bytes: [UInt8], of file: String, name: String, into outcome: inout Outcome) {
        let text: [UInt8]
        switch format(bytes, file: name) {
        case .failure(let errors):
            outcome.complaint += errors.report.text
            return outcome.complain("\(name) is left as it is: \(errors.report.summary)", .refused)
        case .success(let formatted): text = formatted
        }
        let hasChanged = text != bytes
        if purpose == .rewrite, hasChanged {
            do throws(SystemError) {
                try rewriteDurably(file, with: text)
            } catch {
                // EPERM, EACCES: root could.
                let status: CommandStatus = [1, 13].contains(error.code) ? .notPermitted : .refused
                return outcome.complain("\(name) is left as it is: \(error)", status)
            }
        }
        if purpose == .check, hasChanged { outcome.worsen(to: .wrong) }
        if showsDifference {
            outcome.output += unifiedDifference(from: bytes, to: text, name: name)
        } else if purpose == .print {
            outcome.output += text
        } else if hasChanged {
            outcome.output += Array("\(name)\n".utf8)
        }
    }
}
