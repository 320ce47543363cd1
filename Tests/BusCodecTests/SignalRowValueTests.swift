import BatteryModel
import BusCodec
import TestSupport
import Testing

/// What the bits of a signal mean.
@Suite struct SignalRowValueTests {
    typealias Row = SignalRow<Int>

    /// What happens to a value on its way to the wire and back.
    struct Trip: Sendable {
        var row: Row
        var value: Int32?
        /// The code, or the error.
        var code: String
        /// The value that comes back, or the error; equal to `value` where it is left out.
        var back: String?

        init(_ row: Row, _ value: Int32?, _ code: UInt64, back: String? = nil) {
            self.row = row
            self.value = value
            self.code = "\(code)"
            self.back = back
        }

        init(_ row: Row, _ value: Int32?, error: SignalError) {
            self.row = row
            self.value = value
            self.code = "\(error)"
            self.back = nil
        }
    }

    static func row(
        _ bits: UInt16, signed: Bool = false, times: Int32 = 1, over: Int32 = 1, plus: Int32 = 0,
        unit: Unit = .count, range: ClosedRange<Int32> = Int32.min...Int32.max, notAvailable: UInt64? = nil,
        substitute: Int32? = nil, _ rounding: Rounding = .nearest
    ) -> Row {
        Row(
            "row", in: 1, byte: 0, bits: bits, signed: signed, times: times, over: over, plus: plus,
            unit: unit,
            range: range, notAvailable: notAvailable, substitute: substitute, rounding: rounding, 0)
    }

    static func outOfRange(_ value: Int64) -> SignalError {
        .outOfRange(signal: SignalName("row"), value: value)
    }

    static let plain: [Trip] = [
        Trip(row(8), 0, 0), Trip(row(8), 255, 255), Trip(row(8), 256, error: outOfRange(256)),
        Trip(row(8), -1, error: outOfRange(-1)), Trip(row(8, signed: true), -128, 0x80),
        Trip(row(8, signed: true), 127, 0x7F), Trip(row(8, signed: true), 128, error: outOfRange(128)),
        Trip(row(8, signed: true), -129, error: outOfRange(-129)), Trip(row(1), 1, 1),
        Trip(row(1, signed: true), -1, 1), Trip(row(1, signed: true), 1, error: outOfRange(1)),
        Trip(row(12, signed: true), -5, 0xFFB), Trip(row(32), .max, 0x7FFF_FFFF),
        Trip(row(32), -1, error: outOfRange(-1)), Trip(row(32, signed: true), .min, 0x8000_0000),
        Trip(row(63, signed: true), -2, 0x7FFF_FFFF_FFFF_FFFE), Trip(row(64), .max, 0x7FFF_FFFF),
        Trip(row(64), -1, error: outOfRange(-1)), Trip(row(64, signed: true), -1, .max),
        Trip(row(64, signed: true), .min, 0xFFFF_FFFF_8000_0000),
        Trip(row(16, plus: -400), -400, 0), Trip(row(16, plus: -2731), 250, 2981),
        Trip(row(16, plus: -400), -401, error: outOfRange(-401)),
        Trip(row(16, range: 10...20), 10, 10), Trip(row(16, range: 10...20), 20, 20),
        Trip(row(16, range: 10...20), 9, error: outOfRange(9)),
        Trip(row(16, range: 10...20), 21, error: outOfRange(21)),
        Trip(row(64, signed: true, over: .max), .min, 0xC000_0000_8000_0000, back: "-2147483648"),
    ]

    static let rounded: [Trip] = [
        Trip(row(16, times: 100, .nearest), 149, 1, back: "100"),
        Trip(row(16, times: 100, .nearest), 150, 2, back: "200"),
        Trip(row(16, times: 100, .down), 199, 1, back: "100"),
        Trip(row(16, times: 100, .up), 101, 2, back: "200"),
        Trip(row(16, times: 100, .down), 200, 2), Trip(row(16, times: 100, .up), 200, 2),
        Trip(row(16, signed: true, times: 100, .nearest), -149, 0xFFFF, back: "-100"),
        Trip(row(16, signed: true, times: 100, .nearest), -150, 0xFFFE, back: "-200"),
        Trip(row(16, signed: true, times: 100, .down), -101, 0xFFFE, back: "-200"),
        Trip(row(16, signed: true, times: 100, .up), -199, 0xFFFF, back: "-100"),
        Trip(row(16, signed: true, times: -100, .nearest), 150, 0xFFFE, back: "200"),
        Trip(row(16, signed: true, times: -100, .down), 199, 0xFFFF, back: "100"),
        Trip(row(16, signed: true, times: -100, .up), 101, 0xFFFE, back: "200"),
        Trip(row(16, signed: true, times: -100, .down), -101, 2, back: "-200"),
        Trip(row(16, signed: true, times: -100, .up), -199, 1, back: "-100"),
        Trip(row(16, times: 10, over: 3, .down), 9, 2, back: "7"),
        Trip(row(16, times: 10, over: 3, .up), 7, 3, back: "10"),
        Trip(row(16, over: 10, .nearest), 7, 70), Trip(row(8, times: 100, .down), -1, error: outOfRange(-1)),
        Trip(row(8, times: 100, .up), -1, 0, back: "0"),
    ]

