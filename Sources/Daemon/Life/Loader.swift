internal import Configuration
internal import LinuxKernel

/// A configuration that may run.
struct Loaded {
    var model: Model
    /// Warnings, and what this host lacks at present: said, and waited for.
    var remarks: [String]
    /// What this host lacks: errors, which are among the remarks too.
    var lacks: [Diagnostic]
    /// True when something that this host lacks is among the remarks.
    var hostLacks: Bool { !lacks.isEmpty }
}

/// A configuration that must not run, and every reason.
struct Refused: Error {
    var lines: [String]
}

/// Reads, understands and checks configuration files for the daemon.
///
/// An error in the file refuses it. What the host lacks (an interface, a script) at a start is an error that is said, and
/// then waited for: the interface may come, the check counts as failed until its script is there. A reload is refused for
/// what the configuration that runs does not lack as well.
final class Loader {
    /// This machine as it was when a configuration was last loaded.
    private(set) var host: any HostInspector
    private let reader: any SourceReader
    /// The files of the configuration that was loaded last, and not refused.
    private(set) var snapshot: SourceSnapshot?

    /// Where this process was before it went into the network namespace of the configuration; nil when it went nowhere.
    private(set) var home: NetworkNamespace?
    /// The network namespace of the command line, which counts before that of the configuration.
    private let namespace: String?
    private var isPlaced = false

    init(reader: any SourceReader, namespace: String? = nil) throws(SystemError) {
        host = try LiveHost()
        self.reader = reader
        self.namespace = namespace
    }

    /// - Parameter snapshot: read in place of the files; what a reload reads is what is there then.
    func load(
        _ file: String, configurationID: String?, from snapshot: SourceSnapshot? = nil
    ) -> Result<Loaded, Refused> {
        let taker = SnapshotTaker(snapshot ?? reader)
        let outcome = load(file, configurationID: configurationID, reading: taker)
        if case .success = outcome { self.snapshot = taker.taken }
        return outcome
    }

    private func load(
        _ file: String, configurationID: String?, reading reader: any SourceReader
    ) -> Result<Loaded, Refused> {
        let id = configurationID ?? String(hostName().prefix { $0 != "." })
        let parsed = parse(file: file, reading: reader, configurationID: id)
        if parsed.isUseless { return .failure(Refused(lines: lines(parsed.diagnostics))) }
        let (model, resolved) = resolve(parsed.statements, file: file, keySource: reader, lacking: .error)
        let fromFile = parsed.diagnostics + resolved + lint(model, host: nil, hostIsAuthoritative: false)
        if fromFile.contains(where: { $0.severity == .error }) {
            return .failure(Refused(lines: lines(fromFile.filter { $0.severity == .error })))
        }
        if let reason = place(model.global.process.identity) {
            return .failure(Refused(lines: ["\(SourceLocation(file: file, line: 1, column: 1)): error: \(reason)"]))
        }
        do throws(SystemError) {
            host = try LiveHost()
        } catch {
            let here = SourceLocation(file: file, line: 1, column: 1)
            return .failure(Refused(lines: ["\(here): error: cannot look at this host: \(error)"]))
        }
        let fromHost = lint(model, host: host, hostIsAuthoritative: true)
        let all = Self.unique(fromFile.filter { $0.severity == .warning } + fromHost.filter { $0.severity > .note })
        return .success(
            Loaded(
                model: model, remarks: lines(all), lacks: fromHost.filter { $0.severity == .error }))
    }

    /// Why a configuration must not take the place of `running`: it would do worse on this host as it is now.
    func refusal(of loaded: Loaded, inPlaceOf running: Model) -> Refused? {
        let known = Set(
            lint(running, host: host, hostIsAuthoritative: true).filter { $0.severity == .error }.map(\.message))
        let new = loaded.lacks.filter { !known.contains($0.message) }
        let all = new + emptied(by: loaded.model, inPlaceOf: running)
        return all.isEmpty ? nil : Refused(lines: lines(all))
    }

    /// The instances that would lose every address, as when the block is deleted by mistake.
    private func emptied(by new: Model, inPlaceOf running: Model) -> [Diagnostic] {
        let served = Set(running.instances.filter { $0.hasAddresses }.map(\.identity))
        return new.instances.filter { !$0.hasAddresses && !$0.hasNoAddresses && served.contains($0.identity) }.map {
            Diagnostic(
                .error, "no-addresses", at: $0.location,
                "instance `\($0.name)` has addresses now and would have none",
                consequence: "they would be removed, and no other router would take them over",
                fix: "virtual_ipaddress { ADDRESS/PREFIX }   # or no_virtual_ipaddress, if that is meant")
        }
    }

    /// Goes into the network namespace that is asked for, once and for good; returns why that cannot be done.
    ///
    /// What a later configuration says of it is for whoever takes it up.
    private func place(_ identity: DaemonIdentity) -> String? {
        if isPlaced { return nil }
        isPlaced = true
        if environmentVariable(Notifier.rehearsalVariable) != nil { return nil }
        guard let name = namespace ?? identity.networkNamespace else { return nil }
        do throws(SystemError) {
            let (here, there) = (try NetworkNamespace.current(), try NetworkNamespace(named: name))
            if here.isSame(as: there) { return nil }
            try there.enterForever()
            home = here
            return nil
        } catch {
            let advice =
                error.code == 2
                ? "make it before the daemon starts: ip netns add \(name)"
                : "it needs CAP_SYS_ADMIN; a service of systemd is put there by NetworkNamespacePath=/run/netns/\(name)"
            return "net_namespace \(name): \(error); \(advice)"
        }
    }

    private func lines(_ diagnostics: [Diagnostic]) -> [String] {
        let all = Self.unique(diagnostics)
        let rest =
            all.count > Self.mostLogged ? ["... and \(all.count - Self.mostLogged) more: see understudy check"] : []
        return all.prefix(Self.mostLogged).map { diagnostic in
            [
                "\(diagnostic.location): \(diagnostic.severity.rawValue): \(diagnostic.message)",
                diagnostic.consequence,
                diagnostic.fix.map(Self.remedy),
            ].compactMap(\.self).joined(separator: "; ").split(separator: "\n").joined(separator: " ")
        } + rest
    }

    /// Lines that were joined to one would be no configuration.
    private static func remedy(_ fix: String) -> String {
        fix.contains("\n") ? "understudy check prints the lines that mend it" : "mend it with: \(fix)"
    }

    /// A log is not the place for the thousand complaints about a file that is something else altogether.
    private static let mostLogged = 50

    private static func unique(_ diagnostics: [Diagnostic]) -> [Diagnostic] {
        var seen: Set<Diagnostic> = []
        return diagnostics.filter { seen.insert($0).inserted }
    }
}
