internal import CLinux
internal import Glibc
package import VRRPWire

extension VRRPSocket {
    /// What the beginning of an advert for a virtual router of ours looks like.
    package struct Shape: Equatable, Sendable {
        package var virtualRouterID: UInt8
        package var version: ProtocolVersion
        /// VRRPv2 only.
        package var authenticationType: UInt8
        /// Seconds; VRRPv2 only.
        package var interval: UInt8

        package init(virtualRouterID: UInt8, version: ProtocolVersion, authenticationType: UInt8, interval: UInt8) {
            self.virtualRouterID = virtualRouterID
            self.version = version
            self.authenticationType = authenticationType
            self.interval = interval
        }
    }

    /// Lets the kernel drop what cannot be an advert of any of these shapes, but for one in `sample` of it.
    ///
    /// The filter lets through more than will be believed: it sums up nothing and compares no passwords. What it drops
    /// would be refused without exception. The sample keeps counters and log informed of what is going on.
    /// - Parameter sample: a power of two.
    /// - Parameter isOnLink: multicast, whose hop limit must be 255 (RFC 9568 section 5.1.1.3).
    package func dropRefusable(
        except shapes: [Shape], isOnLink: Bool, keepingOneIn sample: UInt32
    ) throws(SystemError) {
        let descriptor = descriptor
        let domain = family == .v4 ? AF_INET : AF_INET6
        let entries = shapes.map {
            cl_advert_shape(
                virtual_router_id: $0.virtualRouterID, version: $0.version.rawValue,
                authentication_type: $0.authenticationType, interval: $0.interval)
        }
        // SAFETY: the function reads the buffer's elements only, during the call.
        try unsafe entries.withUnsafeBufferPointer { buffer throws(SystemError) in
            _ = try retryingOnInterrupt("filter a VRRP socket") {
                unsafe cl_drop_refusable(
                    descriptor, domain, isOnLink ? 1 : 0, buffer.baseAddress, buffer.count, sample)
            }
        }
    }

    /// Hears everything again.
    package func dropNothing() {
        // It fails only when there is no filter.
        _ = cl_drop_nothing(descriptor)
    }
}
