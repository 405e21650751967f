import Glibc
import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

import struct Foundation.CocoaError
import class Foundation.FileManager

/// The laboratory behaves like machines on a switch, and leaves nothing behind.
@Suite(.serialized) struct LabTests {
    @Test func `hosts on one switch reach each other and a port that is down cuts one off`() throws {
        let lab = try Laboratory.forTests()
        defer { lab.close() }
        let first = try lab.addHost("lb1", "192.0.2.1")
        let second = try lab.addHost("lb2", "192.0.2.2")
        #expect(try reaches(second, from: first, "192.0.2.2", seconds: 5))

        try lab.setPort(of: second, "eth0", up: false)
        let observer = Observer(lab)
        #expect(try observer.wait(seconds: 5) { second.watch.links.contains { $0.name == "eth0" && !$0.isRunning } })
        #expect(try !reaches(second, from: first, "192.0.2.2"))

        try lab.setPort(of: second, "eth0", up: true)
        #expect(try observer.wait(seconds: 5) { second.watch.links.contains { $0.name == "eth0" && $0.isRunning } })
        #expect(try reaches(second, from: first, "192.0.2.2", seconds: 5))
    }

    @Test func `a port that does not forward isolates a host without its noticing`() throws {
        let lab = try Laboratory.forTests()
        defer { lab.close() }
        let first = try lab.addHost("lb1", "192.0.2.1")
        let second = try lab.addHost("lb2", "192.0.2.2")
        try lab.setForwarding(of: second, "eth0", false)
        #expect(try !reaches(second, from: first, "192.0.2.2"))
        try second.watch.refresh()
        #expect(second.watch.links.contains { $0.name == "eth0" && $0.isRunning })
        try lab.setForwarding(of: second, "eth0", true)
        #expect(try reaches(second, from: first, "192.0.2.2", seconds: 5))
    }

    /// Whether a TCP connection from `host` to a listener on `other` comes about; who was out of reach is asked for its hardware
    /// address once a second.
    private func reaches(
        _ other: Host, from host: Host, _ address: String, seconds: UInt64 = 1
    ) throws -> Bool {
        let target = try ip(address)
        let listener = try other.inNetwork { () throws(SystemError) in try StreamListener(target, port: 7) }
        defer { _ = listener }
        let stream: ByteStream
        do throws(SystemError) {
            stream = try host.inNetwork { () throws(SystemError) in try ByteStream(connectingTo: target, port: 7) }
        } catch {
            guard [ENETUNREACH, EHOSTUNREACH, ECONNREFUSED].contains(error.code) else { throw error }
            return false
        }
        var items = [Readiness(stream.rawDescriptor, wantsToWrite: true)]
        try Readiness.wait(&items, until: monotonicNanoseconds() + seconds * 1_000_000_000)
        return items[0].isReady && stream.connectionError == nil
    }

    @Test func `pkill in one host does not see the processes of another`() throws {
        let lab = try Laboratory.forTests()
        defer { lab.close() }
        let first = try lab.addHost("lb1", "192.0.2.1")
        let second = try lab.addHost("lb2", "192.0.2.2")
        let process = try first.start("sleep", ["1000"], as: "hapee-lb")
        #expect(try first.run("pkill", ["-0", "hapee-lb"]).status == .exited(code: 0))
        #expect(try second.run("pkill", ["-0", "hapee-lb"]).status == .exited(code: 1))
        try process.send(.kill)
        #expect(try process.wait(until: nil) == .signalled(signal: 9))
        #expect(try first.run("pkill", ["-0", "hapee-lb"]).status == .exited(code: 1))
    }

    @Test func `every host has its own name and its own run directory`() throws {
        let lab = try Laboratory.forTests()
        defer { lab.close() }
        let first = try lab.addHost("lb1", "192.0.2.1")
        let second = try lab.addHost("lb2", "192.0.2.2")
        #expect(try first.run("uname", ["-n"]).output == "lb1\n")
        #expect(try second.run("uname", ["-n"]).output == "lb2\n")
        try first.writeFile("/run/mark", "here")
        #expect(try first.run("cat", ["/run/mark"]).output == "here")
        #expect(try second.run("cat", ["/run/mark"]).status == .exited(code: 1))
        #expect(!FileManager.default.fileExists(atPath: "/run/mark"))
    }

