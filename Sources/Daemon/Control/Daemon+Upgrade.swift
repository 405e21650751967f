internal import Control
internal import LinuxKernel
internal import VRRPCore

extension Daemon {
    /// Ends this process, so that the guardian becomes the program that now lies where it was started from, whose worker
    /// goes on where this one ended.
    func upgrade(_ request: Request, for client: ControlClient, at now: MonotonicInstant) throws(Problem) {
        guard (routers + leaving).allSatisfy({ !$0.isResigning }) else {
            throw Problem(.wrongState, "a hand-over is under way: an upgrade has to wait for its end")
        }
        // A process whose thread waits in the kernel does not end, and nobody advertises meanwhile.
        surroundings.awaitKernel()
        var answer = answer(id: request.id)
        answer.upgrade = UpgradeReport(from: understudyVersion)
        client.send(encode(answer).text, at: now)
        log.notice("Making room for an upgrade: everything stays as it is")
        isUpgrading = true
    }

    /// Leaves everything to the successor.
    func makeRoom(at now: MonotonicInstant) {
        remember()
        surroundings.chronicle.finish(at: now)
        control?.close()
        memory.beat(at: self.now, dueAt: nil)
        memory.enter(.upgrading)
    }
}
