import BatteryModel
import BusCodec
import InverterProfiles
import Testing

/// What the control has found, as inverters are told of it.
@Suite("alarms of the control's own")
struct OwnAlarmTests {
    private static let misconduct: [AlarmKind] = [.limitsIgnored, .voltageIgnored]

    private func sent(_ kinds: [AlarmKind], _ profile: InverterProfile) throws -> [UInt8] {
        var bank = BankReading.sample()
        bank.alarms = Reading(alarms(protections: kinds), at: noon)
        return try profile.bytes(of: 0x35A, bank)
    }

    @Test(
        "a second battery is told as an alarm, together with the stop",
        arguments: [SMALV.profile, VictronGX.profile])
    func secondBattery(_ profile: InverterProfile) throws {
        let bytes = try sent([.secondBattery], profile)
        #expect(bytes[0] & 3 == 1 && bytes[4] & 3 == 2)
    }

    @Test(
        "what the inverter does wrong is told as a warning: an alarm would stop a healthy bank",
        arguments: misconduct)
    func misconductWarns(_ kind: AlarmKind) throws {
        for profile in [SMALV.profile, VictronGX.profile] {
            let bytes = try sent([kind], profile)
            #expect(bytes[0] & 3 == 2 && bytes[4] & 3 == 1)
        }
        var bank = BankReading.sample()
        bank.alarms = Reading(alarms(protections: [kind]), at: noon)
        #expect(try PylontechLV.profile.bytes(of: 0x359, bank)[0...3] == [0, 0, 0, 0x08])
    }

    @Test("no profile says it as a protection", arguments: everyProfile, misconduct)
    func neverAProtection(_ profile: InverterProfile, _ kind: AlarmKind) throws {
        var bank = BankReading.sample()
        var heard: [AlarmSet] = []
        for stands in [true, false] {
            bank.alarms = Reading(alarms(protections: stands ? [kind] : []), at: noon)
            var reading = BankReading()
            if let talk = profile.serial {
                reading = try SerialProfileTests.converse(profile, talk, bank, ProfileOptions())
            } else {
                for index in 0..<profile.frameCount where profile.frame(index).direction == .toInverter {
                    guard let frame = try? profile.encode(frame: index, bank: bank) else { continue }
                    _ = profile.decode(frame, dialect: 0, at: noon, into: &reading)
                }
            }
            heard.append(reading.alarms?.value ?? AlarmSet())
        }
        #expect(heard[0].protections == heard[1].protections)
        // What counts as visible is what makes a difference.
        let isVisible = profile.visibleKinds(at: .protection, dialect: 0).contains(kind)
        #expect(isVisible == (heard[0].warnings != heard[1].warnings))
    }

    @Test("whatever stops the whole bank is visible wherever a protocol has a bit for faults of the system")
    func stopsAreVisible() {
        let silent = [
            // These have bits for voltages, temperatures and currents alone, or none.
            "givenergy-rs485 0", "growatt-rs485 1", "voltronic-lib-rs485 0",
            // They say a state, and no reason.
            "byd-modbus 0", "kostal-rs485 0",
        ]
        for profile in canProfiles + serialProfiles {
            for dialect in 0..<profile.sheet.dialectCount {
                let visible = profile.visibleKinds(at: .protection, dialect: dialect)
                for kind in [AlarmKind.bankLost, .secondBattery, .connectRefused] {
                    let isSilent = silent.contains("\(profile.sheet.id) \(dialect)")
                    #expect(visible.contains(kind) != isSilent, "\(profile.sheet.id) \(dialect) \(kind)")
                }
            }
        }
    }
}
