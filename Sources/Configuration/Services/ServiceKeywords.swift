/// The blocks of keepalived's checker process, which does IPVS.
///
/// Nothing comes of them here. What may stand in them is known for `--compat` only, which says what `keepalived -t` says.
/// Source: keepalived 2.2.7, measured with a file for each keyword and value.
enum ServiceBlock: String {
    case service = "virtual_server"
    case server = "real_server"
    case group = "virtual_server_group"
    case certificates = "SSL"
    case httpCheck = "HTTP_GET"
    case tlsCheck = "SSL_GET"
    case url = "url"
    case tcpCheck = "TCP_CHECK"
    case udpCheck = "UDP_CHECK"
    case pingCheck = "PING_CHECK"
    case mailCheck = "SMTP_CHECK"
    case mailHost = "host"
    case nameCheck = "DNS_CHECK"
    case programCheck = "MISC_CHECK"
    case sessionCheck = "BFD_CHECK"
    case fileCheck = "FILE_CHECK"

    /// The keywords of this block; nil where lines are no keywords.
    var keywords: [String: ServiceValue]? { Self.tables[self] }

    private static let tables: [ServiceBlock: [String: ServiceValue]] = [
        .service: ofServices, .server: ofServers, .certificates: ["password", "ca", "certificate", "key"].all(.text),
        .httpCheck: check.adding(web), .tlsCheck: check.adding(web), .url: ofURLs, .tcpCheck: check, .pingCheck: check,
        .udpCheck: check.adding(datagrams), .mailCheck: check.adding(["helo_name": .text, "host": .block(.mailHost)]),
        .mailHost: connection,
        .nameCheck: check.adding(["type": .choice(recordTypes, isCaseless: true), "name": .name]),
        .programCheck: timing.adding(program), .sessionCheck: ["name": .session, "alpha": .truth],
        .fileCheck: ["track_file": .trackFile, "weight": .weight],
    ]

    private static let ofServices: [String: ServiceValue] = [
        "lb_algo": .choice(schedulers, isCaseless: false), "lvs_sched": .choice(schedulers, isCaseless: false),
        "lb_kind": .forwarding, "lvs_method": .forwarding,
        "protocol": .choice(["TCP", "UDP", "SCTP"], isCaseless: true),
        "persistence_engine": .text, "persistence_timeout": .optionalNumber(1...2_678_400),
        "persistence_granularity": .granularity, "smtp_alert": .truth, "virtualhost": .text, "snmp_name": .oneWord,
        "weight": .number(1...2_147_483_647), "quorum": .number(1...4_294_967_295),
        "hysteresis": .number(0...4_294_967_295),
        "quorum_up": .command, "quorum_down": .command, "ip_family": .choice(["inet", "inet6"], isCaseless: false),
        "sorry_server": .server, "sorry_server_lvs_method": .forwarding, "real_server": .block(.server),
        "connect_timeout": .seconds(1...4_294_967_295), "retry": .number(1...4_294_967_295),
        "delay_before_retry": .seconds(0...maximum), "warmup": .seconds(0...maximum),
        "delay_loop": .seconds(1...maximum),
    ].adding(
        ["alpha", "omega", "ha_suspend", "ops", "inhibit_on_failure", "sorry_server_inhibit"].all(.ignored)
            .adding(schedulerFlags.all(.ignored)))

    private static let ofServers: [String: ServiceValue] = [
        "weight": .number(0...2_147_483_647), "lvs_method": .forwarding, "notify_up": .command,
        "notify_down": .command, "uthreshold": .number(0...4_294_967_295), "lthreshold": .number(0...4_294_967_295),
        "smtp_alert": .truth, "virtualhost": .text, "snmp_name": .oneWord, "alpha": .truth,
        "inhibit_on_failure": .truth, "connect_timeout": .seconds(1...4_294_967_295),
        "retry": .number(1...4_294_967_295), "delay_before_retry": .seconds(0...maximum),
        "warmup": .seconds(0...maximum), "delay_loop": .seconds(1...maximum),
    ].adding(
        Dictionary(
            uniqueKeysWithValues: [
                httpCheck, tlsCheck, tcpCheck, udpCheck, pingCheck, mailCheck, nameCheck, programCheck, sessionCheck,
                fileCheck,
            ].map { ($0.rawValue, .block($0)) }))

