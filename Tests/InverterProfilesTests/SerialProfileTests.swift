import BatteryModel
import BusCodec
import InverterProfiles
import Testing

/// Every profile that is spoken on a serial line.
let serialProfiles: [InverterProfile] = everyProfile.filter { $0.serial != nil }

@Suite("every profile on a serial line")
struct SerialProfileTests {
    @Test("has a sound table", arguments: serialProfiles)
    func lints(_ profile: InverterProfile) throws {
        let talk = try #require(profile.serial)
        var problems = ProfileLints.sheetProblems(profile.sheet)
        if case .can = profile.sheet.link { problems.append("the link is CAN") }
        if talk.bauds[0] <= 0 || talk.spacing <= .zero { problems.append("no rate or no spacing") }
        for dialect in 0..<profile.sheet.dialectCount where talk.question(0, dialect) == nil {
            problems.append("the inverter side asks nothing in dialect \(dialect)")
        }
        for index in 0..<profile.frameCount { problems += Self.layout(profile, profile.frame(index)) }
        #expect(problems == [], "\(problems)")
    }

    private static func layout(_ profile: InverterProfile, _ frame: FrameRow) -> [String] {
        var problems: [String] = []
        for dialect in 0..<profile.sheet.dialectCount where frame.isSent(inDialect: dialect) {
            let length = Int(frame.lengths[dialect])
            var owners: [Int: String] = [:]
            profile.visitRows(frame.container) { row in
                guard row.dialects >> dialect & 1 != 0 else { return }
                if row.endByte > length { problems.append("\(row.name) ends behind \(frame.name)") }
                for bit in Self.positions(row) {
                    if let other = owners.updateValue("\(row.name)", forKey: bit) {
                        problems.append("\(row.name) and \(other) overlap in \(frame.name)")
                    }
                }
                problems += Self.rounding(row)
                if row.isFloat, row.bits != 32 { problems.append("\(row.name) is no number of 32 bits") }
            }
        }
        return problems
    }

    private static func positions(_ row: BankRow) -> [Int] {
        var bytes = [UInt8](repeating: 0, count: 300)
        var span = bytes.mutableSpan
        if row.bits > 64 { return Array(Int(row.byte) * 8..<Int(row.byte) * 8 + Int(row.bits)) }
        try? row.store(raw: .max, into: &span, .big)
        return (0..<2_400).filter { bytes[$0 / 8] >> UInt8($0 % 8) & 1 != 0 }
    }

    private static func rounding(_ row: BankRow) -> [String] {
        guard case .number(let field) = row.meaning else { return [] }
        let limits: [BankField: Rounding] = [
            .chargeVoltageLimit: .down, .chargeCurrentLimit: .down, .dischargeCurrentLimit: .down,
            .dischargeVoltageLimit: .up,
        ]
        var problems: [String] = []
        if row.unit != field.unit { problems.append("\(row.name): the unit is not that of \(field.name)") }
        if let wanted = limits[field], row.rounding != wanted || row.substitute != nil {
            problems.append("\(row.name): a limit is rounded to the unsafe side, or has a substitute")
        }
        for value in [row.range.lowerBound, row.range.upperBound] where row.unit != .bits {
            if (try? row.raw(for: value)) == nil { problems.append("\(row.name): \(value) does not fit") }
        }
        return problems
    }

