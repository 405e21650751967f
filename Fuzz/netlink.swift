// A libFuzzer target for what the kernel says of interfaces and addresses. See scripts/fuzz.

@testable import LinuxKernel

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ data: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let input = Array(UnsafeBufferPointer(start: data, count: count))
    var offset = 0
    // As a datagram is read: message after message, until one does not fit.
    while let header = NetlinkHeader(input.span, at: offset) {
        precondition(header.payload.upperBound <= input.count && header.end > offset)
        switch RouteChange(input.span, header) {
        case .link(let link): precondition(!link.name.isEmpty)
        case .address(let address), .addressGone(let address): precondition(!"\(address.address)".isEmpty)
        case .linkGone, nil: break
        }
        offset = header.end
    }
    return 0
}
