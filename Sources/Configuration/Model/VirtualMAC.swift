public import VRRPCore
public import VRRPWire

/// `use_vmac`: the virtual addresses are on an interface of their own, which has the virtual router's MAC address.
public struct VirtualMAC: Equatable, Sendable {
    /// What the interface is called; the daemon makes it above the instance's own.
    public var interface: String
    public var hardwareAddress: HardwareAddress
    /// `vmac_xmit_base`: adverts come from the MAC address of the instance's own interface.
    public var sendsFromBase = false
    public var location: SourceLocation

    public init(interface: String, hardwareAddress: HardwareAddress, location: SourceLocation) {
        self.interface = interface
        self.hardwareAddress = hardwareAddress
        self.location = location
    }

    /// True when both are the same interface and adverts come from the same address, wherever they were written.
    public func means(_ other: VirtualMAC) -> Bool {
        interface == other.interface && hardwareAddress == other.hardwareAddress
            && sendsFromBase == other.sendsFromBase
    }

    /// As it would be written.
    var text: String { "\(interface) \(hardwareAddress)" }
}

extension Instance {
    /// The interface by which an address is reached from the network: that of `use_vmac` is behind the instance's own.
    public func wire(of address: VirtualAddress) -> String {
        address.interface == self.virtualMAC?.interface ? interface : address.interface
    }

    /// The instance as the network sees it: without interfaces that the daemon makes.
    public var onTheWire: Instance {
        guard self.virtualMAC != nil else { return self }
        var instance = self
        for index in addresses.indices { instance.addresses[index].interface = wire(of: addresses[index]) }
        for index in self.excludedAddresses.indices {
            instance.excludedAddresses[index].interface = wire(of: self.excludedAddresses[index])
        }
        return instance
    }
}

extension Model {
    /// The model as the network sees it: without interfaces that the daemon makes.
    public var onTheWire: Model {
        var model = self
        for index in instances.indices { model.instances[index] = instances[index].onTheWire }
        return model
    }
}
