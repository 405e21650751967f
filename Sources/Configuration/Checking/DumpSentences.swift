// What changed about the files that keepalived writes on a signal.

extension Sentences {
    mutating func compareDumps(_ old: GlobalSettings, _ new: GlobalSettings) {
        add("state_dump_file", old.dumps.statePath ?? "default", new.dumps.statePath ?? "default")
        add("stats_dump_file", old.dumps.statsPath ?? "default", new.dumps.statsPath ?? "default")
        add("json_dump_file", old.dumps.jsonPath ?? "default", new.dumps.jsonPath ?? "default")
        add("json_version", "\(old.dumps.jsonVersion)", "\(new.dumps.jsonVersion)")
        add("data_use_instance", old.dumps.namesDaemon.onOff, new.dumps.namesDaemon.onOff)
        add("umask", old.umask.octal, new.umask.octal)
    }

    /// What the dump files tell of an instance, though some of it changes nothing else.
    mutating func compareTold(_ old: Instance, _ new: Instance) {
        add("dont_track_primary", old.ignoresOwnLink.onOff, new.ignoresOwnLink.onOff)
        let (old, new) = (old.told, new.told)
        add("strict_mode", old.isStrict.onOff, new.isStrict.onOff)
        add("skip_check_adv_addr", old.skipsAddressCheck.onOff, new.skipsAddressCheck.onOff)
        add("higher_prio_send_advert", old.answersHigherPriority.onOff, new.answersHigherPriority.onOff)
        add("check_unicast_src", old.checksUnicastSource.onOff, new.checksUnicastSource.onOff)
    }
}

extension Optional where Wrapped == UInt32 {
    /// A mask as chmod(1) takes it.
    fileprivate var octal: String { map { "0" + String($0, radix: 8) } ?? "default" }
}
