// A libFuzzer target for configuration files: parser, resolver, lints and layout. See scripts/fuzz.

import Configuration
import VRRPWire

/// One file in memory, which may include itself and a second one.
private struct OneFile: SourceReader {
    var content: [UInt8]

    func read(_ path: String) -> Result<[UInt8], ReadFailure> {
        switch path {
        case "/etc/fuzz.conf": .success(content)
        case "/etc/other.conf": .success(Array("vrrp_script chk {\n script /bin/true\n}\n".utf8))
        default: .failure(ReadFailure("No such file or directory"))
        }
    }

    func glob(_ pattern: String) -> [String] {
        pattern.hasSuffix("other.conf") ? ["/etc/other.conf"] : pattern.hasSuffix("fuzz.conf") ? ["/etc/fuzz.conf"] : []
    }

    // Far less than for people: a fuzzer finds nothing new in the ten thousandth line of a template.
    var expandedLineLimit: Int { 2000 }

    func environment(_ name: String) -> String? { "value of \(name)" }

    func isIncludable(_ path: String) -> Bool { true }
}

/// What is laid out can be laid out, and then stays as it is.
private func layOut(_ content: [UInt8]) {
    guard case .success(let text) = format(content, file: "/etc/fuzz.conf", expandedLineLimit: 2000) else { return }
    guard case .success(let again) = format(text, file: "/etc/fuzz.conf", expandedLineLimit: 2000) else {
        preconditionFailure("a layout has errors that the file has not")
    }
    precondition(again == text, "a layout is not laid out")
}

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ data: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let content = Array(UnsafeBufferPointer(start: data, count: count))
    let lines = content.count { $0 == 0x0A || $0 == 0x0D } + 1
    let checked = check(
        file: "/etc/fuzz.conf", reading: OneFile(content: content), configurationID: "one", host: nil,
        hostIsAuthoritative: false)
    for diagnostic in checked.diagnostics {
        precondition(!diagnostic.message.isEmpty && !diagnostic.code.isEmpty)
        let location = diagnostic.location
        // Where nothing is, nobody finds what to mend; an instance that a line makes many of counts as that line.
        precondition(location.line >= 1 && location.column >= 1, "\(diagnostic)")
        if location.file == "/etc/fuzz.conf" { precondition(location.line <= lines, "\(diagnostic)") }
    }
    layOut(content)
    // What runs never runs with numbers that its packets cannot carry.
    guard !checked.diagnostics.contains(where: { $0.severity == .error }) else { return 0 }
    for instance in checked.model.instances {
        precondition(instance.virtualRouterID.rawValue > 0 && instance.advertisementInterval.count > 0)
    }
    return 0
}
