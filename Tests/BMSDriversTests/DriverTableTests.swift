import BMSDrivers
import BatteryModel
import BusCodec
import TestSupport
import Testing

/// What holds for every driver of the table, so that a new one is looked at as soon as it has its row.
@Suite("Every BMS driver")
struct DriverTableTests {
    static let drivers: [NamedDriver] = DriverTable.drivers.indices.map {
        NamedDriver(DriverTable.drivers[$0])
    }

    /// Those of serial lines: on CAN the controllers drop what is damaged.
    static let serial = drivers.filter { $0.driver.sheet.wire == .serial }

    struct NamedDriver: Sendable, CustomTestStringConvertible {
        var driver: BMSDriver
        var testDescription: String { "\(driver.sheet.id)" }

        init(_ driver: BMSDriver) { self.driver = driver }

        var address: UInt8 { driver.sheet.addresses.lowerBound }

        /// What a reading can get from the driver; `readsCells` tells whether that is every cell.
        var tells: (fields: Set<PackField>, readsCells: Bool) {
            var (fields, readsCells) = (Set<PackField>(), false)
            driver.visitFacts { fact in
                guard case .signal(let row) = fact else { return }
                if let field = row.meaning.field { fields.insert(field) }
                if case .cellVoltages = row.meaning { readsCells = true }
            }
            return (fields, readsCells)
        }

        /// The bytes of all questions, and of all answers of a pack that knows everything.
        var frames: (questions: [[UInt8]], answers: [[UInt8]]) {
            let reading = PackReading.sample(address: address)
            return (
                (0..<driver.pollCount).map { driver.asks($0, address) },
                (0..<driver.pollCount).map { driver.answers($0, address, reading) }
            )
        }
    }