    private static let connection: [String: ServiceValue] = [
        "connect_ip": .address, "connect_port": .number(1...65535), "bindto": .address, "bind_if": .text,
        "bind_port": .number(1...65535), "fwmark": .number(0...4_294_967_295),
        "connect_timeout": .seconds(1...4_294_967_295),
    ].adding(timing)

    private static let timing: [String: ServiceValue] = [
        "alpha": .truth, "retry": .number(0...4_294_967_295), "delay_before_retry": .seconds(0...maximum),
        "warmup": .seconds(0...maximum), "delay_loop": .seconds(1...maximum), "log_all_failures": .truth,
    ]
    private static let check = connection

    private static let web: [String: ServiceValue] = [
        "http_protocol": .choice(["1.0", "1.1", "1.0C", "1.0c"], isCaseless: false), "fast_recovery": .truth,
        "virtualhost": .text, "enable_sni": .truth, "url": .block(.url),
    ]

    private static let ofURLs: [String: ServiceValue] = [
        "path": .text, "digest": .digest, "status_code": .statusCodes, "virtualhost": .text,
    ].adding(
        ["regex", "regex_no_match", "regex_options", "regex_stack", "regex_min_offset", "regex_max_offset"].all(
            .ignored))

    private static let datagrams: [String: ServiceValue] = [
        "payload": .octets(isReply: false), "require_reply": .octets(isReply: true),
        "min_reply_length": .number(0...65535), "max_reply_length": .number(0...65535),
    ]

    private static let program: [String: ServiceValue] = [
        "misc_path": .command, "misc_timeout": .number(0...4_294_967_295), "misc_dynamic": .ignored, "user": .user,
    ]

    private static let schedulers = "rr wrr lc wlc lblc sh mh dh fo ovf lblcr sed nq twos".split(separator: " ")
        .map(String.init)
    private static let recordTypes = ["A", "NS", "CNAME", "SOA", "MX", "TXT", "AAAA"]
    /// What counts only behind a scheduler that hashes.
    static let hashingFlags = ["sh-port", "sh-fallback", "mh-port", "mh-fallback", "hashed"]
    private static let schedulerFlags = ["flag-1", "flag-2", "flag-3"] + hashingFlags
    /// More than anybody waits, in microseconds.
    private static let maximum = UInt64(Int64.max / 1000)
}

/// What follows a keyword in such a block, as keepalived's reader takes it.
enum ServiceValue {
    /// Whatever follows is not read.
    case ignored
    /// One word, or more of which the first counts.
    case text
    case oneWord
    /// Nothing, or one of on, off, true, false, yes and no.
    case truth
    case number(ClosedRange<Int>)
    case optionalNumber(ClosedRange<Int>)
    /// In microseconds.
    case seconds(ClosedRange<UInt64>)
    case choice([String], isCaseless: Bool)
    case address
    /// An address, perhaps with a port.
    case server
    /// A netmask, or the length of an IPv6 prefix.
    case granularity
    /// NAT, DR, or TUN with what belongs to a tunnel.
    case forwarding
    /// Hexadecimal; a reply may have x for any digit, or be left out.
    case octets(isReply: Bool)
    case digest
    case statusCodes
    /// A name for the DNS, as keepalived 2.2.7 takes it: the first label has two letters at least.
    case name
    case command
    case user
    case trackFile
    case session
    case weight
    case block(ServiceBlock)
}

extension [String] {
    fileprivate func all(_ value: ServiceValue) -> [String: ServiceValue] {
        Dictionary(uniqueKeysWithValues: map { ($0, value) })
    }
}

extension [String: ServiceValue] {
    fileprivate func adding(_ others: [String: ServiceValue]) -> [String: ServiceValue] {
        merging(others) { _, new in new }
    }
}
