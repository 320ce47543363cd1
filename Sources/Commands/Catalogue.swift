import BMSDrivers
import InverterProfiles
public import Settings

extension DeviceCatalogue {
    /// The drivers and profiles of this program, as the settings are checked against them.
    public static var builtIn: DeviceCatalogue {
        DeviceCatalogue(
            drivers: DriverName.all.map(DeviceCatalogue.Driver.init),
            profiles: ProfileName.all.map(DeviceCatalogue.Profile.init),
            shunts: ShuntTable.drivers.indices.map { index in
                let sheet = ShuntTable.drivers[index].sheet
                return Shunt(id: "\(sheet.id)", defaultBaud: Int(sheet.baud))
            })
    }
}

extension DeviceCatalogue.Driver {
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
        self.init(
            id: "\(sheet.id)", addresses: Int(sheet.addresses.lowerBound)...Int(sheet.addresses.upperBound),
            linkKinds: [.serial], defaultBaud: Int(sheet.baud), readModes: modes, canListen: true)
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
