import BMSDrivers
import BatteryModel
import BusCodec

/// The bytes of a hexadecimal text; anything else in it is skipped.
func bytes(_ hex: String) -> [UInt8] {
    let digits = hex.compactMap(\.hexDigitValue)
    return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] * 16 + digits[$0 + 1]) }
}

/// An instant `seconds` after the start of a test.
func at(_ seconds: Double) -> Instant { Instant(nanoseconds: 1_000_000_000_000 + Int64(seconds * 1e9)) }

/// The polls by name, so that a table of rows can be read.
enum JKQuestion {
    static let status = 0
    static let settings = 1
    static let about = 2
    static let cells = 3
    static let pack = 4
    static let clock = 5
    static let limits = 6
    static let balancing = 7
    static let switches = 8
    static let identity = 9
    static let selections = 10
    static let requestTimes = 11

    static let frames = 0...2
    static let registers = 3...11
}

extension PackReading {
    /// The plain number of a field.
    func value(_ field: PackField) -> Int32? { self[field]?.value }

    /// All fields that are there.
    var values: [PackField: Int32] {
        var values: [PackField: Int32] = [:]
        for number in 0..<PackField.count {
            guard let field = PackField(rawValue: UInt8(number)) else { continue }
            values[field] = self[field]?.value
        }
        return values
    }

    /// Cell voltages in the order of the cells.
    var cells: [UInt16] { (0..<CellValues.maximum).compactMap { cellMillivolts?.value[$0] } }
}

/// What `driver` understands of `answer`, added to `reading`.
func decoded(
    _ answer: [UInt8], _ poll: Int, at now: Instant = at(0), after reading: PackReading = PackReading()
) throws(AnswerError) -> PackReading {
    var next = reading
    try JKPB.driver.decode(answer.span, poll, now, &next)
    return next
}

/// What a battery that knows `reading` answers to the bytes of `request`.
func answer(to request: [UInt8], from reading: PackReading) -> [UInt8] {
    var buffer = AnswerBuffer()
    JKPB.driver.answer(request.span, reading, &buffer)
    return buffer.array
}

/// The bytes of question `poll` to `address`.
func request(_ poll: Int, _ address: UInt8) -> [UInt8] {
    var buffer = RequestBuffer()
    JKPB.driver.request(poll, address, &buffer)
    return buffer.array
}

extension ByteBuffer {
    /// The bytes as an array.
    var array: [UInt8] { (0..<bytes.count).map { bytes[$0] } }
}

/// A record with its sum mended, after `change` was made in its structure at `offset`.
func record(_ record: [UInt8], with change: [UInt8], at offset: Int) -> [UInt8] {
    var changed = Array(record.prefix(300))
    changed.replaceSubrange((offset + 6)..<(offset + 6 + change.count), with: change)
    changed[299] = changed.prefix(299).reduce(0, &+)
    return changed
}

/// What came out of a stream.
struct JKStream: Equatable {
    struct Found: Equatable {
        var bytes: [UInt8]
        var item: LineItem
    }

    var found: [Found] = []
    var noise: [UInt64] = []

    /// Feeds `stream` in pieces whose lengths `next` gives, and a silence at the end.
    init(_ stream: [UInt8], listening: Bool, pieces next: (_ left: Int) -> Int) {
        var scanner = StreamScanner<512>()
        var found: [Found] = []
        func take(_ bytes: Span<UInt8>, _ item: LineItem) {
            found.append(Found(bytes: (0..<bytes.count).map { bytes[$0] }, item: item))
        }
        var offset = 0
        while offset < stream.count {
            let end = min(offset + max(next(stream.count - offset), 1), stream.count)
            scanner.received(
                Array(stream[offset..<end]).span, grammar: { JKPB.driver.scan($0, listening, $1) },
                handle: take)
            offset = end
        }
        scanner.silence(grammar: { JKPB.driver.scan($0, listening, $1) }, handle: take)
        self.found = found
        for number in 0..<NoiseCause.count {
            guard let cause = NoiseCause(rawValue: UInt8(number)) else { continue }
            noise.append(scanner.noise[cause])
        }
    }

    /// The items without their bytes.
    var items: [LineItem] { found.map(\.item) }
}

/// Random numbers that are the same in every run.
struct Dice: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
