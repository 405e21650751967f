package import LinuxKernel
package import VRRPWire

/// The web server that stands in for a load balancer where HAProxy is not installed: it answers with the host's name.
package enum Responder {
    /// Answers on every one of `addresses`, whether the host has them already or not, until asked to end.
    package static func run(_ addresses: [IPAddress], port: UInt16, name: String) throws(SystemError) {
        let endRequests = try EndRequests()
        var listeners: [StreamListener] = []
        for address in addresses { listeners.append(try StreamListener(address, port: port)) }
        var clients: [ByteStream] = []
        let answer = Array(
            "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\nContent-Length: \(name.utf8.count)\r\n\r\n\(name)".utf8)
        while true {
            var items = [Readiness(endRequests.rawDescriptor)]
            items += listeners.map { Readiness($0.rawDescriptor) } + clients.map { Readiness($0.rawDescriptor) }
            try Readiness.wait(&items, until: nil)
            if items[0].isReady { return }
            var remaining: [ByteStream] = []
            for (index, client) in clients.enumerated() {
                let isReady = items[1 + listeners.count + index].isReady
                if !isReady || !finish(client, with: answer) { remaining.append(client) }
            }
            for (index, listener) in listeners.enumerated() where items[1 + index].isReady {
                while let client = try listener.accept() { remaining.append(client) }
            }
            clients = remaining
        }
    }

    /// Answers a client that has sent its request; true when there is nothing more to do for it.
    private static func finish(_ client: ByteStream, with answer: [UInt8]) -> Bool {
        switch client.receive() {
        case .nothingYet: return false
        // The request fits one segment; what it says does not matter.
        case .bytes:
            _ = client.send(answer)
            client.finishSending()
            return true
        case .end, .failed: return true
        }
    }
}

/// A process that only has a name, for checks that ask whether a process of that name runs.
package enum StandIn {
    /// Waits to be asked to end.
    package static func run() throws(SystemError) {
        let endRequests = try EndRequests()
        var items = [Readiness(endRequests.rawDescriptor)]
        try Readiness.wait(&items, until: nil)
    }

    /// Puts a program that always succeeds at `path`, in a layer over the directory that only this host sees.
    package static func place(_ path: String) throws(SystemError) {
        let directory = LocalFiles.directory(of: path)
        var ancestor = directory
        while !LocalFiles.exists(ancestor) { ancestor = LocalFiles.directory(of: ancestor) }
        // What is under /run and /tmp is the host's own already. Nothing can be laid over the root directory.
        if !["/run", "/tmp"].contains(where: { ancestor == $0 || ancestor.hasPrefix($0 + "/") }) {
            guard ancestor != "/" else { throw SystemError("stand in for \(path): no directory above it", 2) }
            let layer = "/run/layers/" + String(ancestor.map { $0 == "/" ? "-" : $0 })
            try LocalFiles.makeDirectories(layer)
            try LocalFiles.overlay(ancestor, with: layer)
        }
        try LocalFiles.makeDirectories(directory)
        try LocalFiles.write(path, "#!/bin/sh\nexit 0\n", mode: 0o755)
    }
}
