import Testing

@testable import Daemon

/// The command line is keepalived's; what becomes of a flag that has nothing to do is said, and so is why one is refused.
@Suite struct OptionsTests {
    private func options(_ arguments: String..., calledAs program: String = "understudyd") -> Options? {
        guard case .run(let options) = Options.parse([program] + arguments) else { return nil }
        return options
    }

    private func mistake(_ arguments: String...) -> String? {
        guard case .mistake(let sentence) = Options.parse(["understudyd"] + arguments) else { return nil }
        return sentence
    }

    @Test func `without arguments the name decides the paths`() {
        #expect(options()?.configurationFile == "/etc/understudy/understudy.conf")
        #expect(options()?.pidFile == "/run/understudyd.pid")
        #expect(options(calledAs: "/usr/sbin/keepalived")?.configurationFile == "/etc/keepalived/keepalived.conf")
        #expect(options(calledAs: "keepalived")?.pidFile == "/run/keepalived.pid")
        #expect(options(calledAs: "hapee-vrrp")?.configurationFile == "/etc/understudy/understudy.conf")
        #expect(Options.parse([]) == .run(Options(calledAs: "understudyd")))
    }

    static let spellings: [[String]] = [
        ["-f", "/x"], ["-f/x"], ["--use-file", "/x"], ["--use-file=/x"], ["-nf", "/x"], ["-nf/x"], ["-n", "-lDf/x"],
    ]

    @Test(arguments: spellings)
    func `a value may be written as getopt reads it`(arguments: [String]) {
        guard case .run(let options) = Options.parse(["understudyd"] + arguments) else {
            Issue.record("\(arguments) is refused")
            return
        }
        #expect(options.configurationFile == "/x")
    }

    @Test func `every flag sets what it says and nothing else`() {
        let plain = Options(calledAs: "understudyd")
        let table: [(short: [String], long: [String], change: (inout Options) -> Void)] = [
            (["-n"], ["--dont-fork"], { $0.foreground = true }),
            (["-l"], ["--log-console"], { $0.logToConsole = true }),
            (["-D"], ["--log-detail"], { $0.detailed = true }),
            (["-G"], ["--no-syslog"], { $0.noSyslog = true }),
            (["-d"], ["--dump-conf"], { $0.dumpConfiguration = true }),
            (["-t"], ["--config-test"], { $0.testOnly = true }),
            (["-p", "/p"], ["--pid=/p"], { $0.pidFile = "/p" }),
            (["-i", "lb1"], ["--config-id", "lb1"], { $0.configurationID = "lb1" }),
            (["-s", "blue"], ["--namespace=blue"], { $0.networkNamespace = "blue" }),
            (["-u", "027"], ["--umask=027"], { $0.umask = 0o27 }),
            (["-S", "3"], ["--log-facility=local3"], { $0.facility = 19 }),
            (["-S", "user"], ["--log-facility", "user"], { $0.facility = 1 }),
            (["-S", "daemon"], ["--log-facility", "daemon"], { $0.facility = 3 }),
            (["-R"], ["--dont-respawn"], { $0.replacesNobody = true }),
            (["-m"], ["--core-dump"], { $0.allowsCoreDumps = true }),
        ]
        for row in table {
            var expected = plain
            row.change(&expected)
            #expect(Options.parse(["understudyd"] + row.short) == .run(expected), "\(row.short)")
            #expect(Options.parse(["understudyd"] + row.long) == .run(expected), "\(row.long)")
        }
    }

    @Test func `the numbers of signals have keepalived's names`() {
        let numbers: [String: Int32] = [
            "STOP": 15, "RELOAD": 1, "DATA": 10, "STATS": 12, "STATS_CLEAR": 63, "JSON": 36,
        ]
        for (name, number) in numbers {
            #expect(Options.parse(["keepalived", "--signum=\(name)"]) == .signal(number))
            #expect(Options.parse(["keepalived", "--signum", name]) == .signal(number))
        }
    }

    @Test func `help and version win over what follows`() {
        #expect(Options.parse(["x", "-n", "-h", "-Z"]) == .help)
        #expect(Options.parse(["x", "--version", "nonsense"]) == .version)
    }

    @Test(arguments: ["-S", "-f", "-p", "-i", "-s", "-u", "--pid", "--use-file", "--signum"])
    func `a flag without its value is a mistake`(flag: String) {
        #expect(mistake(flag)?.contains("needs a value") == true)
    }

