import Rehearsal
import Testing

/// What a check of a large file costs, beside keepalived's own check of the same file on the same host.
@Suite struct CheckCostTests {
    /// A large file, and how often it is checked: keepalived takes half a minute for some.
    struct LargeFile: CustomTestStringConvertible {
        var testDescription: String
        var text: String
        var lines: Int
        var rounds: Int

        static let twentyThousandInstances = LargeFile(
            testDescription: "20,000 instances",
            text: (0..<20_000).map { instance($0, lines: []) }.joined(), lines: 160_000, rounds: 1)

        static let hundredThousandLines = LargeFile(
            testDescription: "100,000 lines",
            text: "global_defs {\n    enable_script_security\n    script_user root\n}\n"
                + (0..<100).map(script).joined()
                + (0..<8000).map { instance($0, lines: ["advert_int 1", "track_script {", "c\($0 % 100)", "}"]) }
                .joined()
                + (0..<567).map(group).joined(), lines: 100_006, rounds: 3)

        private static func instance(_ number: Int, lines: [String]) -> String {
            """
            vrrp_instance V_\(number) {
                interface eth\(number / 255)
                virtual_router_id \(number % 255 + 1)
                priority 100
            \(lines.map { "    \($0)\n" }.joined())    virtual_ipaddress {
                    10.\(number >> 16).\(number >> 8 & 255).\(number & 255)/32
                }
            }

            """
        }

        private static func script(_ number: Int) -> String {
            """
            vrrp_script c\(number) {
                script "/bin/true \(number)"
                interval 2
                fall 2
                rise 2
            }

            """
        }

        private static func group(_ number: Int) -> String {
            """
            vrrp_sync_group G_\(number) {
                group {
                    V_\(2 * number)
                    V_\(2 * number + 1)
                }
            }

            """
        }
    }

    struct Cost {
        /// The most memory that it had at a time, in KiB.
        var memory: Int
        /// Of the processor, its own and the kernel's, in milliseconds.
        var time: Int
    }

    /// Runs a program to its end, and says what it took.
    private func cost(_ host: Host, _ command: [String]) throws -> Cost {
        let ended = try host.run("/usr/bin/time", ["-f", "cost %M %U %S"] + command, seconds: 400)
        #expect(ended.status == .exited(code: 0), "\(command): \(ended.output.suffix(400))")
        let words = try #require(ended.output.split(separator: "\n").last { $0.hasPrefix("cost ") }).split(
            separator: " ")
        let seconds = try words.suffix(2).map { try #require(Double($0)) }
        return Cost(memory: try #require(Int(words[1])), time: Int((seconds.reduce(0, +) * 1000).rounded()))
    }

    @Test(arguments: [LargeFile.twentyThousandInstances, .hundredThousandLines])
    func `a check takes less time and memory than keepalived's`(file: LargeFile) throws {
        #expect(file.text.split(separator: "\n", omittingEmptySubsequences: false).count == file.lines + 1)
        let trial = try Trial()
        let host = try trial.laboratory.addHost("lb1", (0..<79).map { Interface("eth\($0)", addresses: []) })
        try host.writeFile("/run/vrrp.conf", file.text)
        var (ours, theirs): ([Cost], [Cost]) = ([], [])
        for _ in 0..<file.rounds {
            ours.append(try cost(host, [Trial.command, "check", "/run/vrrp.conf"]))
            theirs.append(try cost(host, ["keepalived", "-t", "-f", "/run/vrrp.conf"]))
        }
        // The least of several times is the one that others disturbed least.
        let memory = try (#require(ours.map(\.memory).max()), #require(theirs.map(\.memory).min()))
        let time = try (#require(ours.map(\.time).min()), #require(theirs.map(\.time).min()))
        print("\(file.testDescription): \(memory.0) KiB beside \(memory.1), \(time.0) ms beside \(time.1)")
        #expect(memory.0 < memory.1, "KiB of memory, understudy and keepalived")
        #expect(time.0 < time.1, "ms of processor time, understudy and keepalived")
    }
}