    static let absent: [Trip] = [
        Trip(row(16, notAvailable: 0xFFFF), nil, 0xFFFF),
        Trip(row(16, notAvailable: 0xFFFF, substitute: 3), nil, 0xFFFF),
        Trip(row(16, substitute: 3), nil, 3, back: "Optional(3)"),
        Trip(row(16, times: 10, range: 0...100, substitute: 30), nil, 3, back: "Optional(30)"),
        Trip(row(16, range: 0...2, substitute: 3), nil, error: outOfRange(3)),
        Trip(row(16), nil, error: .missing(signal: SignalName("row"))),
        Trip(row(16, unit: .bits), nil, error: .missing(signal: SignalName("row"))),
        Trip(row(16, notAvailable: 0xFFFF), 0xFFFE, 0xFFFE),
        Trip(row(16, notAvailable: 0xFFFF), 0xFFFF, error: outOfRange(0xFFFF)),
        Trip(row(16, signed: true, notAvailable: 0x8000), -32_768, error: outOfRange(-32_768)),
        Trip(row(16, signed: true, notAvailable: 0x8000), nil, 0x8000),
        Trip(row(64, notAvailable: .max), nil, .max),
    ]

    static let patterns: [Trip] = [
        Trip(row(32, unit: .bits), -1, 0xFFFF_FFFF), Trip(row(32, unit: .bits), .min, 0x8000_0000),
        Trip(row(16, unit: .bits), 0xFFFF, 0xFFFF),
        Trip(row(16, unit: .bits), 0x1_0000, error: outOfRange(0x1_0000)),
        Trip(row(16, unit: .bits), -1, error: outOfRange(-1)), Trip(row(64, unit: .bits), -1, 0xFFFF_FFFF),
        Trip(row(32, signed: true, times: 10, plus: 5, unit: .bits), -2, 0xFFFF_FFFE),
        Trip(row(8, unit: .bits, notAvailable: 0xFF), 0xFF, error: outOfRange(0xFF)),
        Trip(row(8, unit: .bits, notAvailable: 0xFF), nil, 0xFF),
        Trip(row(8, unit: .bits, range: 0...3), 4, error: outOfRange(4)),
    ]

    @Test(arguments: plain + rounded + absent + patterns)
    func `a value goes to the wire and comes back, or the error names the signal`(trip: Trip) throws {
        var bytes = [UInt8](repeating: 0xA5, count: 8)
        var code: String
        do throws(SignalError) {
            var span = bytes.mutableSpan
            try trip.row.store(trip.value, into: &span)
            code = "\(try trip.row.raw(in: bytes.span))"
        } catch {
            code = "\(error)"
        }
        #expect(code == trip.code)
        guard UInt64(code) != nil else { return }
        let back = try trip.row.value(in: bytes.span)
        let expected =
            trip.back.map { $0.hasPrefix("Opt") ? $0 : "Optional(\($0))" } ?? "\(trip.value as Int32?)"
        #expect("\(back as Int32?)" == expected)
    }

    struct Reading: Sendable {
        var row: Row
        var raw: UInt64
        var value: String
    }

    static let readings: [Reading] = [
        Reading(row: row(64), raw: .max, value: "\(outOfRange(.max))"),
        Reading(row: row(64), raw: 1 << 40, value: "\(outOfRange(1 << 40))"),
        Reading(row: row(32), raw: 0x8000_0000, value: "\(outOfRange(0x8000_0000))"),
        Reading(row: row(64, signed: true, times: .max), raw: 1 << 62, value: "\(outOfRange(.max))"),
        Reading(row: row(8, range: 0...100), raw: 101, value: "\(outOfRange(101))"),
        Reading(row: row(8, plus: .max, range: 0...Int32.max), raw: 1, value: "\(outOfRange(0x8000_0000))"),
        Reading(row: row(64, unit: .bits), raw: 1 << 32, value: "\(outOfRange(1 << 32))"),
        Reading(row: row(8, unit: .bits, range: 0...3), raw: 4, value: "\(outOfRange(4))"),
        Reading(row: row(8, signed: true, over: 2), raw: 0xFF, value: "-1"),
        Reading(row: row(8, over: 2), raw: 1, value: "1"),
        Reading(row: row(8, signed: true, over: 3), raw: 0xFF, value: "0"),
        Reading(row: row(16, times: 100, over: 3, plus: -7), raw: 1, value: "26"),
    ]

