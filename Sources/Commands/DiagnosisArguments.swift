import BatteryModel
import BusDiagnosis
import InverterProfiles

/// What the user knows about a link: the arguments that `diagnose` and `listen` have in common.
struct DiagnosisArguments {
    let options: DiagnosisOptions

    init(_ arguments: inout Arguments) throws(UsageError) {
        var options = DiagnosisOptions()
        let inverter = try arguments.option(
            "--inverter", of: InverterName.self,
            "the inverter, by its name or by the id of the profile that it is set to")
        let dialect = try arguments.option(
            "--dialect", of: String.self, as: "NAME", "the dialect that it expects, for example V1.2")
        let name = try arguments.option(
            "--name", of: String.self, as: "TEXT", "the battery name that it wants to see, for example PYLON")
        options.expectedDriver = try arguments.option(
            "--bms", of: BMSName.self, "the BMS, by its name or by the id of the driver that reads it")?
            .driver
        if let inverter {
            options.expectedProfile = inverter.profile
            options.hasInverter = true
        }
        if let dialect {
            guard let place = options.expectedProfile,
                let profile = ProfileName(argument: "\(ProfileTable.profiles[place].sheet.id)")
            else { throw UsageError("--dialect belongs to an inverter", "add --inverter") }
            options.expectedDialect = try profile.dialect(dialect)
        }
        if let name {
            var text = ASCIIText()
            for byte in name.utf8.prefix(ASCIIText.capacity) where (0x20...0x7E).contains(byte) {
                text.append(byte)
            }
            options.expectedName = text
        }
        self.options = options
    }
}
