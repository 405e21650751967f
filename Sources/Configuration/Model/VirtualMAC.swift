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

/// An interface that the daemon makes above another one, with a virtual router's MAC address.
public struct VirtualLink: Equatable, Sendable {
    /// What it is called.
    public var interface: String
    /// The interface below.
    public var base: String
    public var hardwareAddress: HardwareAddress
    /// Where it was asked for first.
    public var location: SourceLocation

    public init(interface: String, base: String, hardwareAddress: HardwareAddress, location: SourceLocation) {
        self.interface = interface
        self.base = base
        self.hardwareAddress = hardwareAddress
        self.location = location
    }

    /// `vrrp.51 above eth1, 00:00:5e:00:01:33`.
    var text: String { "\(interface) above \(base), \(hardwareAddress)" }
}

extension Instance {
    /// Whether the daemon makes any interface for it.
    public var hasVirtualLinks: Bool { self.virtualMAC != nil || !self.addressLinks.isEmpty }

    /// Every interface that the daemon makes for it, that of `use_vmac` first.
    public var virtualLinks: [VirtualLink] {
        guard let own = self.virtualMAC else { return self.addressLinks }
        let link = VirtualLink(
            interface: own.interface, base: interface, hardwareAddress: own.hardwareAddress, location: own.location)
        return [link] + self.addressLinks
    }

    /// Whether it has interfaces of a virtual MAC address that no advert comes from.
    public var hasSilentVirtualLinks: Bool {
        self.virtualMAC?.sendsFromBase == true || !self.addressLinks.isEmpty
    }

    /// Whether an interface is one of those.
    public func isSilentVirtualLink(_ name: String) -> Bool {
        guard name == self.virtualMAC?.interface else { return base(of: name) != nil }
        return self.virtualMAC?.sendsFromBase == true
    }

    /// The interface below one that the daemon makes for it; nil for any other.
    public func base(of name: String) -> String? {
        if name == self.virtualMAC?.interface { return interface }
        return self.addressLinks.first { $0.interface == name }?.base
    }

    /// The interface by which an address is reached from the network: one that the daemon makes is behind another.
    public func wire(of address: VirtualAddress) -> String { base(of: address.interface) ?? address.interface }

    /// The instance as the network sees it: without interfaces that the daemon makes.
    public var onTheWire: Instance {
        guard hasVirtualLinks else { return self }
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
