internal import Configuration

/// How to let the daemons notice the death of a load balancer that no check notices.
package struct Advice {
    /// The block that belongs into each file, one line each; empty when the checks exist and are only not used.
    package let definition: [String]
    /// The block that belongs into each instance, one line each.
    package let tracking: [String]
    private let files: String

    /// For the files of the hosts `unwatched`, by number; `process` is what to watch.
    init(_ plan: Plan, unwatched: [Int]) {
        files = unwatched.map { plan.files[$0].name }.joined(separator: " and ")
        let models = plan.files.map(\.model)
        let unused = unwatched.map { host in plan.watched[host].balancer.flatMap { plan.watched[host].checks[$0] } ?? []
        }
        let common = unused.dropFirst().reduce(unused.first ?? []) { $0.intersection($1) }
        if let check = common.sorted().first {
            let isScript = models[unwatched[0]].scripts.contains { $0.name == check }
            definition = []
            tracking = [isScript ? "track_script {" : "track_process {", "    \(check)", "}"]
            return
        }
        let taken = Set(models.flatMap { $0.scripts.map(\.name) + $0.processes.map(\.name) })
        let name = ["chk_lb", "watch_lb"].first { !taken.contains($0) } ?? "understudy_lb"
        definition = [
            "vrrp_track_process \(name) {",
            "    process \(plan.balancer(unwatched.first ?? 0))   # the load balancer's process, as ps -e calls it",
            "}",
        ]
        tracking = ["track_process {", "    \(name)", "}"]
    }

    /// The whole, for the operator.
    package var lines: [String] {
        let indented = { (block: [String]) in block.map { "    \($0)" } }
        let place = "each vrrp_instance of \(files):"
        if definition.isEmpty { return ["To let the address move, add to \(place)", ""] + indented(tracking) }
        return ["To let the address move when the load balancer dies, add to \(files):", ""] + indented(definition)
            + ["", "and to \(place)", ""] + indented(tracking)
    }
}