    @Test("has an id of its own, evidence, and rows in the units of their fields", arguments: drivers)
    func lints(_ named: NamedDriver) {
        let driver = named.driver
        #expect(Self.drivers.filter { $0.testDescription == named.testDescription }.count == 1)
        #expect(
            driver.sheet.evidence.utf8CodeUnitCount > 20 && driver.pollCount > 0 && driver.pollCount <= 16)
        #expect(
            (0..<driver.pollCount).contains {
                driver.poll($0).pace == .live && driver.poll($0).need == .mandatory
            })
        driver.visitFacts { fact in
            guard case .signal(let row) = fact else { return }
            switch row.meaning {
            case .number(let field), .information(let field):
                #expect(row.unit == field.unit, "\(row.name)")
            case .cellVoltages: #expect(row.unit == .millivolts && row.range.upperBound <= 65_535)
            case .temperatures:
                // Beyond the places of a reading the warmest and the coldest are kept.
                #expect(row.unit == .decicelsius && (1...16).contains(row.count))
            default: break
            }
        }
    }

    @Test("reads every cell, or the limits that stand in their place", arguments: drivers)
    func cellsOrLimits(_ named: NamedDriver) {
        let (fields, readsCells) = named.tells
        #expect(
            readsCells
                || fields.isSuperset(of: [
                    .chargeVoltageLimit, .chargeCurrentLimit, .dischargeCurrentLimit, .configuredCells,
                ]))
        #expect(named.driver.sheet.factoryAddress.map(named.driver.sheet.addresses.contains) ?? true)
    }

    @Test("hears its own questions as such", arguments: drivers)
    func questions(_ named: NamedDriver) {
        for (poll, question) in named.frames.questions.enumerated() {
            guard case .item(let item, let length) = named.driver.scan(question.span, true, true) else {
                Issue.record("question \(poll) is not found")
                continue
            }
            #expect(item.kind == .request && item.address == named.address && item.poll == poll)
            #expect(length == question.count)
        }
    }

    @Test("understands what its own battery answers", arguments: drivers)
    func roundTrip(_ named: NamedDriver) {
        let told = PackReading.sample(address: named.address)
        var heard = PackReading()
        for (poll, answer) in named.frames.answers.enumerated() {
            #expect(!answer.isEmpty || named.driver.sheet.isBroadcast, "answer \(poll)")
            // What is broadcast in pieces counts when the first of them comes again.
            for _ in 0..<(named.driver.sheet.isBroadcast ? 2 : 1) {
                hear(answer, to: poll, named, into: &heard)
            }
        }
        #expect(heard.cells == (named.tells.readsCells ? told.cells : []))
        #expect(heard[.packVoltage] != nil && heard[.current] != nil && heard[.soc] != nil)
        for number in 0..<PackField.count {
            guard let field = PackField(rawValue: UInt8(number)), let value = told[field]?.value,
                let got = heard[field]?.value
            else { continue }
            #expect(
                abs(Int(got) - Int(value)) <= field.sampleTolerance, "\(field.name): \(got), not \(value)")
        }
    }

    /// Understands an answer; one that is broadcast may have several messages.
    private func hear(
        _ answer: [UInt8], to poll: Int, _ named: NamedDriver, into heard: inout PackReading
    ) {
        var rest = answer
        while !rest.isEmpty {
            guard case .item(let item, let length) = named.driver.scan(rest.span, false, true) else {
                Issue.record("answer \(poll) is not found: \(hexText(rest))")
                return
            }
            #expect(item.kind == .answer && item.address == named.address)
            #expect(length == answer.count || named.driver.sheet.isBroadcast)
            do {
                let message = Array(rest[..<length])
                try named.driver.decode(message.span, poll, PackReading.sampleTime, &heard)
            } catch {
                Issue.record("answer \(poll) is not understood: \(error)")
            }
            rest.removeFirst(length)
        }
    }

    @Test("finds its answers however the bytes arrive, and never damaged ones", arguments: drivers)
    func dripFeed(_ named: NamedDriver) {
        // On CAN the controllers see to it that frames arrive whole; they have no sum here.
        guard named.driver.sheet.wire == .serial else { return }
        // A record of JK has an end of its own: JKStreamTests.
        let answers = named.frames.answers.filter { !$0.isEmpty && $0.first != 0x55 }
        #expect(answers.count == named.driver.pollCount || named.testDescription == "jk-modbus")
        // What need not be looked at in one frame of characters stands elsewhere in the next.
        let groups = answers.contains { $0.first == 0x7E } ? answers.map { [$0] } : [answers]
        for listening in [false, true] {
            for group in groups {
                let verifier = DripFeedVerifier<LineItem>(
                    dontCare: Set(group.flatMap(\.lettersOfTelecomSum)),
                    flipStride: group.map(\.count).max() ?? 0 > 60 ? 7 : 1
                ) {
                    named.driver.scan($0, listening, $1)
                }
                let failures = verifier.failures(in: group)
                #expect(failures.isEmpty, "\(failures.joined(separator: "\n"))")
            }
        }
    }

    @Test("says whole answers or nothing, whatever number a battery knows", arguments: drivers)
    func extremes(_ named: NamedDriver) {
        let (driver, address) = (named.driver, named.address)
        for number in 0..<PackField.count {
            guard let field = PackField(rawValue: UInt8(number)), field != .busAddress else { continue }
            for value in [Int32.min, -1, 0, .max] {
                var reading = PackReading.sample(address: address)
                reading[field] = Reading(value, at: PackReading.sampleTime)
                for poll in 0..<driver.pollCount {
                    let answer = driver.answers(poll, address, reading)
                    guard !answer.isEmpty else { continue }
                    #expect(driver.isWhole(answer), "\(field.name) \(value): \(hexText(answer))")
                }
            }
        }
    }

    @Test("is not upset by random bytes, or by its frames with random damage", arguments: drivers)
    func random(_ named: NamedDriver) {
        let frames = named.frames.questions + named.frames.answers
        var random = SeededRandom(seed: 7)
        var reading = PackReading()
        for _ in 0..<400 {
            var stream = random.bytes(Int.random(in: 0...30, using: &random))
            for _ in 0..<3 {
                var frame = frames.randomElement(using: &random) ?? []
                for _ in 0..<Int.random(in: 0...2, using: &random) where !frame.isEmpty {
                    frame[Int.random(in: 0..<frame.count, using: &random)] = UInt8.random(
                        in: 0...255, using: &random)
                }
                stream += frame.prefix(Int.random(in: 0...max(frame.count, 1), using: &random) * 2)
            }
            var scanner = StreamScanner<1_024>()
            let driver = named.driver
            func take(_ bytes: Span<UInt8>, _ item: LineItem) {
                for poll in 0..<driver.pollCount {
                    do throws(AnswerError) {
                        try driver.decode(bytes, poll, PackReading.sampleTime, &reading)
                    } catch {}
                }
                var buffer = AnswerBuffer()
                driver.answer(bytes, reading, &buffer)
            }
            scanner.received(stream.span, grammar: { driver.scan($0, true, $1) }, handle: take)
            scanner.silence(grammar: { driver.scan($0, true, $1) }, handle: take)
            #expect(scanner.pendingBytes == 0)
            // What was not cut out by a scanner is not trusted either.
            take(stream.span, LineItem(.answer))
        }
    }
}

