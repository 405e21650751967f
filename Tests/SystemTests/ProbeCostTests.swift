import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

extension OneOwner {
    /// What it costs to ask who else has many addresses.
    @Suite(.serialized) struct ProbeCosts {
        /// A thousand, or for IPv6 as many as the kernel adds between two adverts of this interval on a busy machine.
        private static func count(_ family: AddressFamily) -> Int { family == .v4 ? 1000 : 200 }

        private func processorTime(_ worker: Int32) throws -> Double {
            let text = String(decoding: try LocalFiles.read("/proc/\(worker)/schedstat"), as: UTF8.self)
            return Double(try #require(text.split(separator: " ").first.flatMap { UInt64($0) })) / 1e6
        }

        private func probesSent(_ daemon: RunningDaemon) throws -> Int {
            var sent: Int?
            // A host that is busy with a thousand addresses may keep a question waiting.
            try daemon.trial.waitFor("an answer of the daemon", seconds: 20) {
                let status = try daemon.host.run(Trial.command, ["status", "--json"]).output.filter { !$0.isWhitespace }
                sent = status.range(of: "\"probes_sent\":").flatMap { range in
                    Int(status[range.upperBound...].prefix { $0.isNumber })
                }
                return sent != nil
            }
            return try #require(sent)
        }

        /// In one run, against our own adverts: the machine may be as slow as it likes.
        @Test(arguments: [AddressFamily.v4, .v6])
        func `a question about an address costs no more than an advert`(family: AddressFamily) throws {
            let trial = try Trial()
            let host = try trial.host()
            let excluded = (1..<Self.count(family)).map { number in
                family == .v4
                    ? "10.9.\(number / 250).\(number % 250 + 1)/32" : "fd00:9::\(String(number, radix: 16))/128"
            }
            let text = instance(
                addresses: [family == .v4 ? "192.0.2.10/24" : "fe80::10/64"],
                """
                lease off
                garp_master_repeat 1
                garp_master_delay 0
                virtual_ipaddress_excluded {
                        \(excluded.joined(separator: "\n        "))
                    }
                """)
            let daemon = try trial.start(host, text, flags: [])
            try daemon.says("Entering MASTER STATE", seconds: 30)
            let worker = try daemon.worker
            // The round is over when the count stands still; then the next is most of a minute away.
            let recorder = try AdvertRecorder(in: trial.laboratory.addClient([Interface("eth0")]), family)
            func window(_ seconds: Double) throws -> (cost: Double, adverts: Int, probes: Int) {
                let probes = try probesSent(daemon)
                let (cost, start) = (try processorTime(worker), monotonicNanoseconds())
                try trial.waitFor("\(seconds) s", seconds: seconds + 5) {
                    Double(monotonicNanoseconds() - start) > seconds * 1e9
                }
                let spent = try processorTime(worker) - cost
                let adverts = recorder.adverts(since: start).count
                return (spent, adverts, try probesSent(daemon) - probes)
            }
            var busy = try window(2)
            try trial.waitFor("the first questions", seconds: 10) {
                if busy.probes > 4 * busy.adverts { return true }
                busy = try window(1)
                return busy.probes > 4 * busy.adverts
            }
            var quiet = try window(2)
            try trial.waitFor("the end of the round", seconds: 20) {
                if quiet.probes < 2 * quiet.adverts { return true }
                quiet = try window(2)
                return quiet.probes < 2 * quiet.adverts
            }
            // With each advert goes one question, so this is the cost of both.
            let advert = quiet.cost / Double(max(quiet.adverts, 1))
            let questions = Double(busy.probes - busy.adverts)
            let question = (busy.cost - advert * Double(busy.adverts)) / questions
            print(
                "PROBES \(family): \(Int(questions)) questions, \(question.thousandths) ms each; an advert with its own "
                    + "\(advert.thousandths) ms (\(quiet.adverts) of them): \((question / advert).thousandths) adverts each"
            )
            #expect(quiet.adverts >= 10 && questions > 100)
            #expect(question < advert * 1.5)
            #expect(try probesSent(daemon) >= Self.count(family))
        }
    }
}
