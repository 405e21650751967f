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
    private func cost(_ host: Host, _ command: [String], verdicts: [Int32] = [0]) throws -> Cost {
        let ended = try host.run("/usr/bin/time", ["-f", "cost %M %U %S"] + command, seconds: 400)
        #expect(
            verdicts.contains { ended.status == .exited(code: $0) }, "\(command): \(ended.output.suffix(400))")
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

    /// A file with one block of so many lines, or with so many blocks that refer to one another.
    struct LongFile: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var text: @Sendable (Int) -> String

        private static func instance(_ name: String = "VI_1", _ id: Int = 51, _ more: String = "") -> String {
            "vrrp_instance \(name) {\ninterface eth0\nvirtual_router_id \(id)\npriority 100\n"
                + "virtual_ipaddress {\n192.0.2.\(id)/24\n}\n\(more)}\n"
        }

        /// In the instance.
        private static func block(_ name: String, _ line: @escaping @Sendable (Int) -> String) -> LongFile {
            LongFile(testDescription: name) { count in
                instance("VI_1", 51, "\(name) {\n" + (0..<count).map { line($0) + "\n" }.joined() + "}\n")
            }
        }

        private static func address(_ number: Int) -> String {
            "10.\(number >> 14).\(number >> 7 & 127).\(number & 127)"
        }

        static let all = [
            block("virtual_ipaddress") { "\(address($0))/32" },
            block("virtual_ipaddress_excluded") { "\(address($0))/32" }, block("unicast_peer") { address($0) },
            block("virtual_routes") { "\(address($0))/32 via 192.0.2.1 dev eth0" },
            block("virtual_rules") { "from \(address($0))/32 lookup 5" }, block("track_interface") { "dummy\($0)" },
            block("track_script") { "undefined_\($0)" }, block("authentication") { "unknown_\($0) 1" },
            LongFile(testDescription: "static_ipaddress") { count in
                "static_ipaddress {\n" + (0..<count).map { "\(address($0))/32 dev eth0\n" }.joined() + "}\n"
                    + instance()
            },
            LongFile(testDescription: "checks") { count in
                (0..<count / 4).map { "vrrp_script c\($0) {\nscript \"/bin/true\"\ninterval 2\n}\n" }.joined()
                    + instance("VI_1", 51, "track_script {\n" + (0..<count / 4).map { "c\($0)\n" }.joined() + "}\n")
            },
            LongFile(testDescription: "members of a group") { count in
                (0..<count / 16).map { instance("VI_\($0)", 51) }.joined()
                    + "vrrp_sync_group G {\ngroup {\n" + (0..<count / 16).map { "VI_\($0)\n" }.joined() + "}\n}\n"
            },
            LongFile(testDescription: "groups") { count in
                (0..<count / 16).map { instance("VI_\($0)", 51) }.joined()
                    + (0..<count / 32).map {
                        "vrrp_sync_group G\($0) {\ngroup {\nVI_\(2 * $0)\nVI_\(2 * $0 + 1)\n}\n}\n"
                    }
                    .joined()
            },
            block("virtual_ipaddresss") { "\(address($0))/32" },
            LongFile(testDescription: "misspelt lines") { count in
                instance("VI_1", 51, (0..<count).map { "advert_itn \($0)\n" }.joined())
            },
            LongFile(testDescription: "blocks of one name") { count in
                (0..<count / 16).map { instance("VI_1", $0 % 255 + 1) }.joined()
            },
            LongFile(testDescription: "comments") { instance() + String(repeating: "# nothing\n", count: $0 * 4) },
        ]
    }

    @Test(arguments: LongFile.all)
    func `a check of eight times as many lines takes no more than in proportion`(file: LongFile) throws {
        let trial = try Trial()
        let host = try trial.host()
        let times = try [5000, 40_000].map { count in
            try host.writeFile("/run/vrrp.conf", file.text(count))
            return try cost(host, [Trial.command, "check", "/run/vrrp.conf"], verdicts: [0, 1, 2]).time
        }
        // What each line is compared with all others takes 64 times as long.
        print("\(file.testDescription): \(times[0]) ms, then \(times[1]) ms")
        #expect(times[1] < 24 * max(times[0], 10), "\(times) ms")
    }
}
