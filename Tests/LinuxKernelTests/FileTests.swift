import Glibc
import LinuxKernel
import Synchronization
import Testing

@Suite struct `Files` {
    @Test func `are read whole, and refused beyond the limit`() throws {
        let directory = try TemporaryDirectory()
        let text = String(repeating: "0123456789", count: 5000)
        let file = try directory.write(text, to: "long")
        #expect(readFile(file, limit: 50_000) == .success(Array(text.utf8)))
        #expect(throws: SystemError("read \(file), at most 49999 bytes", EFBIG)) {
            try readFile(file, limit: 49_999).get()
        }
        #expect(readFile("/nonexistent", limit: 1) == .failure(SystemError("open /nonexistent", ENOENT)))
        #expect(readFile("/tmp", limit: 1) == .failure(SystemError("read /tmp", EISDIR)))
        #expect(try readFile(directory.write("", to: "empty"), limit: 0) == .success([]))
    }

    @Test func `have a beginning, which makes nobody wait`() throws {
        let directory = try TemporaryDirectory()
        let file = try directory.write("0123456789", to: "file")
        #expect(readBeginning(of: file, limit: 4) == .success(Array("0123".utf8)))
        #expect(readBeginning(of: file, limit: 40) == .success(Array("0123456789".utf8)))
        #expect(readBeginning(of: file + "/below", limit: 4) == .failure(.missing))
        #expect(readBeginning(of: "/nonexistent/file", limit: 4) == .failure(.missing))
        #expect(readBeginning(of: directory.path, limit: 4) == .failure(.notRegular))
        let pipe = directory.path + "/pipe"
        try #require(mkfifo(pipe, 0o600) == 0)
        #expect(readBeginning(of: pipe, limit: 4) == .failure(.notRegular))
        #expect(readBeginning(of: "/dev/zero", limit: 4) == .failure(.notRegular))
    }

    @Test func `are written in place, and links are not followed`() throws {
        let directory = try TemporaryDirectory()
        let file = directory.path + "/file"
        #expect(try writeInPlace([0x31], to: file, overwrites: false))
        #expect(try status(of: file).get().mode == 0o600)
        #expect(try !writeInPlace([0x32], to: file, overwrites: false))
        #expect(readFile(file, limit: 9) == .success([0x31]))
        try #require(chmod(file, 0o644) == 0)
        #expect(try writeInPlace([0x33], to: file, overwrites: true))
        #expect(readFile(file, limit: 9) == .success([0x33]))
        #expect(try status(of: file).get().mode == 0o644)
        let link = directory.path + "/link"
        try #require(symlink(file, link) == 0)
        #expect(throws: SystemError("open \(link)", ELOOP)) { try writeInPlace([0x34], to: link, overwrites: true) }
        #expect(try !writeInPlace([0x34], to: link, overwrites: false))
        #expect(readFile(file, limit: 9) == .success([0x33]))
    }

    @Test func `tell what happens to them`() throws {
        let directory = try TemporaryDirectory()
        let news = try FileNews()
        let watch = try news.watch(directory: directory.path)
        func told() throws -> [String] {
            try #require(try waitUntilReadable(news.rawDescriptor))
            var names: [String] = []
            #expect(try news.drain { if $0.watch == watch { names.append($0.name) } } == .all)
            return names
        }
        let file = try directory.write("1", to: "file")
        #expect(try told() == ["file"])
        try #require(rename(file, directory.path + "/a-longer-name") == 0)
        #expect(try told() == ["file", "a-longer-name"])
        #expect(try news.watch(directory: directory.path) == watch)
        let target = try news.watch(file: directory.path + "/a-longer-name")
        #expect(target != watch)
        news.forget(watch)
        _ = try directory.write("2", to: "a-longer-name")
        try #require(try waitUntilReadable(news.rawDescriptor))
        var found: [FileNews.Item] = []
        _ = try news.drain { found.append($0) }
        #expect(found.contains { $0.watch == target && $0.name.isEmpty })
        #expect(throws: SystemError("watch /nonexistent", ENOENT)) { try news.watch(file: "/nonexistent") }
    }

    @Test func `are found by pattern, braces included, once each and sorted`() throws {
        let directory = try TemporaryDirectory()
        for name in ["b.conf", "a.conf", "c.txt", ".hidden.conf"] { _ = try directory.write("", to: name) }
        let path = directory.path
        #expect(globFiles("\(path)/*.conf") == ["\(path)/a.conf", "\(path)/b.conf"])
        #expect(globFiles("\(path)/{c.txt,a.*,*.conf}") == ["a.conf", "b.conf", "c.txt"].map { "\(path)/\($0)" })
        #expect(globFiles("\(path)/*.none") == [])
    }

    @Test func `say what they are, and links what they are when not followed`() throws {
        let directory = try TemporaryDirectory()
        let file = try directory.write("x", to: "file")
        let link = directory.path + "/link"
        try #require(symlink(file, link) == 0 && chmod(file, 0o4750) == 0)
        let expected = FileStatus(
            isRegular: true, isDirectory: false, isSymlink: false, mode: 0o4750, uid: getuid(), gid: getgid())
        #expect(status(of: file) == .success(expected))
        #expect(status(of: link) == .success(expected))
        #expect(try status(of: link, followingLinks: false).get().isSymlink)
        #expect(try status(of: directory.path).get().isDirectory)
        #expect(status(of: "/nonexistent") == .failure(SystemError("stat /nonexistent", ENOENT)))
        #expect(isAccessible(file, for: .executing) && isAccessible(file))
        #expect(!isAccessible("/nonexistent") && !isAccessible("/proc/version", for: .executing))
    }

    @Test func `users and groups are found by name and number`() {
        #expect(lookUpUser("root").map { $0.uid == 0 && $0.gid == 0 } == true)
        #expect(lookUpUser("no-such-user") == nil && lookUpGroup("no-such-group") == nil)
        #expect(lookUpGroup("root") == 0)
        #expect(userName(0) == "root" && groupName(0) == "root" && userName(4_000_000_001) == "4000000001")
        #expect(supplementaryGroups(ofUser: "root", primary: 4711).contains(4711))
        #expect(currentUserID() == geteuid())
    }

    @Test func `the process's surroundings are those of the C library`() throws {
        #expect(!hostName().isEmpty)
        #expect(try hostName() == shell("uname -n").split(separator: "\n").first.map(String.init))
        #expect(environmentVariables().contains("PATH=\(environmentVariable("PATH") ?? "")"))
        #expect(environmentVariable("NO_SUCH_VARIABLE") == nil)
    }
}

