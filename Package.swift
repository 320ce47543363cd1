// swift-tools-version: 6.2
import PackageDescription

/// Every target: Swift 6 language mode and no warning left standing.
let common: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

/// Below the line: also memory-safe by proof, and fit for Embedded Swift.
///
/// `Lifetimes` lets a value hand out a
/// `Span` of its own bytes.
let core: [SwiftSetting] =
    common + [
        .enableExperimentalFeature("Lifetimes"),
        .strictMemorySafety(),
        .treatWarning("EmbeddedRestrictions", as: .error),
    ]

/// Targets that compile as Embedded Swift.
///
/// `Scripts/check-embedded` builds the same list.
let coreTargets: [Target] = [
    .target(name: "BatteryModel", swiftSettings: core),
    .target(name: "BusCodec", dependencies: ["BatteryModel"], swiftSettings: core),
    .target(name: "BMSDrivers", dependencies: ["BatteryModel", "BusCodec"], swiftSettings: core),
    .target(name: "InverterProfiles", dependencies: ["BatteryModel", "BusCodec"], swiftSettings: core),
    .target(name: "ChargeControl", dependencies: ["BatteryModel"], swiftSettings: core),
]

let edgeTargets: [Target] = [
    .target(name: "CLinuxIO"),
    .target(
        name: "LinuxIO", dependencies: ["BatteryModel", "BusCodec", "CLinuxIO"], swiftSettings: common),
    .target(
        name: "Gateway",
        dependencies: [
            "BatteryModel", "BusCodec", "BMSDrivers", "InverterProfiles", "ChargeControl", "LinuxIO",
        ],
        swiftSettings: common),
    .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
    .target(
        name: "Settings",
        dependencies: ["BatteryModel", "BMSDrivers", "InverterProfiles", "ChargeControl", "CYAML"],
        swiftSettings: common),
    .target(
        name: "Reporting",
        dependencies: [
            "BatteryModel", "BusCodec", "BMSDrivers", "InverterProfiles", "ChargeControl", "LinuxIO",
            "Gateway",
        ],
        swiftSettings: common),
    .target(
        name: "Simulators",
        dependencies: ["BatteryModel", "BusCodec", "BMSDrivers", "InverterProfiles", "LinuxIO"],
        swiftSettings: common),
    .target(
        name: "Commands",
        dependencies: [
            "BatteryModel", "BusCodec", "BMSDrivers", "InverterProfiles", "ChargeControl", "LinuxIO",
            "Gateway", "Settings", "Reporting", "Simulators",
        ],
        swiftSettings: common),
    .executableTarget(name: "busbar", dependencies: ["Commands"], swiftSettings: common),
    .target(
        name: "TestSupport",
        dependencies: ["BatteryModel", "BusCodec", "BMSDrivers", "InverterProfiles", "LinuxIO"],
        swiftSettings: common),
]

let testTargets: [Target] = [
    .testTarget(
        name: "ChargeControlTests", dependencies: ["BatteryModel", "ChargeControl"], swiftSettings: common)
]

let package = Package(
    name: "busbar",
    products: [.executable(name: "busbar", targets: ["busbar"])],
    targets: coreTargets + edgeTargets + testTargets
)
