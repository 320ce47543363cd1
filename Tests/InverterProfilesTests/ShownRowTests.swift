import BatteryModel
import BusCodec
import InverterProfiles
import Testing

@Suite("what is only shown")
struct ShownRowTests {
    /// Values that would frighten an inverter, or somebody who reads its screen, though nobody has said them.
    private static func isAbsurd(_ row: BankRow, _ value: Int32) -> Bool {
        guard case .shown = row.meaning else { return false }
        switch row.unit {
        case .decicelsius: return value < -1_000
        // How far an update has come is 0 % where there is none.
        case .permille: return value == 0 && "\(row.name)" != "progress"
        default: return false
        }
    }

    @Test("no temperature goes out near absolute zero and no health as 0 %, on CAN", arguments: canProfiles)
    func can(_ profile: InverterProfile) {
        var generator = SplitMix(state: 3)
        let bank = BankReading.random(using: &generator)
        for dialect in 0..<profile.sheet.dialectCount {
            for index in 0..<profile.frameCount where profile.frame(index).direction == .toInverter {
                let options = ProfileOptions(dialect: dialect)
                guard let frame = try? profile.encode(frame: index, bank: bank, options: options) else {
                    continue
                }
                _ = profile.visitSignals(of: frame, dialect: dialect, known: bank) { row, content in
                    guard case .number(let value) = content else { return }
                    #expect(!Self.isAbsurd(row, value), "\(row.name): \(value)")
                }
            }
        }
    }

    @Test("the same on a serial line", arguments: serialProfiles)
    func serial(_ profile: InverterProfile) throws {
        let talk = try #require(profile.serial)
        var generator = SplitMix(state: 4)
        let bank = BankReading.random(using: &generator)
        for dialect in 0..<profile.sheet.dialectCount {
            var place = 0
            while let question = talk.question(place, dialect) {
                place += 1
                check(profile, talk, bank, question, ProfileOptions(dialect: dialect))
            }
        }
    }

    private func check(
        _ profile: InverterProfile, _ talk: SerialTalk, _ bank: BankReading, _ question: SerialQuestion,
        _ options: ProfileOptions
    ) {
        let asked = SerialFrame(
            address: options.address ?? talk.address, code: question.code, count: question.count,
            variant: question.variant == 0 ? 3 : question.variant, kind: .question)
        var answer = SerialBuffer()
        guard profile.answer(asked, talk, bank: bank, options: options, into: &answer) == .answered else {
            return
        }
        var payload = SerialPayload()
        talk.framing.readPayload(of: answer.bytes, into: &payload)
        let index = profile.index(ofIdentifier: UInt32(question.code))
        guard let index else { return }
        profile.visitRows(profile.frame(index).container) { row in
            guard row.dialects >> options.dialect & 1 != 0,
                let value = (try? row.value(in: payload.bytes, talk.order)) ?? nil
            else { return }
            #expect(!Self.isAbsurd(row, value), "\(row.name): \(value)")
        }
    }
}