    static let wrongValues: [[String]] = [
        ["-S", "8"], ["-S", "local8"], ["-S", "mail"], ["-S", "-1"], ["-u", "8"], ["-u", "1000"], ["-u", "-1"],
        ["--signum=USR1"], ["--signum="],
        ["-s", "../x"], ["-s", ""],
        ["--dont-fork=yes"],
    ]

    @Test(arguments: wrongValues)
    func `a value that means nothing is a mistake`(arguments: [String]) {
        guard case .mistake = Options.parse(["understudyd"] + arguments) else {
            Issue.record("\(arguments) is accepted")
            return
        }
    }

    /// Every flag of keepalived's manual page that would do what is not done here.
    static let others = [
        "-C", "-g", "-V", "-T", "--check", "--log-file", "--dont-release-vrrp", "--genhash",
        "--flush-log-file", "--config-fd", "--ignore-sigint", "--perf", "--debug", "--no-mem-check",
    ]

    /// Those that change nothing, as services of keepalived have them.
    static let idle: [[String]] = [
        ["-P"], ["--vrrp"], ["-B"], ["--no_bfd"], ["--all"], ["-X"], ["--release-vips"], ["-I"],
        ["--dont-release-ipvs"], ["-a"], ["--address-monitoring"], ["-e"], ["--all-config"], ["-x"], ["--snmp"],
        ["-A", "/x"], ["-A/x"], ["--snmp-agent-socket=/x"], ["--snmp-agent-socket", "/x"], ["-r", "/x"],
        ["--vrrp_pid=/x"], ["-c", "/x"], ["--checkers_pid", "/x"], ["-b/x"], ["--bfd_pid=/x"], ["-M"], ["-Mcore.%p"],
        ["--core-dump-pattern"], ["--core-dump-pattern=core.%p"],
    ]

    @Test(arguments: idle)
    func `a flag that changes nothing is taken, and the log says so`(arguments: [String]) {
        guard case .run(let options) = Options.parse(["keepalived", "-n"] + arguments + ["-D"]) else {
            Issue.record("\(arguments) is refused")
            return
        }
        var expected = Options(calledAs: "keepalived")
        (expected.foreground, expected.detailed) = (true, true)
        let remark = options.remarks.first ?? ""
        let name = arguments[0].hasPrefix("--") ? arguments[0].prefix { $0 != "=" } : arguments[0].prefix(2)
        #expect(options.remarks.count == 1 && remark.hasPrefix("\(name) changes nothing: "), "\(options.remarks)")
        #expect(options.foreground && options.detailed && options.configurationFile == expected.configurationFile)
        #expect(options.pidFile == expected.pidFile && !options.replacesNobody && !options.allowsCoreDumps)
    }

    @Test func `flags that change nothing stand among others`() {
        #expect(options("-DPxR", "-f", "/x")?.remarks.count == 2)
        #expect(options("-DPxR", "-f", "/x")?.replacesNobody == true)
        #expect(options("-Pf", "/x")?.configurationFile == "/x")
        #expect(mistake("-r")?.contains("needs a value") == true)
        #expect(mistake("--vrrp_pid")?.contains("needs a value") == true)
        #expect(mistake("--vrrp=1") == "--vrrp takes no value")
    }

    @Test(arguments: others)
    func `keepalived's other flags are refused in a sentence`(flag: String) {
        let sentence = mistake(flag + (flag.hasPrefix("--") ? "=1" : ""))
        #expect(sentence?.hasPrefix(flag) == true)
        #expect((sentence?.count ?? 0) > flag.count + 10)
    }

    @Test func `a word that is no flag gets the advice to use -f`() {
        #expect(
            mistake("/etc/x.conf") == "'/etc/x.conf' is not a flag; a configuration file is given with -f /etc/x.conf")
        #expect(mistake("-") != nil)
        #expect(mistake("--") != nil)
        #expect(mistake("") != nil)
    }

    @Test func `help fits a terminal and names every flag once`() {
        let text = Options.help(calledAs: "keepalived")
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 110 })
        for flag in "fnlDSGuptidRmvh" {
            #expect(text.components(separatedBy: "  -\(flag), --") == 2, "-\(flag)")
        }
        #expect(text.contains("\n      --signum=NAME  "))
        #expect(text.contains("\n  -P, --vrrp: VRRP is all that runs here\n"))
        #expect(text.contains("/etc/keepalived/keepalived.conf"))
    }
}

extension String {
    /// How many parts there are between occurrences of `separator`.
    fileprivate func components(separatedBy separator: String) -> Int { self.split(separator: separator).count }
}
