// A libFuzzer target for what the kernel's process connector says. See scripts/fuzz.

@testable import LinuxKernel

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ data: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let input = Array(UnsafeBufferPointer(start: data, count: count))
    guard let header = NetlinkHeader(input.span, at: 0) else { return 0 }
    if let event = ProcessEvents.Event(input.span, header.payload) {
        // Shorter ones cannot hold the two numbers that every event has.
        precondition(header.payload.count >= 44, "\(event)")
    }
    return 0
}
