import Console
import Testing

@Suite struct `What is taken out of a bug report` {
    /// Each line with the secret in it, which is `Tr0ub4dor` everywhere.
    @Test(arguments: [
        "        auth_pass Tr0ub4dor", "\tauth_pass\t\"Tr0ub4dor\"  # the same on both", "auth_pass 'Tr0ub4dor'",
        "  # auth_pass Tr0ub4dor", "!auth_pass Tr0ub4dor", "AUTH_PASS Tr0ub4dor",
        "auth_pass \"Tr0ub4dor with blanks\"", "        pass Tr0ub4dor",
        #"script "/usr/bin/curl -u admin:Tr0ub4dor http://127.0.0.1/""#,
        #"script "/usr/bin/curl --user admin:Tr0ub4dor http://127.0.0.1/""#,
        #"script "/usr/bin/curl -uadmin:Tr0ub4dor http://127.0.0.1/""#,
        #"script "/usr/bin/curl http://admin:Tr0ub4dor@127.0.0.1/stats""#,
        #"script "/usr/bin/curl -H 'Authorization: Bearer Tr0ub4dor' http://127.0.0.1/""#,
        #"script "/usr/bin/mysqladmin -u root -pTr0ub4dor ping""#,
        #"script "/usr/bin/mysqladmin --password=Tr0ub4dor ping""#,
        #"script "/usr/bin/mysqladmin --password Tr0ub4dor ping""#,
        #"script "/usr/bin/redis-cli -a Tr0ub4dor ping""#, #"script "/bin/sh -c 'PGPASSWORD=Tr0ub4dor psql'""#,
        "$PASSWORD=Tr0ub4dor", "Environment=API_TOKEN=Tr0ub4dor OTHER=1", #"Environment="API_TOKEN=Tr0ub4dor""#,
        "MYSQL_PWD=Tr0ub4dor", "secret: Tr0ub4dor", #"{"password":"Tr0ub4dor","x":1}"#,
        #"{"text":"auth_pass \"Tr0ub4dor\""}"#,
        "Nov 25 08:00:00 lb1 check[1]: login with password=Tr0ub4dor failed", "?user=a&api_key=Tr0ub4dor&x=1",
        "net.ipv4.tcp_fastopen_key = Tr0ub4dor", "cookie: session=Tr0ub4dor; x=y",
    ])
    func `a line with a secret in it loses it`(line: String) {
        for isConfiguration in [true, false] {
            var redactor = Redactor()
            let text = redactor.redact(line, isConfiguration: isConfiguration)
            // Outside of a configuration `pass X` is prose.
            guard isConfiguration || !line.contains("  pass ") else { continue }
            #expect(!text.contains("Tr0ub4dor"), "\(text)")
            #expect(text.contains(Redactor.mark) && redactor.removals == 1, "\(text)")
        }
    }

    @Test(arguments: [
        "(VI_1) ignored an advert from 192.0.2.2: its password is not ours (keyword 'auth_pass')",
        "vrrp_1 would drop it: its authentication type is PASS, ours is none (block 'authentication').",
        "    authentication {", "        auth_type PASS", "    process haproxy               # as `ps -e` calls it",
        "2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP mode DEFAULT group default qlen 1000",
        "-A INPUT -p vrrp -i eth0 -j ACCEPT", "net.ipv4.ip_nonlocal_bind = 1", #"{"key_count":3,"state":"active"}"#,
        "tcp   LISTEN 0 4096 192.168.50.10:80 0.0.0.0:* users:((\"haproxy\",pid=1,fd=7))", "http://192.168.50.10/a@b",
        "    script \"/usr/bin/curl --silent --fail http://127.0.0.1:8404/health\"", "",
    ])
    func `a line without one stays as it is`(line: String) {
        var redactor = Redactor()
        #expect(redactor.redact(line) == line)
        #expect(redactor.removals == 0)
    }

    @Test func `what the configuration has as password is removed wherever it stands`() {
        var redactor = Redactor()
        redactor.learn(
            fromConfiguration: """
                authentication {
                    auth_type PASS
                    auth_pass hunter2hunter2   # long
                }
                # auth_pass oldsecret
                $SECRET=fromvariable
                auth_pass ${SECRET}
                    auth_pass "with blanks"
                # auth_pass is the same on both
                auth_pass 1a
                """)
        #expect(
            redactor.redact("before hunter2hunter2, hunter2h and xhunter2hy")
                == "before <removed>, <removed> and x<removed>y")
        #expect(redactor.redact("oldsecret fromvariable 'with blanks'") == "<removed> <removed> '<removed>'")
        // A short one is removed where it is a word, or everything with it in would go.
        #expect(redactor.redact("1a 11a 1ab (1a)") == "<removed> 11a 1ab (<removed>)")
        #expect(redactor.redact("it is the same") == "it is the same")
    }

    @Test func `a private key goes as a whole`() {
        var redactor = Redactor()
        let text = """
            before
            -----BEGIN EC PRIVATE KEY-----
            MHcCAQEEIC
            -----END EC PRIVATE KEY-----
            after
            """
        #expect(redactor.redact(text) == "before\n<removed>\nafter")
        let inJSON = #"{"k":"-----BEGIN PRIVATE KEY-----\nMHcCAQ\n-----END PRIVATE KEY-----"}"# + "\nafter"
        #expect(redactor.redact(inJSON) == "<removed>\nafter")
    }

    @Test func `several secrets in a line go, overlapping ones included`() {
        var redactor = Redactor()
        let text = redactor.redact("Authorization: Basic abc password=def curl -u a:b http://c:d@e/")
        #expect(text == "Authorization: <removed>")
        #expect(redactor.redact("password=one token=two") == "password=<removed> token=<removed>")
        // Twice is as good as once.
        #expect(redactor.redact("password=<removed> token=<removed>") == "password=<removed> token=<removed>")
    }

    @Test func `text of any kind is survived, and its lines are kept`() {
        var redactor = Redactor()
        redactor.learn(fromConfiguration: "auth_pass\nauth_pass \"\nauth_pass  #\n$=\nauth_pass $\n\u{0}auth_pass x")
        for text in [
            "", "\n", "\n\n", "password", "password=", "password:", "\"password\"", "password=\"", "--password", "-u",
            "://", "://@",
            "x://y@", "auth_pass ", "-----BEGIN PRIVATE KEY-----", "é password=é", "a\r\npassword=b\r\n",
        ] {
            let count = text.split(separator: "\n", omittingEmptySubsequences: false).count
            #expect(redactor.redact(text).split(separator: "\n", omittingEmptySubsequences: false).count == count)
        }
    }
}

@Suite struct `The keys of auth_hmac` {
    private let hexadecimal = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

    @Test func `are taken out wherever they are, and what names them stays`() {
        let file = """
            auth_hmac {
                key 1 hex:\(hexadecimal)   # the old one
                # key 4 "an older key that is still on disk"
                key 2 "another key, thirty-two or more"
                key 3 file:/etc/understudy/vrrp.key
                active_key 1
            }
            """
        var redactor = Redactor()
        redactor.learn(fromConfiguration: file)
        let result = redactor.redact(file, isConfiguration: true)
        #expect(!result.contains(hexadecimal) && !result.contains("thirty-two") && !result.contains("older key"))
        #expect(result.contains("file:/etc/understudy/vrrp.key") && result.contains("active_key 1"))
        #expect(result.contains("auth_hmac {"))
        let elsewhere = redactor.redact("somebody pasted \(hexadecimal) here")
        #expect(!elsewhere.contains(hexadecimal))
    }
}
