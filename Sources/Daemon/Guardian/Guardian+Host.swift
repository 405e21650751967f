internal import LinuxKernel

// What the guardian does on the host in the worker's place, or at its wish.

extension Guardian {
    /// Does something in the network namespace that the workers went into.
    func inNetworkOfWorkers(log: Log, _ work: () -> Void) {
        let name = memory.networkNamespace
        guard !name.isEmpty else { return work() }
        do throws(SystemError) {
            try NetworkNamespace(named: name).perform { () throws(SystemError) in work() }
        } catch {
            log.error("nothing can be done in the network namespace \(name): \(error)")
        }
    }

    /// Takes the name that the configuration has for it, or its own again.
    func takeName() {
        let name = memory.guardianName
        nameProcess(name.isEmpty ? ownName : name)
    }
}