@Suite struct `PID files` {
    @Test func `hold our number and keep a second holder out, naming the first`() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/understudy.pid"
        // Left by a process that died: without its lock it hinders nobody.
        _ = try directory.write("4711 and more\n", to: "understudy.pid")
        let file = try PIDFile.acquire(path)
        #expect(readFile(path, limit: 64) == .success(Array("\(getpid())\n".utf8)))
        let failure = #expect(throws: SystemError.self) { _ = try PIDFile.acquire(path) }
        #expect(failure == SystemError("lock \(path), which process \(getpid()) holds", EAGAIN))
        file.release()
        #expect(status(of: path) == .failure(SystemError("stat \(path)", ENOENT)))
        let second = try PIDFile.acquire(path)
        // The first holder's end must not take away what is the second's now.
        file.release()
        #expect(try status(of: second.path).get().mode == 0o644)
    }

    @Test func `are waited for while their holder comes to its end`() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/understudy.pid"
        let holder = try PIDFile.acquire(path)
        let began = monotonicNanoseconds()
        let failure = #expect(throws: SystemError.self) { _ = try PIDFile.acquire(path, until: began + 20_000_000) }
        #expect(monotonicNanoseconds() >= began + 20_000_000, "it did not wait")
        #expect(failure == SystemError("lock \(path), which process \(getpid()) holds", EAGAIN))
        let got = Mutex<Result<Void, SystemError>?>(nil)
        let thread = try WorkerThread {
            do throws(SystemError) {
                _ = try PIDFile.acquire(path, until: monotonicNanoseconds() + 8_000_000_000)
                got.withLock { $0 = .success(()) }
            } catch {
                got.withLock { $0 = .failure(error) }
            }
        }
        #expect(got.withLock { $0 == nil })
        holder.release()
        withExtendedLifetime(holder) {}
        thread.join()
        try #require(got.withLock { $0 }).get()
    }

    @Test func `are not created through a link`() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/link.pid"
        try #require(symlink(directory.path + "/target", path) == 0)
        let failure = #expect(throws: SystemError.self) { _ = try PIDFile.acquire(path) }
        #expect(failure == SystemError("create \(path)", ELOOP))
    }
}

@Suite(.serialized) struct `Service manager` {
    /// A Unix datagram socket under `name`, whose first octet may be the NUL of an abstract name.
    private func listen(_ name: [UInt8]) throws -> Int32 {
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + name.count)
        let result = withUnsafePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
        }
        try #require(result == 0)
        return descriptor
    }

    @Test func `is told through a path or an abstract name, and is not missed when there is none`() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/notify"
        let abstract = "understudy-tests-\(getpid())"
        defer { removeEnvironmentVariable("NOTIFY_SOCKET") }
        for (name, variable) in [(Array(path.utf8), path), ([0] + Array(abstract.utf8), "@" + abstract)] {
            let descriptor = try listen(name)
            defer { close(descriptor) }
            setenv("NOTIFY_SOCKET", variable, 1)
            notifyServiceManager("READY=1\nSTATUS=Backup")
            try #require(try waitUntilReadable(descriptor))
            var message = [UInt8](repeating: 0, count: 256)
            let count = recv(descriptor, &message, message.count, 0)
            #expect(String(decoding: message.prefix(max(count, 0)), as: UTF8.self) == "READY=1\nSTATUS=Backup")
        }
        for variable in ["/nonexistent/socket", "relative", "", "/" + String(repeating: "x", count: 200)] {
            setenv("NOTIFY_SOCKET", variable, 1)
            notifyServiceManager("READY=1")
        }
    }
}
