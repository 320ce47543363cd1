import BMSDrivers
import InverterProfiles
import Reporting
import Settings

/// The name of an inverter profile on the command line.
struct ProfileName: ArgumentValue {
    /// Every profile, in the order of the table.
    static var all: [InverterProfile] {
        ProfileTable.profiles.indices.map { ProfileTable.profiles[$0] }
    }

    static var valueName: String { "ID" }
    static var choices: [String] { all.map { "\($0.sheet.id)" } }
    static var expected: String { "one of \(choices.joined(separator: ", "))" }
    static var placeholder: ProfileName { ProfileName(profile: ProfileTable.profiles[0]) }

    /// The profile.
    let profile: InverterProfile

    var argumentText: String { "\(profile.sheet.id)" }

    init?(argument: String) {
        guard let profile = Self.all.first(where: { "\($0.sheet.id)" == argument }) else { return nil }
        self.profile = profile
    }

    private init(profile: InverterProfile) { self.profile = profile }

    /// What is spoken unless told otherwise.
    static var usual: ProfileName { ProfileName(argument: "pylontech-lv-can") ?? placeholder }

    /// The number of the dialect called `name`, upper or lower case.
    func dialect(_ name: String) throws(UsageError) -> UInt8 {
        let names = profile.sheet.dialectNames
        if let index = names.firstIndex(where: { $0.lowercased() == name.lowercased() }) {
            return UInt8(index)
        }
        guard !names.isEmpty else {
            throw UsageError(
                "--dialect is \(UsageError.quoted(name))", "\(argumentText) has none; leave it out")
        }
        throw UsageError.unknown("dialect of \(argumentText) called", name, names)
    }
}

extension ProfileName {
    /// Whether it is spoken on a serial line; on CAN otherwise.
    var isSerial: Bool { profile.serial != nil }

    /// Refuses a protocol that has no CAN frames; `what` is for which it would need them.
    func requireFrames(for what: String) throws(UsageError) {
        guard isSerial else { return }
        throw UsageError(
            "\(argumentText) is spoken on a serial line, it has no frames for \(what)",
            "look at what it says with 'busbar profiles \(argumentText)'")
    }

    /// What is said before a profile is used: that it is experimental, if it is.
    static func notes(on profile: InverterProfile) -> [String] {
        profile.sheet.isExperimental ? [Wording.experimental("\(profile.sheet.id)")] : []
    }

    /// The same for the profiles and drivers that settings name, each once.
    static func notes(on settings: BusbarSettings) -> [String] {
        Set(settings.inverters.map(\.profile) + settings.packs.map(\.driver)).sorted().flatMap { id in
            DriverName(argument: id)?.notes ?? ProfileName(argument: id).map { notes(on: $0.profile) } ?? []
        }
    }
}

/// The name of a BMS driver on the command line.
struct DriverName: ArgumentValue {
    /// Every driver, in the order of the table.
    static var all: [BMSDriver] {
        DriverTable.drivers.indices.map { DriverTable.drivers[$0] }
    }

    static var valueName: String { "ID" }
    static var choices: [String] { all.map { "\($0.sheet.id)" } }
    static var expected: String { "one of \(choices.joined(separator: ", "))" }
    static var placeholder: DriverName { DriverName(driver: DriverTable.drivers[0]) }

    /// The driver.
    let driver: BMSDriver

    var argumentText: String { "\(driver.sheet.id)" }

    init?(argument: String) {
        guard let driver = Self.all.first(where: { "\($0.sheet.id)" == argument }) else { return nil }
        self.driver = driver
    }

    private init(driver: BMSDriver) { self.driver = driver }

    /// What is said before it is used: that it is experimental, if it is.
    var notes: [String] {
        driver.sheet.isExperimental ? [Wording.experimental(driver: argumentText)] : []
    }
}

extension DriverName {
    /// The address of the first of so many packs one after the other: `wanted`, or that of the
    /// factory, or the nearest to 1 that there is.
    func firstAddress(_ wanted: Int?, packs: Int) throws(UsageError) -> UInt8 {
        let (low, high) = (Int(driver.sheet.addresses.lowerBound), Int(driver.sheet.addresses.upperBound))
        let there =
            low == high ? "\(argumentText) has only address \(low)" : "\(argumentText) has \(low) to \(high)"
        let first = wanted ?? driver.sheet.factoryAddress.map(Int.init) ?? min(max(1, low), high)
        guard (low...high).contains(first) else { throw UsageError("--address is \(first)", there) }
        guard first + packs - 1 <= high else {
            throw UsageError("\(packs) packs from address \(first) on need up to \(first + packs - 1)", there)
        }
        return UInt8(first)
    }

    /// The number of the question called `name`.
    func question(_ name: String) throws(UsageError) -> Int {
        let names = (0..<driver.pollCount).map { "\(driver.poll($0).name)" }
        guard let number = names.firstIndex(of: name) else {
            throw UsageError.unknown("question of \(argumentText) called", name, names)
        }
        return number
    }
}

extension ProfileSheet {
    /// The names of the dialects there are, in order.
    var dialectNames: [String] { (0..<Int(dialectCount)).map { "\(dialects[$0])" } }
}