    @Test func `a sysctl belongs to one host`() throws {
        let lab = try Laboratory.forTests()
        defer { lab.close() }
        let first = try lab.addHost("lb1", "192.0.2.1")
        let second = try lab.addHost("lb2", "192.0.2.2")
        try first.setSysctl("net/ipv4/ip_nonlocal_bind", "1")
        #expect(try first.run("cat", ["/proc/sys/net/ipv4/ip_nonlocal_bind"]).output == "1\n")
        #expect(try second.run("cat", ["/proc/sys/net/ipv4/ip_nonlocal_bind"]).output == "0\n")
    }

    @Test func `an address that comes and goes is seen with its time`() throws {
        let lab = try Laboratory.forTests()
        defer { lab.close() }
        let host = try lab.addHost("lb1", "192.0.2.1")
        let observer = Observer(lab)
        let address = try ip("192.0.2.10")
        let start = monotonicNanoseconds()
        #expect(try !host.holds(address))
        try host.setAddress(.init(address, 32), on: "eth0", present: true)
        #expect(try observer.wait(seconds: 5) { observer.holders(of: address).map(\.name) == ["lb1"] })
        #expect(observer.acquisition(of: address, by: "lb1", since: start) != nil)
        try host.setAddress(.init(address, 32), on: "eth0", present: false)
        #expect(try observer.wait(seconds: 5) { observer.holders(of: address).isEmpty })
        #expect(observer.observations.map(\.change) == [.added(address), .removed(address)])
    }

    @Test func `nothing is left behind after closing`() throws {
        let mounts = try mountTable()
        var pids: [Int32] = []
        var namespaces: Set<String> = []
        do {
            let lab = try Laboratory.forTests()
            for number in 1...2 {
                let host = try lab.addHost("lb\(number)", "192.0.2.\(number)")
                let process = try host.start("sh", ["-c", "sleep 1000 & setsid sleep 1000"])
                pids += [host.namespaces.pid, process.pid]
                for kind in ["net", "pid", "mnt", "uts"] {
                    namespaces.insert(try readLink("/proc/\(host.namespaces.pid)/ns/\(kind)").get())
                }
            }
            #expect(try !Set(openDescriptors()).isDisjoint(with: namespaces))
            #expect(pids.allSatisfy { FileManager.default.fileExists(atPath: "/proc/\($0)/stat") })
            lab.close()
        }
        for pid in pids { #expect(!FileManager.default.fileExists(atPath: "/proc/\(pid)/stat")) }
        #expect(try mountTable() == mounts)
        #expect(try Set(openDescriptors()).isDisjoint(with: namespaces))
    }

    @Test func `a killed host is gone at once with everything in it and can come back`() throws {
        let lab = try Laboratory.forTests()
        defer { lab.close() }
        let first = try lab.addHost("lb1", "192.0.2.1")
        let second = try lab.addHost("lb2", "192.0.2.2")
        let process = try first.start("sleep", ["1000"])
        try lab.kill(first)
        #expect(process.status == .signalled(signal: 9))
        #expect(lab.hosts.map(\.name) == ["lb2"])
        let again = try lab.addHost("lb1", "192.0.2.1")
        #expect(try reaches(again, from: second, "192.0.2.1"))
    }

    private func mountTable() throws -> String {
        String(decoding: try LocalFiles.read("/proc/self/mounts"), as: UTF8.self)
    }

    /// What the open descriptors of this process are.
    private func openDescriptors() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")
            .compactMap { number in
                do {
                    return try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(number)")
                } catch let error as CocoaError where error.code == .fileReadNoSuchFile {
                    // The one by which they were listed, and what others have closed since.
                    return nil
                }
            }
    }
}
