internal import CLinux
internal import Glibc

/// Throws the error that an acknowledgement or the end of a list carries, with the kernel's own words when it has some.
func checkAnswer(
    _ bytes: Span<UInt8>, _ header: NetlinkHeader, _ operation: @autoclosure () -> String
) throws(SystemError) {
    let code = bytes.hostUInt32(at: header.payload.lowerBound).map { Int32(bitPattern: $0) } ?? 0
    // A negative errno; a finished dump may carry a positive count.
    guard code < 0 else { return }
    var words: String?
    if header.flags & UInt16(NLM_F_ACK_TLVS) != 0 {
        // After the errno: the request's header, and with NETLINK_CAP_ACK nothing more of it.
        let start = header.payload.lowerBound + 4 + (Int32(header.type) == NLMSG_ERROR ? NetlinkHeader.size : 0)
        if start <= header.payload.upperBound {
            forEachAttribute(of: bytes, in: start..<header.payload.upperBound) { type, value in
                if type == Int(NLMSGERR_ATTR_MSG.rawValue) { words = bytes.text(in: value) }
            }
        }
    }
    throw SystemError(operation() + (words.map { " (\($0))" } ?? ""), 0 &- code)
}
