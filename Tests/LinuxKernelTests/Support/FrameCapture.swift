import Glibc
import Testing

/// Every frame that arrives in the namespace it is opened in.
final class FrameCapture {
    private let descriptor: Int32

    init() throws {
        let everyProtocol = Int32(UInt16(3).bigEndian)
        descriptor = socket(AF_PACKET, Int32(SOCK_RAW.rawValue) | Int32(SOCK_NONBLOCK.rawValue), everyProtocol)
        try #require(descriptor >= 0)
    }

    deinit { close(descriptor) }

    /// The next frame of that kind, or nil when none comes in time.
    func next(_ isWanted: ([UInt8]) -> Bool) throws -> [UInt8]? {
        var frame = [UInt8](repeating: 0, count: 2048)
        while try waitUntilReadable(descriptor) {
            let count = recv(descriptor, &frame, frame.count, 0)
            if count > 0, isWanted(Array(frame[0..<count])) { return Array(frame[0..<count]) }
        }
        return nil
    }
}