    @Test(
        "an inverter understands what a battery answers, and no limit is higher than it was",
        arguments: serialProfiles)
    func roundTrip(_ profile: InverterProfile) throws {
        let talk = try #require(profile.serial)
        var generator = SplitMix(state: 2_026)
        for round in 0..<200 {
            var bank = BankReading.random(using: &generator)
            // Some protocols have no state of charge, only what is left of what there is.
            if let capacity = bank[.capacity]?.value, let soc = bank[.soc]?.value {
                bank[.remainingCapacity] = Reading(capacity / 1_000 * soc, at: noon)
            }
            let dialect = UInt8(round) % profile.sheet.dialectCount
            let options = ProfileOptions(dialect: dialect)
            let heard = try Self.converse(profile, talk, bank, options)
            for field in [BankField.chargeVoltageLimit, .chargeCurrentLimit, .dischargeCurrentLimit] {
                guard let value = heard[field]?.value else { continue }
                #expect(try value <= #require(bank[field]).value, "\(field.name)")
            }
            if let value = heard[.dischargeVoltageLimit]?.value {
                #expect(try value >= #require(bank[.dischargeVoltageLimit]).value)
            }
            for field in [BankField.soc, .voltage] {
                guard let value = heard[field]?.value, let said = bank[field]?.value else { continue }
                #expect(abs(value - said) <= (field == .soc ? 10 : 100), "\(field.name)")
            }
            #expect(heard[.chargeCurrentLimit] != nil && heard[.soc] != nil, "dialect \(dialect)")
        }
    }

    @Test("any part of the registers says what all of them say", arguments: serialProfiles)
    func parts(_ profile: InverterProfile) throws {
        let talk = try #require(profile.serial)
        guard talk.framing.countsRegisters else { return }
        var generator = SplitMix(state: 11)
        let bank = BankReading.sample()
        for dialect in 0..<profile.sheet.dialectCount {
            let options = ProfileOptions(dialect: dialect)
            let whole = try Self.converse(profile, talk, bank, options)
            var read: Set<BankField> = []
            for _ in 0..<400 {
                let question = Self.part(of: profile, talk, dialect, using: &generator)
                read.formUnion(Self.read(profile, talk, bank, options, question, like: whole))
            }
            for field in [BankField.soc, .chargeVoltageLimit, .chargeCurrentLimit, .dischargeCurrentLimit]
            where whole[field] != nil { #expect(read.contains(field), "dialect \(dialect): \(field.name)") }
        }
    }

    /// Some registers around those that an inverter asks for; often from the first of them, and often to the last.
    private static func part(
        of profile: InverterProfile, _ talk: SerialTalk, _ dialect: UInt8, using generator: inout SplitMix
    ) -> SerialQuestion {
        var questions: [SerialQuestion] = []
        while let question = talk.question(questions.count, dialect) { questions.append(question) }
        var part = questions[Int.random(in: 0..<questions.count, using: &generator)]
        let (first, end) = (Int(part.code), Int(part.code) + Int(part.count))
        let isFromFirst = Bool.random(using: &generator)
        let isToLast = Bool.random(using: &generator)
        let start = isFromFirst ? first : Int.random(in: max(first - 8, 0)..<end, using: &generator)
        let stop = isToLast ? end : Int.random(in: start + 1...end + 8, using: &generator)
        part.code = UInt16(start)
        part.count = UInt16(min(stop - start, 125))
        return part
    }

    /// The fields that are read from the answer to a question, if it is answered; they say what `whole` says.
    private static func read(
        _ profile: InverterProfile, _ talk: SerialTalk, _ bank: BankReading, _ options: ProfileOptions,
        _ question: SerialQuestion, like whole: BankReading
    ) -> Set<BankField> {
        var answer = SerialBuffer()
        let outcome = profile.answer(
            asked(question, talk), talk, bank: bank, options: options, into: &answer)
        guard outcome == .answered else { return [] }
        var part = BankReading()
        let heard = profile.understand(
            answer.bytes, answering: question, talk, options: options, at: noon, into: &part)
        // Points of SunSpec are out of range without their scale factors, which stand at the end of a model.
        if case .frame(let frame) = heard, profile.sheet.id.description != "sunspec-battery" {
            #expect(frame.outOfRange == 0 && frame.cutOff == 0, "\(question): \(frame)")
        }
        var fields: Set<BankField> = []
        for field in BankField.all where part[field] != nil {
            fields.insert(field)
            guard let value = part[field]?.value, value != whole[field]?.value else { continue }
            let difference = whole[field].map { abs(value - $0.value) }
            #expect(
                difference.map { $0 <= spread(of: field, in: profile) } == true,
                "\(question): \(field.name)")
        }
        return fields
    }

