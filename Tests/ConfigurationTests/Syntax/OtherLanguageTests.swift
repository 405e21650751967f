import Configuration
import Testing

/// What stands beside our files, and is named in their place.
private let haproxy = """
    # HAProxy, as a package leaves it
    global
        log /dev/log local0
        chroot /var/lib/haproxy
        daemon

    defaults
        mode http
        timeout connect 5000
        errorfile 400 /etc/haproxy/errors/400.http

    frontend web
        bind 192.0.2.10:80
        acl is_api path_beg /api
        http-request deny if { path /secret } !{ src 10.0.0.0/8 }
        use_backend api if is_api
        default_backend servers

    backend servers
        balance roundrobin
        server s1 10.0.0.1:80 check
        server s2 10.0.0.2:80 check

    """

private let nginx = """
    user www-data;
    worker_processes auto;
    events {
        worker_connections 768;
    }

    http {
        upstream servers {
            server 10.0.0.1:80;
        }
        server {
            listen 192.0.2.10:80 default_server;
            location / { proxy_pass http://servers; }
        }
    }

    """

@Suite struct `A file of the load balancer in place of ours` {
    private func report(_ text: String) -> CheckReport {
        Configuration.check(
            files: ["/etc/x.cfg"], reading: DictionaryReader(["/etc/x.cfg": text]), configurationID: "lb1", host: nil,
            hostIsAuthoritative: false)
    }

    @Test(arguments: [
        (haproxy, 7, "HAProxy (`defaults`)"),
        ("listen web :80\n  mode tcp\n  server a 10.0.0.1\n", 1, "HAProxy (`listen`)"),
        ("backend a\r\n\tserver b 10.0.0.1:80\r\n", 1, "HAProxy (`backend`)"), (nginx, 3, "nginx (`events {`)"),
        ("server\n{\n  listen 80;\n}\n", 1, "nginx (`server {`)"),
        ("upstream a{ server 10.0.0.1; }\nx y;\n", 1, "nginx"),
    ])
    func `is one mistake, with what it is and where it belongs`(text: String, line: Int, name: String) throws {
        let report = report(text)
        #expect(report.diagnostics.map(\.brief) == ["error other-language@\(line)"], "\(report.text)")
        let said = try #require(report.diagnostics.first)
        #expect(said.message.contains("a configuration of \(name)"), "\(said.message)")
        if name.hasPrefix("HAProxy") { #expect(said.fix?.contains("--haproxy /etc/x.cfg ") == true) }
        #expect(report.exitCode == 2)
        #expect(report.judgedAsKeepalived().exitCode == 2)
    }

    @Test func `is not laid out anew`() {
        for text in [haproxy, nginx] {
            guard case .failure(let errors) = format(Array(text.utf8), file: "x.cfg") else {
                Issue.record("it was")
                continue
            }
            #expect(errors.report.diagnostics.map(\.code) == ["other-language"])
        }
    }

    /// What is ours stays ours, however wrong it is, and so does a part of a file that names a script `backend`.
    @Test(
        arguments: [
            instance() + haproxy, haproxy + instance(), "vrrp_script a{\n script /bin/true\n}\nlisten a\n mode tcp\n",
            "frontend weight 5\nbackend weight -5\n", "defaults\n\n{\n mode x\n}\n", "", "# frontend a\n# bind :80\n",
            "backend {\n bind x\n}\n", "server {\n a\n}\n",
        ] as [String])
    func `is not what is ours, or may be`(text: String) {
        #expect(!report(text).diagnostics.contains { $0.code == "other-language" })
    }

    @Test(arguments: ["valid", "invalid", "keywords"])
    func `is no file of the corpus`(folder: String) throws {
        for file in try CorpusFile.all(folder) {
            #expect(try !file.report().diagnostics.contains { $0.code == "other-language" }, "\(file.name)")
        }
    }

    @Test func `is told of an include by its own name`() {
        let reader = DictionaryReader(["/etc/a.conf": "include b.cfg\n" + instance(), "/etc/b.cfg": haproxy])
        let found = Configuration.check(
            files: ["/etc/a.conf"], reading: reader, configurationID: "lb1", host: nil, hostIsAuthoritative: false)
        let errors = found.diagnostics.filter { $0.severity == .error }
        #expect(errors.map { "\($0.code) \($0.location.file)" } == ["other-language /etc/b.cfg"], "\(found.text)")
    }

    @Test(arguments: [
        "vrrp_instance {{ name }} {\n interface {{ iface }}\n}\n", "a\n{% if x %}\nb\n{% endif %}\n",
        "vrrp_instance A {\n priority <%= @prio %>\n}\n", "  priority {{prio}}\n",
    ])
    func `a template that was not rendered is said to be one, once`(text: String) {
        let found = report(text).diagnostics
        #expect(found.map(\.code) == ["other-language"], "\(found)")
        #expect(found.first?.message.contains("template") == true)
    }

    @Test(arguments: [
        "script \"docker inspect -f '{{ .State.Running }}' lb\"\n", "# {{ ansible_managed }}\n", "a {{ 10.0.0.1 }}\n",
        "a {{\n}}\n", "a { % }\n",
    ])
    func `braces that are no template are not taken for one`(text: String) {
        #expect(!report(text).diagnostics.contains { $0.code == "other-language" })
    }
}
