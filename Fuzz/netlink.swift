// A libFuzzer target for what the kernel says of interfaces, addresses, routes and the packet filter. See scripts/fuzz.

@testable import LinuxKernel

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ data: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let input = Array(UnsafeBufferPointer(start: data, count: count))
    var offset = 0
    var listing = FilterListing("understudy")
    var culprit: FilterMonitor.Culprit?
    // As a datagram is read: message after message, until one does not fit.
    while let header = NetlinkHeader(input.span, at: offset) {
        precondition(header.payload.upperBound <= input.count && header.end > offset)
        switch RouteChange(input.span, header) {
        case .link(let link): precondition(!link.name.isEmpty)
        case .address(let address), .addressGone(let address): precondition(!"\(address.address)".isEmpty)
        case .linkGone, nil: break
        }
        var routes: [KernelRoute] = []
        KernelRoute.read(input.span, header.payload, into: &routes)
        precondition(routes.count <= 1 + header.payload.count / 8)
        listing.take(input.span, header)
        FilterMonitor.take(input.span, header, "understudy", &culprit)
        offset = header.end
    }
    precondition(listing.filter == nil || listing.isOurs)
    return 0
}
