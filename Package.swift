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
    .target(
        name: "BusDiagnosis",
        dependencies: ["BatteryModel", "BusCodec", "BMSDrivers", "InverterProfiles"], swiftSettings: core),
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
    // Not linked, therefore without pkg-config: see its header.
    .systemLibrary(name: "CSystemd", providers: [.apt(["libsystemd-dev"])]),
    .target(name: "ServiceManager", dependencies: ["BatteryModel", "CSystemd"], swiftSettings: common),
    .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
    .target(name: "YAMLFile", dependencies: ["CYAML"], swiftSettings: common),
    .target(
        name: "Settings",
        dependencies: ["BatteryModel", "ChargeControl", "YAMLFile"],
        swiftSettings: common),
    .target(
        name: "Reporting",
        dependencies: [
            "BatteryModel", "BusCodec", "BMSDrivers", "InverterProfiles", "ChargeControl", "LinuxIO",
            "Gateway", "BusDiagnosis",
        ],
        swiftSettings: common),
    .target(
        name: "Simulators",
        dependencies: [
            "BatteryModel", "BusCodec", "BMSDrivers", "InverterProfiles", "ChargeControl", "LinuxIO",
            "YAMLFile",
        ],
        swiftSettings: common),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .target(
        name: "Recordings", dependencies: ["BatteryModel", "BusCodec", "CZlib"],
        swiftSettings: common + [.enableExperimentalFeature("Lifetimes")]),
    .target(
        name: "Detection",
        dependencies: ["BatteryModel", "BusCodec", "BMSDrivers", "BusDiagnosis", "LinuxIO"],
        swiftSettings: common),
    .target(
        name: "Commands",
        dependencies: [
            "BatteryModel", "BusCodec", "BMSDrivers", "InverterProfiles", "ChargeControl", "LinuxIO",
            "Gateway", "BusDiagnosis", "Settings", "Reporting", "Recordings", "Detection", "Simulators",
            "ServiceManager", "YAMLFile",
        ],
        swiftSettings: common),
    .executableTarget(name: "busbar", dependencies: ["Commands"], swiftSettings: common),
    .target(
        name: "TestSupport",
        dependencies: ["BatteryModel", "BusCodec", "BMSDrivers", "InverterProfiles", "LinuxIO"],
        swiftSettings: common),
]

let benchTargets: [Target] = [
    .target(name: "CAllocationCount", path: "Benchmarks/CAllocationCount"),
    .executableTarget(
        name: "busbar-bench",
        dependencies: [
            "BatteryModel", "BusCodec", "BMSDrivers", "InverterProfiles", "ChargeControl", "LinuxIO",
            "Gateway", "Recordings", "Reporting", "Simulators", "CAllocationCount",
        ],
        path: "Benchmarks/Bench", swiftSettings: common),
]

let testTargets: [Target] = [
    .testTarget(
        name: "BatteryModelTests", dependencies: ["BatteryModel", "TestSupport"],
        swiftSettings: common),
    .testTarget(
        name: "BusCodecTests", dependencies: ["BatteryModel", "BusCodec", "TestSupport"],
        swiftSettings: common),
    .testTarget(
        name: "BMSDriversTests", dependencies: ["BatteryModel", "BusCodec", "BMSDrivers", "TestSupport"],
        swiftSettings: common),
    .testTarget(
        name: "InverterProfilesTests",
        dependencies: [
            "BatteryModel", "BusCodec", "InverterProfiles", "Reporting", "Simulators", "TestSupport",
        ],
        swiftSettings: common),
    .testTarget(
        name: "ChargeControlTests", dependencies: ["BatteryModel", "ChargeControl", "TestSupport"],
        swiftSettings: common),
    .testTarget(
        name: "BusDiagnosisTests",
        dependencies: [
            "BatteryModel", "BusCodec", "BMSDrivers", "InverterProfiles", "BusDiagnosis", "TestSupport",
        ],
        swiftSettings: common),
    .testTarget(
        name: "LinuxIOTests", dependencies: ["BatteryModel", "BusCodec", "LinuxIO"],
        swiftSettings: common),
    .testTarget(
        name: "RecordingsTests", dependencies: ["BatteryModel", "BusCodec", "Recordings"],
        swiftSettings: common),
    .testTarget(
        name: "SettingsTests", dependencies: ["BatteryModel", "ChargeControl", "Settings", "YAMLFile"],
        swiftSettings: common),
    .testTarget(
        name: "SimulatorsTests",
        dependencies: [
            "BatteryModel", "BusCodec", "BMSDrivers", "InverterProfiles", "ChargeControl", "LinuxIO",
            "Settings", "Simulators", "TestSupport", "YAMLFile",
        ],
        swiftSettings: common),
    .testTarget(
        name: "DetectionTests",
        dependencies: ["BatteryModel", "BusCodec", "BMSDrivers", "Detection", "Simulators", "TestSupport"],
        swiftSettings: common),
    .testTarget(
        name: "GatewayTests",
        dependencies: [
            "BatteryModel", "BusCodec", "BMSDrivers", "InverterProfiles", "ChargeControl", "LinuxIO",
            "Gateway", "Reporting", "Simulators", "TestSupport",
        ],
        swiftSettings: common),
    .testTarget(
        name: "CommandsTests",
        dependencies: [
            "BatteryModel", "BusCodec", "BMSDrivers", "InverterProfiles", "ChargeControl", "LinuxIO",
            "Gateway", "Settings", "Reporting", "Recordings", "Detection", "Simulators", "Commands",
            "TestSupport",
            "YAMLFile",
        ],
        exclude: ["Snapshots"],
        swiftSettings: common),
]

let package = Package(
    name: "busbar",
    products: [.executable(name: "busbar", targets: ["busbar"])],
    targets: coreTargets + edgeTargets + benchTargets + testTargets
)