extension [UInt8] {
    /// Where the checksum of a frame of characters has letters: it is a number, so they may be small ones.
    fileprivate var lettersOfTelecomSum: [Int] {
        guard first == 0x7E, last == 0x0D else { return [] }
        return (count - 5..<count - 1).filter { self[$0] >= 0x41 }
    }
}

extension PackReading {
    static let sampleTime = Instant(nanoseconds: 5_000_000_000)

    /// A healthy pack of sixteen cells that knows everything.
    static func sample(address: UInt8) -> PackReading {
        var reading = PackReading()
        var cells = CellValues()
        for cell in 0..<16 { cells[cell] = UInt16(3_300 + cell) }
        reading.cellMillivolts = Reading(cells, at: sampleTime)
        let values: [PackField: Int32] = [
            .packVoltage: cells.sum, .current: -12_300, .soc: 780, .soh: 990, .remainingCapacity: 218_400,
            .fullCapacity: 280_000, .designCapacity: 280_000, .cycles: 42, .temperature1: 210,
            .temperature2: 220,
            .temperature3: 230, .temperature4: 240, .mosfetTemperature: 310, .ambientTemperature: 250,
            .chargeSwitch: 1,
            .dischargeSwitch: 1, .prechargeSwitch: 0, .averageCell: 3_307, .cellSpread: 15,
            .highestCell: 3_315,
            .lowestCell: 3_300, .highestCellNumber: 16, .lowestCellNumber: 1, .chargeLimit: 100_000,
            .dischargeLimit: 150_000, .chargeCurrentLimit: 90_000, .dischargeCurrentLimit: 140_000,
            .chargeVoltageLimit: 55_200, .cellOverVoltage: 3_650, .cellOverVoltageRelease: 3_450,
            .cellUnderVoltage: 2_500, .cellUnderVoltageRelease: 2_800, .chargeOverTemperature: 550,
            .chargeUnderTemperature: 0, .dischargeOverTemperature: 600, .configuredCells: 16, .balancing: 0,
            .busAddress: Int32(address), .chargeEnabled: 1, .dischargeEnabled: 1,
        ]
        for (field, value) in values { reading[field] = Reading(value, at: sampleTime) }
        reading.alarms = Reading(AlarmSet(), at: sampleTime)
        var identity = PackIdentity()
        identity.model = ASCIIText("SAMPLE-16")
        identity.firmware = ASCIIText("2.1")
        identity.serial = ASCIIText("123456")
        reading.identity = Reading(identity, at: sampleTime)
        return reading
    }
}

extension PackField {
    /// How coarse a protocol may be.
    fileprivate var sampleTolerance: Int {
        switch unit {
        case .millivolts, .milliamps: 500
        case .milliampHours: 500
        case .permille: 10
        case .decicelsius: 10
        default: 0
        }
    }
}

extension BMSDriver {
    /// Whether bytes are an answer and nothing else; on CAN, answers in as many frames.
    fileprivate func isWhole(_ answer: [UInt8]) -> Bool {
        guard case .item(let item, let length) = scan(answer.span, false, true), item.kind == .answer else {
            return false
        }
        if length == answer.count { return true }
        return sheet.wire == .can && isWhole(Array(answer[length...]))
    }
}
