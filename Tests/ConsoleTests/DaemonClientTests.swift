import Console
import Control
import Testing

@Suite struct `Asking the daemon` {
    @Test func `where nobody listens, the sentence says how to start it`() {
        let error = #expect(throws: ClientError.self) { try ask(Request(.status), at: "/nonexistent/control.sock") }
        #expect(
            error?.description
                == "no daemon answers at /nonexistent/control.sock (No such file or directory); "
                + "start it with: systemctl start understudy")
    }
}
