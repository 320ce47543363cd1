import BatteryModel
import BusCodec
import InverterProfiles
import Testing

/// The battery registers of a GX.
///
/// All are computed from Victron's table (victronenergy/dbus_modbustcp, attributes.csv); no capture is public.
@Suite("Victron GX registers")
struct VictronModbusGoldenTests {
    private static let known = BankReading(
        [
            .voltage: 52_480, .current: -12_340, .temperature: 251, .capacity: 100_000,
            .remainingCapacity: 87_000, .soc: 870, .soh: 990, .activity: 2, .chargeVoltageLimit: 56_000,
            .dischargeVoltageLimit: 45_000, .chargeCurrentLimit: 100_000, .dischargeCurrentLimit: 150_000,
            .chargeEnabled: 1, .dischargeEnabled: 1,
        ], alarms: AlarmSet())

    @Test(
        "questions over a network are answered",
        arguments: [
            (
                // What a bank has not is not available: starter battery, middle voltage.
                "00 01 00 00 00 06 E1 03 01 02 00 09",
                "00 01 00 00 00 15 E1 03 12 FD 78 14 80 FF FF FF 85 00 FB FF FF FF FF 00 82 03 66"
            ),
            (
                // Nor is the time to go.
                "00 01 00 00 00 06 E1 03 01 2F 00 06",
                "00 01 00 00 00 0F E1 03 0C FF FF 03 DE 02 30 01 C2 03 E8 05 DC"
            ),
            (
                "00 01 00 00 00 06 64 03 03 48 00 05",
                "00 01 00 00 00 0D 64 03 0A 02 0D FF 85 FD 78 00 57 00 02"
            ),
            ("00 02 00 00 00 06 64 04 03 4B 00 01", "00 02 00 00 00 05 64 04 02 00 57"),
            ("00 03 00 00 00 06 E1 03 01 00 00 02", "00 03 00 00 00 07 E1 03 04 FF FF FD 78"),
            ("00 04 00 00 00 06 E1 03 05 11 00 02", "00 04 00 00 00 07 E1 03 04 00 01 00 01"),
            ("00 05 00 00 00 06 E1 03 03 48 00 05", "00 05 00 00 00 03 E1 83 02"),
            ("00 06 00 00 00 06 64 03 01 02 00 09", "00 06 00 00 00 03 64 83 02"),
            ("00 07 00 00 00 06 E1 06 01 18 00 01", "00 07 00 00 00 03 E1 86 02"),
            ("00 08 00 00 00 06 E4 03 01 02 00 09", "00 08 00 00 00 03 E4 83 0B"),
        ])
    func answers(_ question: String, _ answer: String) {
        #expect(reply(to: question, Self.known) == answer)
    }

    @Test("an alarm is 2, and is heard as one of its group")
    func alarms() throws {
        let profile = VictronModbus.profile
        let talk = try #require(profile.serial)
        for kind in [
            AlarmKind.undocumented, .packUnderVoltage, .cellOverVoltage, .dischargeUnderTemperature,
            .batteryOverTemperature, .mosfetOverTemperature, .chargeOverCurrent, .dischargeOverCurrent,
            .imbalance, .internalCommunication, .chargeOverTemperature, .chargeUnderTemperature,
            .cellUnderVoltage, .packLost, .dischargeSwitchFault,
        ] {
            var bank = Self.known
            bank.alarms?.value.raise(kind, .protection)
            let heard = try SerialProfileTests.converse(profile, talk, bank, ProfileOptions())
            #expect(heard.alarms?.value == bank.alarms?.value, "\(kind)")
        }
        var bank = Self.known
        bank.alarms?.value.raise(.packUnderVoltage, .protection)
        let answer = reply(to: "00 01 00 00 00 06 E1 03 01 0C 00 01", bank)
        #expect(answer == "00 01 00 00 00 05 E1 03 02 00 02")
    }

    private func reply(to text: String, _ bank: BankReading) -> String {
        SerialLine(VictronModbus.profile, overTCP: true)?.answer(text, bank)?.bytes ?? "no question"
    }
}
