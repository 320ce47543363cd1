import BatteryModel
import BusCodec
import InverterProfiles
import Simulators

/// What every profile costs: the full set of one on CAN, an answer of one on a serial line.
enum ProfileBench {
    private static let now = Instant(nanoseconds: 0)

    static func run() {
        sets()
        answers()
    }

    private static var profiles: [InverterProfile] {
        ProfileTable.profiles.indices.map { ProfileTable.profiles[$0] }
    }

    /// A bank of which everything is known and everything can be said.
    private static func bank(_ profile: InverterProfile, _ options: ProfileOptions) -> BankReading {
        var random = RandomSequence(seed: 1)
        var bank = BankReading.random(using: &random, at: now)
        bank.bound(by: profile, options: options)
        return bank
    }

    private static func sets() {
        var slowest = (nanoseconds: 0.0, what: "none")
        var allocations = 0.0
        for profile in profiles where profile.serial == nil {
            for dialect in 0..<profile.sheet.dialectCount {
                let options = ProfileOptions(dialect: dialect)
                let bank = bank(profile, options)
                let frames = (0..<profile.frameCount).filter {
                    profile.frame($0).direction == .toInverter
                        && profile.sends(profile.frame($0), inDialect: dialect)
                }
                let result = Measure.loop(1_000) {
                    for index in frames {
                        _ = try? profile.encode(frame: index, bank: bank, options: options)
                    }
                }
                allocations = max(allocations, result.allocations)
                if result.nanoseconds > slowest.nanoseconds {
                    let name = "\(profile.sheet.id), \(profile.sheet.dialects[Int(dialect)])"
                    slowest = (result.nanoseconds, "\(name): \(frames.count) frames")
                }
            }
        }
        Table.row(
            "encode of any CAN profile's full set", slowest.nanoseconds / 1_000, "µs", atMost: 5,
            note: "the slowest is \(slowest.what); at most \(Measure.fixed(allocations)) heap allocations")
    }

    private static func answers() {
        var slowest = (nanoseconds: 0.0, what: "none")
        var count = 0
        for profile in profiles {
            guard let talk = profile.serial else { continue }
            for dialect in 0..<profile.sheet.dialectCount {
                let options = ProfileOptions(dialect: dialect)
                var index = 0
                while let question = talk.question(index, dialect) {
                    index += 1
                    count += 1
                    let result = answer(to: question, profile, talk, options)
                    guard result.nanoseconds > slowest.nanoseconds else { continue }
                    let code = String(question.code, radix: 16, uppercase: true)
                    slowest = (
                        result.nanoseconds, "\(profile.sheet.id), question \(code): \(result.bytes) bytes"
                    )
                }
            }
        }
        Table.row(
            "RS485 answer ready after the last request byte", slowest.nanoseconds / 1_000_000, "ms",
            atMost: 2,
            places: 4, note: "the slowest of \(count) is \(slowest.what)")
    }

    /// Finding the question in what has arrived, and writing its answer.
    private static func answer(
        to question: SerialQuestion, _ profile: InverterProfile, _ talk: SerialTalk, _ options: ProfileOptions
    ) -> (nanoseconds: Double, bytes: Int) {
        let bank = bank(profile, options)
        var asked = SerialBuffer()
        talk.framing.write(question, to: talk.address, into: &asked)
        var answer = SerialBuffer()
        let result = Measure.loop(1_000) {
            guard case .item(let frame, _) = talk.framing.scanQuestion(asked.bytes) else { return }
            answer.removeAll()
            _ = profile.answer(frame, talk, bank: bank, options: options, into: &answer)
        }
        return (result.nanoseconds, answer.count)
    }
}