    /// By how much two places for a field may differ: 0, unless one has larger steps than another.
    private static func spread(of field: BankField, in profile: InverterProfile) -> Int32 {
        var steps: Set<Int32> = []
        profile.visitRows(nil) { row in
            if row.meaning == .number(field) { steps.insert(max(abs(row.numerator) / row.denominator, 1)) }
        }
        return steps.count > 1 ? steps.max() ?? 0 : 0
    }

    /// A question as the battery side finds it.
    private static func asked(_ question: SerialQuestion, _ talk: SerialTalk) -> SerialFrame {
        SerialFrame(
            address: talk.address, code: question.code, count: question.count,
            variant: question.variant == 0 ? 3 : question.variant, kind: .question)
    }

    /// Asks every question of an inverter once.
    static func converse(
        _ profile: InverterProfile, _ talk: SerialTalk, _ bank: BankReading, _ options: ProfileOptions
    ) throws -> BankReading {
        var heard = BankReading()
        var index = 0
        while let question = talk.question(index, options.dialect) {
            index += 1
            var asked = SerialBuffer()
            talk.framing.write(question, to: options.address ?? talk.address, into: &asked)
            guard case .item(let frame, asked.count) = talk.framing.scanQuestion(asked.bytes) else {
                Issue.record("the question \(question) is not understood")
                continue
            }
            var answer = SerialBuffer()
            let outcome = profile.answer(frame, talk, bank: bank, options: options, into: &answer)
            #expect(outcome == .answered, "\(question)")
            guard case .item(_, answer.count) = talk.framing.scanAnswer(answer.bytes) else {
                Issue.record("the answer to \(question) is not understood")
                continue
            }
            let account = profile.understand(
                answer.bytes, answering: question, talk, options: options, at: noon, into: &heard)
            if case .frame(let frame) = account {
                #expect(frame.outOfRange == 0 && frame.cutOff == 0, "\(question): \(frame)")
            } else {
                Issue.record("\(question): \(account)")
            }
        }
        return heard
    }

    @Test("random bytes neither stop it nor bring a value out of range", arguments: serialProfiles)
    func noise(_ profile: InverterProfile) throws {
        let talk = try #require(profile.serial)
        var generator = SplitMix(state: 5)
        var reading = BankReading()
        for round in 0..<5_000 {
            let length = Int.random(in: 0...300, using: &generator)
            var bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) }
            if round % 2 == 0 { bytes = Array(String(decoding: bytes, as: UTF8.self).utf8) }
            _ = talk.framing.scanQuestion(bytes.span)
            _ = talk.framing.scanAnswer(bytes.span)
            guard let question = talk.question(round % 3, 0) else { continue }
            _ = profile.understand(
                bytes.span, answering: question, talk, options: ProfileOptions(), at: noon, into: &reading)
        }
        for field in [BankField.soc, .soh] {
            if let value = reading[field]?.value { #expect((0...1_000).contains(value)) }
        }
    }

    @Test("a battery that knows nothing says nothing, but that it knows nothing", arguments: serialProfiles)
    func unknown(_ profile: InverterProfile) throws {
        let talk = try #require(profile.serial)
        for dialect in 0..<profile.sheet.dialectCount {
            var index = 0
            while let question = talk.question(index, dialect) {
                index += 1
                var buffer = SerialBuffer()
                let outcome = profile.answer(
                    Self.asked(question, talk), talk, bank: BankReading(),
                    options: ProfileOptions(dialect: dialect), into: &buffer
                )
                guard case .answered = outcome else { continue }
                var reading = BankReading()
                _ = profile.understand(
                    buffer.bytes, answering: question, talk, options: ProfileOptions(dialect: dialect),
                    at: noon,
                    into: &reading)
                let limits = [
                    BankField.chargeCurrentLimit, .dischargeCurrentLimit, .soc, .chargeVoltageLimit,
                ]
                for field in limits where reading[field] != nil {
                    Issue.record("\(question) says \(field.name) although nothing is known")
                }
            }
        }
    }
}
