/// Where the files that keepalived writes on a signal are written: what `global_defs` says of it.
public struct DumpSettings: Hashable, Sendable {
    /// `state_dump_file`; nil, here and below, is keepalived's name for it in TMPDIR or /tmp.
    public var statePath: String?
    /// `stats_dump_file`.
    public var statsPath: String?
    /// `json_dump_file`.
    public var jsonPath: String?
    /// `json_version`: 1 or 2.
    public var jsonVersion = 1
    /// `data_use_instance`: keepalived's name for the file of the state has the daemon's own in it.
    public var namesDaemon = false

    public init() {}
}

/// What a file says of an instance that makes no difference here, and that keepalived's dump files tell.
public struct ToldSettings: Hashable, Sendable {
    /// `strict_mode` or `vrrp_strict`.
    public var isStrict = false
    /// `skip_check_adv_addr`.
    public var skipsAddressCheck = false
    /// `higher_prio_send_advert`.
    public var answersHigherPriority = false
    /// `check_unicast_src`.
    public var checksUnicastSource = false

    public init() {}
}
