import BMSDrivers
import BatteryModel
import BusCodec
import TestSupport
import Testing

/// Every driver of the table against everything that goes wrong on a line, so that a new one is looked at as soon as
/// it has its row.
@Suite("Every BMS driver on a line where something is wrong")
struct DriverFaultTests {
    /// A driver in one way of reading.
    struct Reader: Sendable, CustomTestStringConvertible {
        var driver: BMSDriver
        var mode: ReadMode
        var testDescription: String { "\(driver.sheet.id), \(mode)" }

        var polls: [Int] { (0..<driver.pollCount).filter { driver.poll($0).mode == mode } }

        /// Questions whose answers can be taken for one another: "asked, answered".
        var confusions: [String] {
            let address = driver.sheet.addresses.lowerBound
            let truth = FaultyPack(driver, mode, number: 0).truth(0)
            var known = PackReading()
            for poll in polls {
                do { try driver.decode(driver.answers(poll, address, truth).span, poll, at(0), &known) } catch
                {}
            }
            return polls.flatMap { answered -> [String] in
                let answer = driver.answers(answered, address, truth)
                guard case .item(let item, _) = driver.scan(answer.span, false, true), item.poll == nil else {
                    return []
                }
                return polls.filter { asked in
                    var reading = known
                    do throws(AnswerError) { try driver.decode(answer.span, asked, at(0), &reading) } catch {
                        return false
                    }
                    return asked != answered
                }
                .map { "\(driver.poll($0).name), \(driver.poll(answered).name)" }
            }
        }
    }

    /// A reader, and what goes wrong.
    struct Row: Sendable, CustomTestStringConvertible {
        var reader: Reader
        var fault: AnswerFault
        var testDescription: String { "\(reader.testDescription): \(fault)" }

        /// Whether the protocol has such a thing, and can tell it from none.
        var makesSense: Bool {
            let driver = reader.driver
            return switch fault {
            case .otherPack: driver.sheet.addresses.count > 1
            case .otherQuestion: reader.polls.count > 1 && reader.confusions.isEmpty
            case .refusal: driver.refusal(of: driver.asks(0, driver.sheet.addresses.lowerBound)) != nil
            default: true
            }
        }
    }

    static let readers: [Reader] = DriverTableTests.serial.flatMap { named in
        [ReadMode.frames, .registers].map { Reader(driver: named.driver, mode: $0) }
            .filter { !$0.polls.isEmpty }
    }

    static let rows: [Row] = readers.flatMap { reader in
        AnswerFault.allCases.map { Row(reader: reader, fault: $0) }.filter(\.makesSense)
    }

    /// The readers some of whose questions have answers of one shape, so that only the time tells them apart.
    ///
    /// JK register by register: every block is read in as many registers as packs are known to give. PACE: two texts.
    /// Heltec: the settings of voltages and those of currents.
    private static let alike = ["jk-modbus, registers": 23, "pace, frames": 1, "heltec, frames": 2]

    @Test("answers to different questions have different shapes", arguments: readers)
    func shapes(_ reader: Reader) {
        #expect(reader.confusions.count == Self.alike[reader.testDescription] ?? 0, "\(reader.confusions)")
    }

    @Test("nothing wrong is read, faults are counted, and what is well is read", arguments: rows)
    func faults(_ row: Row) throws {
        var wire = FaultyWire(row.reader.driver, row.reader.mode)
        wire.play(for: .seconds(6))
        let begin = try #require(wire.measured[0])
        #expect(wire.now - begin < .seconds(4) && wire.line[0].statistics.lastFault == nil)

        let before = row.fault.count(in: wire.line)
        wire.forgetPauses()
        wire.fault = row.fault
        wire.play(for: .seconds(20))
        let measured = try #require(wire.measured[0])
        #expect(row.fault.isCounted ? row.fault.count(in: wire.line) > before : true)
        switch row.fault.outcome {
        case .ages: #expect(wire.now - measured > .seconds(18))
        case .goesOn: #expect(wire.longestPause[0] < .seconds(4))
        case .sometimes: break
        }
        if let bound = row.pauseOfOthers { #expect(wire.longestPause.dropFirst().allSatisfy { $0 < bound }) }

        wire.fault = .none
        wire.play(for: Self.recovery)
        let end = try #require(wire.measured[0])
        #expect(wire.now - end < .seconds(4), "not read again")
        #expect(wire.problems.isEmpty, "\(wire.problems.prefix(5).joined(separator: "\n"))")
    }

    /// How long a pack that is well again may take to be read: the longest pause of the line, and a round.
    private static let recovery = Interval.seconds(12)
}

extension DriverFaultTests.Row {
    /// For how long a pack that is well may not be read because of the other; `nil` where nobody can say.
    fileprivate var pauseOfOthers: Interval? {
        let timing = reader.driver.sheet.timing
        let questions = Interval.seconds(2) + (timing.timeout + timing.spacing) * 3
        return switch fault {
        // Its answers fall upon those of the other, at first both times.
        case .justLate, .lateIntoNext, .veryLate: questions + .seconds(6)
        // Whoever speaks into everything.
        case .secondMaster: nil
        default: questions
        }
    }
}
