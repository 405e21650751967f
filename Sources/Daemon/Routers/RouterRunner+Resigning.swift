internal import LinuxKernel
internal import VRRPCore
internal import VRRPWire

/// Watching the link for a successor's announcements, docs/design/0002-resign-then-hold.md.
extension RouterRunner {
    func listenForSuccessor() {
        unannounced = Set(everyAddress.map(\.address))
        let interfaces = Set(everyAddress.map(\.interface)).compactMap {
            surroundings.interfaces.link(named: $0)?.index
        }
        for index in interfaces {
            do throws(SystemError) {
                let listener = try surroundings.listener(on: index)
                let token = try surroundings.readiness.watch(listener.descriptor, as: .announcements(self))
                listeners.append((listener, token))
            } catch {
                log.debug("(\(name)) cannot listen for the successor's announcements: \(error); its adverts will do")
            }
        }
    }

    func stopListening() {
        for (listener, token) in listeners { surroundings.readiness.forget(listener.descriptor, token) }
        listeners = []
    }

    /// Reads what the link says about our addresses while we wait to be replaced.
    func readAnnouncements(at now: MonotonicInstant) {
        let ours = Set(listeners.isEmpty ? [] : everyAddress.compactMap { hardwareAddress(of: $0.interface) })
        for (listener, _) in listeners {
            var budget = 256
            do throws(SystemError) {
                while budget > 0, try listener.receive({ frame in notice(frame, except: ours) }) { budget -= 1 }
            } catch {
                log.debug("(\(name)) listening for announcements: \(error)")
            }
        }
        if unannounced.isEmpty, !everyAddress.isEmpty, isResigning { deliver(.successorAnnounced, at: now) }
    }

    private func hardwareAddress(of interface: String) -> HardwareAddress? {
        surroundings.interfaces.link(named: interface)?.hardwareAddress
    }

    private func notice(_ frame: Span<UInt8>, except ours: Set<HardwareAddress>) {
        do throws(WireError) {
            let packet = try ARPPacket.parse(frame)
            if packet.isAnnouncement, !ours.contains(packet.senderHardwareAddress) {
                unannounced.remove(.v4(packet.senderAddress))
            }
            return
        } catch {
            // Not ARP; perhaps a neighbour advertisement.
        }
        do throws(WireError) {
            let packet = try NeighborAdvertisement.parse(frame)
            if !ours.contains(packet.hardwareAddress) { unannounced.remove(.v6(packet.target)) }
        } catch {
            // Other traffic that the filter lets through is none of our business.
        }
    }
}
