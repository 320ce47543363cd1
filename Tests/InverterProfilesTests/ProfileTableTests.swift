import BatteryModel
import BusCodec
import InverterProfiles
import Simulators
import Testing

/// Every profile, as test arguments want it.
let everyProfile: [InverterProfile] = ProfileTable.profiles.indices.map { ProfileTable.profiles[$0] }

/// Every profile that sends frames of its own accord; for those that are asked see `serialProfiles`.
let canProfiles: [InverterProfile] = everyProfile.filter { $0.serial == nil }

@Suite("every profile of the table")
struct ProfileTableTests {
    @Test("has a sound table", arguments: canProfiles)
    func lints(_ profile: InverterProfile) {
        #expect(ProfileLints.problems(of: profile) == [])
    }

    @Test("is found by its id", arguments: everyProfile)
    func lookup(_ profile: InverterProfile) {
        let id = Array(profile.sheet.id.description.utf8)
        let index = ProfileTable.index(ofID: id.span)
        #expect(index.map { ProfileTable.profiles[$0].sheet.id.description } == profile.sheet.id.description)
        #expect(ProfileTable.index(ofID: Array("no-such-profile".utf8).span) == nil)
    }

    @Test("understands what it says, within its own resolution", arguments: canProfiles)
    func roundTrip(_ profile: InverterProfile) throws {
        var generator = SplitMix(state: 2026)
        for _ in 0..<500 {
            let drawn = BankReading.random(using: &generator)
            for dialect in 0..<profile.sheet.dialectCount {
                var bank = drawn
                bank.bound(by: profile, options: ProfileOptions(dialect: dialect))
                for inverts in [false, true] {
                    let options = ProfileOptions(
                        dialect: dialect, padsToEight: generator.next() & 1 == 0, invertsCurrent: inverts)
                    try expectSame(profile, bank, options)
                }
            }
        }
    }

    private func expectSame(
        _ profile: InverterProfile, _ bank: BankReading, _ options: ProfileOptions
    ) throws {
        var said = bank
        profile.prepare(&said, options)
        profile.visitCapped(bank: bank, options: options) { row, _, nearest in
            // What is measured and does not fit is said with the nearest number, see BankRow.sayable.
            if case .number(let field) = row.meaning, field != .current { said[field]?.value = nearest }
        }
        var reading = BankReading()
        for index in 0..<profile.frameCount {
            let row = profile.frame(index)
            guard row.direction == .toInverter, row.isSent(inDialect: options.dialect) else { continue }
            let frame = try profile.encode(frame: index, bank: bank, options: options)
            let heard = profile.decode(
                frame, dialect: options.dialect, invertsCurrent: options.invertsCurrent, at: noon,
                into: &reading)
            #expect(heard == .frame(HeardFrame(index: index)))
        }
        for row in ProfileLints.rows(of: profile) where row.dialects >> options.dialect & 1 != 0 {
            guard case .number(let field) = row.meaning, let heard = reading[field]?.value else { continue }
            let value = try #require(said[field]?.value)
            let step = abs(row.numerator) / row.denominator
            #expect(abs(heard - value) < max(step, 1), "\(field.name)")
            switch field {
            case .chargeVoltageLimit, .chargeCurrentLimit, .dischargeCurrentLimit:
                #expect(heard <= value, "\(field.name)")
                let wanted = try #require(bank[field]).value
                // 0 A may be said as 0.1 A, where zeros are ignored, if the enable bit forbids it all the same.
                let isForbidden = heard <= 100 && isForbidden(field, in: reading)
                #expect(heard <= wanted || isForbidden, "\(field.name)")
            case .dischargeVoltageLimit: #expect(heard >= value)
            default: break
            }
        }
        // What was understood, said again, is understood the same: representatives stand for their groups.
        var again = BankReading()
        for index in 0..<profile.frameCount where profile.frame(index).direction == .toInverter {
            guard let frame = try? profile.encode(frame: index, bank: reading, options: options) else {
                continue
            }
            _ = profile.decode(
                frame, dialect: options.dialect, invertsCurrent: options.invertsCurrent, at: noon,
                into: &again)
        }
        #expect(again.numbers == reading.numbers)
        #expect(again.alarms == reading.alarms)
    }

    private func isForbidden(_ field: BankField, in reading: BankReading) -> Bool {
        switch field {
        case .chargeCurrentLimit: reading[.chargeEnabled]?.value == 0
        case .dischargeCurrentLimit: reading[.dischargeEnabled]?.value == 0
        default: false
        }
    }

    @Test("random bytes never bring a value out of range into a reading", arguments: canProfiles)
    func noise(_ profile: InverterProfile) {
        var generator = SplitMix(state: 99)
        var reading = BankReading()
        for _ in 0..<20_000 {
            let index = Int.random(in: 0..<profile.frameCount, using: &generator)
            let row = profile.frame(index)
            let length = UInt8.random(in: 0...8, using: &generator)
            var frame = CANFrame(identifier: row.identifier, isExtended: row.isExtended, length: length)
            for place in 0..<Int(length) {
                frame.bytes[place] = .random(in: 0...255, using: &generator)
            }
            switch profile.decode(frame, at: noon, into: &reading) {
            case .frame(let account): #expect(account.index == index)
            case .tooShort(let heard): #expect(heard == index)
            case .unknown, .wrongKind: Issue.record("\(row.name)")
            }
        }
        for row in ProfileLints.rows(of: profile) {
            guard case .number(let field) = row.meaning, row.unit != .bits else { continue }
            if let value = reading[field]?.value {
                #expect(widest(profile, field).contains(value), "\(field.name)")
            }
        }
    }

    private func widest(_ profile: InverterProfile, _ field: BankField) -> ClosedRange<Int32> {
        let ranges = ProfileLints.rows(of: profile).filter { $0.meaning == .number(field) }.map(\.range)
        return (ranges.map(\.lowerBound).min() ?? 0)...(ranges.map(\.upperBound).max() ?? 0)
    }
}
