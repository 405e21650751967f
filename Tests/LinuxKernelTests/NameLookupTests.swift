import LinuxKernel
import Testing
import VRRPWire

@Suite struct `Names that the system knows` {
    @Test func `of hosts have their addresses`() throws {
        let found = try lookUpAddresses(of: "localhost")
        #expect(found.contains(.v4(IPv4Address(127, 0, 0, 1))), "\(found)")
        #expect(try lookUpAddresses(of: "192.0.2.7") == [.v4(IPv4Address(192, 0, 2, 7))])
        let address = try #require(IPAddress("2001:db8::7"))
        #expect(try lookUpAddresses(of: "2001:db8::7") == [address])
        #expect(canonicalName(of: "localhost")?.isEmpty == false)
    }

    @Test func `that are none have a reason`() {
        do throws(NameLookupFailure) {
            let found = try lookUpAddresses(of: "")
            Issue.record("\(found)")
        } catch {
            #expect(!error.reason.isEmpty)
        }
        #expect(canonicalName(of: "") == nil)
    }
}