    @Test(arguments: readings)
    func `a code means the nearest value, and one that cannot be is an error`(reading: Reading) {
        var value: String
        do throws(SignalError) { value = "\(try reading.row.value(ofRaw: reading.raw))" } catch {
            value = "\(error)"
        }
        #expect(value == reading.value)
    }

    @Test func `a value comes back within half a code, below it when rounded down, above it when rounded up`()
    {
        var random = SeededRandom(seed: 47)
        var faults: [String] = []
        var trips = 0
        for _ in 0..<5_000 {
            let scale = Int32.random(in: 1...500, using: &random) * (Bool.random(using: &random) ? 1 : -1)
            let rounding = [Rounding.nearest, .down, .up][Int(random.next() % 3)]
            let row = Self.row(
                .random(in: 1...64, using: &random), signed: Bool.random(using: &random), times: scale,
                over: .random(in: 1...3, using: &random), plus: .random(in: -5_000...5_000, using: &random),
                rounding)
            let value = Int32.random(in: -100_000...100_000, using: &random)
            guard let raw = try? row.raw(for: value), let back = try? row.value(ofRaw: raw) else { continue }
            trips += 1
            // Reading rounds to the nearest integer, which adds up to one half more.
            let off = 2 * Int64(row.denominator) * (Int64(back) - Int64(value))
            let step = Int64(scale.magnitude)
            let slack = Int64(row.denominator)
            let isRight =
                switch rounding {
                case .nearest: abs(off) <= step + slack
                case .down: off <= slack && off > -2 * step - slack
                case .up: off >= -slack && off < 2 * step + slack
                }
            if !isRight {
                faults.append("\(value) -> \(raw) -> \(back), \(rounding), × \(scale) / \(row.denominator)")
            }
        }
        #expect(faults == [])
        #expect(trips > 1_000)
    }

    struct Text: Sendable {
        var bytes: String
        var text: StaticString?
    }

    /// For a text of 4 characters from byte 1 on.
    static let texts: [Text] = [
        Text(bytes: "58 4A 4B 42 4D 58", text: "JKBM"), Text(bytes: "58 4A 4B 00 4D 58", text: "JK"),
        Text(bytes: "58 4A 4B 20 20 58", text: "JK"), Text(bytes: "58 4A 07 FF 42 58", text: "J??B"),
        Text(bytes: "58 00 00 00 00 58", text: nil), Text(bytes: "58 FF FF FF FF 58", text: nil),
        Text(bytes: "58 20 20 20 20 58", text: nil),
    ]

    @Test(arguments: texts) func `a text is read from its own bytes`(row: Text) throws {
        #expect(try Self.textRow.text(in: hex(row.bytes).span) == row.text.map { ASCIIText($0) })
    }

    @Test(arguments: [("JK", "58 4A 4B 2E 2E 58"), ("JKBMS", "58 4A 4B 42 4D 58"), ("", "58 2E 2E 2E 2E 58")])
    func `a text is filled up or cut off, and its neighbours stay`(text: String, bytes: String) throws {
        var container = [UInt8](repeating: 0x58, count: 6)
        var span = container.mutableSpan
        try Self.textRow.store(ASCIIText(padded: Array(text.utf8).span), into: &span, padding: 0x2E)
        #expect(hexText(container) == bytes)
    }

    @Test(arguments: [0, 1, 4]) func `a text does not reach beyond its container`(length: Int) {
        let expected = SignalError.tooShort(signal: SignalName("text"), neededBytes: 5, gotBytes: length)
        var container = [UInt8](repeating: 0x58, count: length)
        #expect(throws: expected) { try Self.textRow.text(in: container.span) }
        #expect(throws: expected) {
            var span = container.mutableSpan
            try Self.textRow.store(ASCIIText("JK"), into: &span, padding: 0)
        }
        #expect(container == [UInt8](repeating: 0x58, count: length))
    }

    @Test func `names of signals are equal if they are spelled the same`() {
        #expect(SignalName("soc") == SignalName("soc"))
        #expect(SignalName("soc") != SignalName("soh"))
        #expect(SignalName("soc") != SignalName("so"))
    }

    static let textRow = Row("text", in: 1, byte: 1, bits: 32, nil, 0)
}
