import Configuration
import Testing
import VRRPWire

/// One brace too few or too many anywhere, and still nothing moves from one instance to another.
@Suite struct BraceMistakeTests {
    private static let text = """
        global_defs {
            router_id a
        }
        vrrp_script chk {
            script "/bin/true"
        }
        vrrp_instance ONE {
            interface eth0
            virtual_router_id 1
            priority 100
            authentication {
                auth_type PASS
                auth_pass one
            }
            virtual_ipaddress {
                192.0.2.1
                192.0.2.2
            }
            track_script {
                chk
            }
        }
        vrrp_instance TWO {
            interface eth1
            virtual_router_id 2
            priority 90
            virtual_ipaddress {
                198.51.100.1
            }
            unicast_src_ip 203.0.113.1
            unicast_peer {
                203.0.113.2
            }
        }

        """

    private static var unindented: String {
        text.split(separator: "\n").map { String($0.drop { $0 == " " }) }.joined(separator: "\n") + "\n"
    }

    private func checked(_ text: String) -> CheckedFile {
        Configuration.check(
            file: "t", reading: DictionaryReader(["t": text]), configurationID: "x", host: nil,
            hostIsAuthoritative: false)
    }

    private func expectApart(_ text: String, _ what: String) -> CheckedFile {
        let result = checked(text)
        #expect(result.diagnostics.contains { $0.severity == .error }, "\(what)")
        let own: [String: Set<String>] = ["ONE": ["192.0.2.1", "192.0.2.2"], "TWO": ["198.51.100.1"]]
        for instance in result.model.instances {
            let held = Set(instance.addresses.map { "\($0.address)" })
            #expect(held.isSubset(of: own[instance.name] ?? []), "\(what): \(instance.name) holds \(held)")
            #expect(instance.interface == (instance.name == "ONE" ? "eth0" : "eth1"), "\(what)")
        }
        return result
    }

    private func braces(in text: String) -> [String.Index] { text.indices.filter { "{}".contains(text[$0]) } }

    private func lineNumber(of index: String.Index, in text: String) -> Int {
        text[..<index].count { $0 == "\n" } + 1
    }

    @Test func `starts from a file without mistakes`() {
        #expect(checked(Self.text).diagnostics.allSatisfy { $0.severity < .error })
        #expect(checked(Self.unindented).diagnostics.allSatisfy { $0.severity < .error })
    }

    @Test func `reports one mistake for each brace that is missing from an indented file`() {
        for index in braces(in: Self.text) {
            var text = Self.text
            text.remove(at: index)
            let line = lineNumber(of: index, in: Self.text)
            let result = expectApart(text, "without the brace of line \(line)")
            let errors = result.diagnostics.filter { $0.severity == .error }
            #expect(errors.count == 1, "without the brace of line \(line): \(summary(errors))")
            #expect(errors.allSatisfy { $0.location.line <= line }, "line \(line): \(summary(errors))")
            #expect(result.model.instances.map(\.name) == ["ONE", "TWO"], "line \(line)")
        }
    }

    @Test func `reports one mistake for each closing brace that is doubled in an indented file`() {
        let lines = Self.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        for (number, line) in lines.enumerated() where line.hasSuffix("}") {
            var doubled = lines
            doubled.insert(line, at: number)
            let result = expectApart(doubled.joined(separator: "\n"), "with line \(number + 1) twice")
            let errors = result.diagnostics.filter { $0.severity == .error }
            #expect(errors.map(\.code) == ["surplus-brace"], "line \(number + 1): \(summary(errors))")
            #expect(errors.allSatisfy { abs($0.location.line - number - 1) <= 1 }, "\(number + 1): \(summary(errors))")
            #expect(result.model.instances.map(\.name) == ["ONE", "TWO"], "line \(number + 1)")
        }
    }

    @Test func `never mixes two instances of a file without indentation`() {
        for index in braces(in: Self.unindented) {
            var missing = Self.unindented
            missing.remove(at: index)
            _ = expectApart(missing, "without the brace of line \(lineNumber(of: index, in: Self.unindented))")
            for extra in ["{", "}"] {
                var doubled = Self.unindented
                doubled.insert(contentsOf: "\n\(extra)\n", at: doubled.index(after: index))
                _ = expectApart(doubled, "with `\(extra)` after line \(lineNumber(of: index, in: Self.unindented))")
            }
        }
    }
}
