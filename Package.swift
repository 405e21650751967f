// swift-tools-version: 6.2
import PackageDescription

/// One strict dialect for every target; a target may only ever add to it.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
]

/// Tests speak the same language version; macro expansions are not memory-safety annotated, so that check is off there.
let tests: [SwiftSetting] = [.swiftLanguageMode(.v6), .enableUpcomingFeature("ExistentialAny")]

/// Every symbol is found when a program starts: no advert waits for the linker, and the table can be made read-only.
///
/// Nobody loads code into a program, so that it offers no symbols to others: the linker then leaves out what nobody uses,
/// and the start is shorter, in a megabyte less.
let linking: [LinkerSetting] = [
    .unsafeFlags(["-Xlinker", "-z", "-Xlinker", "now", "-Xlinker", "--no-export-dynamic"])
]

let package = Package(
    name: "understudy",
    products: [
        .executable(name: "understudyd", targets: ["understudyd"]),
        .executable(name: "understudy", targets: ["understudy"]),
    ],
    dependencies: [
        // For the command only: the daemon links nothing from outside this package.
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0")
    ],
    targets: [
        // Pure: no imports beyond the standard library, no clock, no I/O.
        .target(name: "VRRPWire", swiftSettings: strict),
        .target(name: "VRRPCore", dependencies: ["VRRPWire"], swiftSettings: strict),
        .target(name: "Configuration", dependencies: ["VRRPCore", "VRRPWire"], swiftSettings: strict),
        .target(name: "Simulator", dependencies: ["VRRPCore", "VRRPWire"], swiftSettings: strict),
        .target(name: "Control", swiftSettings: strict),

        // Impure: the only modules that may import Glibc; LinuxKernel alone may write `unsafe`.
        .target(name: "CLinux", cSettings: [.define("_FORTIFY_SOURCE", to: "2", .when(configuration: .release))]),
        .target(name: "LinuxKernel", dependencies: ["CLinux", "VRRPWire"], swiftSettings: strict),

        .target(
            name: "Daemon", dependencies: ["Configuration", "Control", "LinuxKernel", "VRRPCore", "VRRPWire"],
            swiftSettings: strict),
        .target(
            name: "Console",
            dependencies: ["Configuration", "Control", "Daemon", "LinuxKernel", "VRRPCore", "VRRPWire"],
            swiftSettings: strict),
        .target(
            name: "Rehearsal", dependencies: ["Configuration", "LinuxKernel", "VRRPCore", "VRRPWire"],
            swiftSettings: strict),

        .executableTarget(
            name: "understudyd", dependencies: ["Daemon"], swiftSettings: strict, linkerSettings: linking),
        .executableTarget(
            name: "understudy",
            dependencies: [
                "Configuration", "Console", "Control", "Daemon", "Rehearsal", "LinuxKernel", "Simulator", "VRRPWire",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict, linkerSettings: linking),

        // Makes the manual and the completions from the tables that the programs work by; ships with nothing.
        .target(name: "Manual", dependencies: ["Configuration", "Control", "Daemon"], swiftSettings: strict),

        // Measures; ships with nothing.
        .target(name: "CCapture", path: "Benchmarks/CCapture"),
        .executableTarget(
            name: "understudy-benchmark", dependencies: ["CCapture", "LinuxKernel", "Rehearsal", "VRRPWire"],
            path: "Benchmarks/Takeover", swiftSettings: strict),

        .testTarget(
            name: "VRRPWireTests", dependencies: ["VRRPWire"], exclude: ["Captures"], swiftSettings: tests),
        .testTarget(
            name: "VRRPCoreTests", dependencies: ["VRRPCore", "VRRPWire"], exclude: ["Scenarios"],
            swiftSettings: tests),
        .testTarget(
            name: "ConfigurationTests", dependencies: ["Configuration", "VRRPCore", "VRRPWire"], exclude: ["Corpus"],
            swiftSettings: tests),
        .testTarget(name: "SimulatorTests", dependencies: ["Simulator", "VRRPCore", "VRRPWire"], swiftSettings: tests),
        .testTarget(name: "LinuxKernelTests", dependencies: ["LinuxKernel", "VRRPWire"], swiftSettings: tests),
        .testTarget(
            name: "DaemonTests",
            dependencies: ["Configuration", "Control", "Daemon", "LinuxKernel", "VRRPCore", "VRRPWire"],
            swiftSettings: tests),
        .testTarget(name: "ControlTests", dependencies: ["Control"], swiftSettings: tests),
        .testTarget(
            name: "ConsoleTests",
            dependencies: ["Configuration", "Console", "Control", "LinuxKernel", "Rehearsal", "VRRPCore", "VRRPWire"],
            swiftSettings: tests),
        .testTarget(
            name: "ManualTests",
            dependencies: [
                "Configuration", "Daemon", "Manual", "understudy",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: tests),
        .testTarget(name: "HouseTests", swiftSettings: tests),
        .testTarget(
            name: "SystemTests",
            dependencies: ["Configuration", "Console", "Control", "LinuxKernel", "Rehearsal", "VRRPWire"],
            swiftSettings: tests),
    ]
)
