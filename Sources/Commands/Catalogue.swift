import BMSDrivers
import BatteryModel
import ChargeControl
import Gateway
import InverterProfiles
import Reporting
public import Settings

extension DeviceCatalogue {
    /// The drivers and profiles of this program, as the settings are checked against them.
    public static var builtIn: DeviceCatalogue {
        DeviceCatalogue(
            drivers: DriverName.all.map(DeviceCatalogue.Driver.init)
                + ProfileName.all.map(DeviceCatalogue.Driver.init(source:)),
            profiles: ProfileName.all.map(DeviceCatalogue.Profile.init),
            shunts: ShuntTable.drivers.indices.map { index in
                let sheet = ShuntTable.drivers[index].sheet
                return Shunt(id: "\(sheet.id)", defaultBaud: Int(sheet.baud))
            },
            obstacle: { source, inverter in
                guard let (battery, spoken) = profile(source), let (sink, options) = profile(inverter) else {
                    return nil
                }
                return battery.sourceFacts(spoken).obstacle(on: sink, options).map { "\($0)" }
            })
    }
}

extension DeviceCatalogue {
    /// A profile and how it is spoken; `nil` if there is none of this name.
    private static func profile(_ speech: Speech) -> (InverterProfile, ProfileOptions)? {
        guard let profile = ProfileName(argument: speech.profile)?.profile else { return nil }
        let dialect = speech.dialect.flatMap(profile.sheet.dialectNames.firstIndex) ?? 0
        return (profile, ProfileOptions(dialect: UInt8(dialect)))
    }
}

extension DeviceCatalogue.Driver {
    /// The entry of a battery that speaks a profile.
    fileprivate init(source profile: InverterProfile) {
        let sheet = profile.sheet
        let dialects = (0..<max(sheet.dialectCount, 1)).map { dialect in
            let facts = profile.sourceFacts(ProfileOptions(dialect: dialect))
            return DeviceCatalogue.Source.Dialect(
                name: "\(sheet.dialects[Int(dialect)])",
                missing: SourceFacts.needed.indices.map { SourceFacts.needed[$0] }
                    .filter { !facts.possible.contains($0) }.map { Wording.quantityName($0) },
                absent: facts.absent)
        }
        switch sheet.link {
        case .can(let kilobits):
            self.init(
                id: "\(sheet.id)", addresses: 0...0, linkKinds: [.can], defaultBaud: 115_200,
                source: .init(bitrateKbitPerSecond: Int(kilobits), dialects: dialects))
        case .serial(let baud):
            self.init(
                id: "\(sheet.id)", addresses: 0...247, linkKinds: [.serial], defaultBaud: Int(baud),
                source: .init(dialects: dialects))
        }
    }

    /// The entry of a driver: it can read in the ways in which it has questions, and every driver can listen.
    fileprivate init(_ driver: BMSDriver) {
        let sheet = driver.sheet
        var modes: Set<Settings.ReadMode> = []
        for index in 0..<driver.pollCount {
            switch driver.poll(index).mode {
            case .frames: modes.insert(.frames)
            case .registers: modes.insert(.registers)
            }
        }
        let isCAN = sheet.wire == .can
        self.init(
            id: "\(sheet.id)", addresses: Int(sheet.addresses.lowerBound)...Int(sheet.addresses.upperBound),
            linkKinds: [isCAN ? .can : .serial], defaultBaud: isCAN ? 115_200 : Int(sheet.baud),
            usualBitrateKbitPerSecond: isCAN ? Int(sheet.baud) / 1_000 : nil, readModes: modes,
            canListen: true, canWriteSettings: driver.settings.writableCount > 0, absent: driver.absent)
    }
}

extension DeviceCatalogue.Profile {
    /// The entry of a profile.
    fileprivate init(_ profile: InverterProfile) {
        let sheet = profile.sheet
        switch sheet.link {
        case .can(let kilobits):
            self.init(
                id: "\(sheet.id)", linkKind: .can, bitrateKbitPerSecond: Int(kilobits),
                dialects: sheet.dialectNames)
        case .serial(let baud):
            self.init(
                id: "\(sheet.id)", linkKind: .serial, defaultBaud: Int(baud),
                tcpPort: profile.serial?.overTCP.map { Int($0.tcpPort) },
                dialects: sheet.dialectNames)
        }
    }
}
