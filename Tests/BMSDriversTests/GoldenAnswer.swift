import BMSDrivers
import BatteryModel
import BusCodec
import TestSupport
import Testing

/// A real answer, and what its source says it means.
struct GoldenAnswer: Sendable, CustomTestStringConvertible {
    /// How the bytes are known, see docs/adding-a-protocol.md.
    enum Kind: String, Sendable {
        case captured, document, computed
    }

    /// Which answer it is, and where it comes from.
    var source: String
    /// How it is known.
    var kind = Kind.captured
    /// The question it answers.
    var poll: String
    /// Address of the pack.
    var address: UInt8 = 0
    /// The bytes; for protocols of characters, see ``text``.
    var hex = ""
    /// The characters of the answer, without the carriage return at its end.
    var text = ""
    /// What earlier answers have said, for one that is not understood without.
    var known: [PackField: Int32] = [:]
    /// Every number that is understood.
    var values: [PackField: Int32] = [:]
    /// Every cell, in millivolts.
    var cells: [UInt16] = []
    /// Every text.
    var identity: [IdentityField: String] = [:]
    /// The alarms; `nil` where the answer carries none.
    var alarms: AlarmSet?
    /// How often it is heard; cells that are told in pieces count when a piece comes again.
    var times = 1
    /// Why a battery that knows no more than this answers with other bytes; `nil` if it answers with these.
    var differsBecause: String?

    var testDescription: String { source }

    /// The frames of an answer on CAN as records, where they are not written as one `identifier#data`.
    var records: [[UInt8]] = []

    /// The bytes; on CAN those of the records.
    var bytes: [UInt8] {
        if !records.isEmpty { return Array(records.joined()) }
        return hex.contains("#")
            ? canRecord(hex) : text.isEmpty ? TestSupport.hex(hex) : Array(text.utf8) + [0x0D]
    }

    /// What is wrong with `driver`, one line for each; empty if nothing is.
    func problems(with driver: BMSDriver) -> [String] {
        guard let poll = driver.question(poll) else { return ["there is no question '\(poll)'"] }
        guard case .item(let item, let length) = driver.scan(bytes.span, false, true) else {
            return ["not found by the scanner"]
        }
        var problems: [String] = []
        if item.kind != .answer || length != bytes.count || item.address.map({ $0 != address }) ?? false
            || item.poll.map({ $0 != poll }) ?? false
        {
            problems.append("found as \(item), \(length) of \(bytes.count) bytes")
        }
        var reading = PackReading()
        for (field, value) in known { reading[field] = Reading(value, at: Self.now) }
        do {
            for _ in 0..<times { try driver.decode(bytes.span, poll, Self.now, &reading) }
        } catch {
            return problems + ["not understood: \(error)"]
        }
        problems += differences(in: reading)
        reading[.busAddress] = Reading(Int32(address), at: Self.now)
        let again = driver.answers(poll, address, reading)
        if again == bytes, let differsBecause { problems.append("is the same, though \(differsBecause)") }
        if again != bytes, differsBecause == nil { problems.append("written again: \(hexText(again))") }
        return problems
    }

    private static let now = Instant(nanoseconds: 1_000_000_000)

    private func differences(in reading: PackReading) -> [String] {
        var problems: [String] = []
        for number in 0..<PackField.count {
            guard let field = PackField(rawValue: UInt8(number)) else { continue }
            let (got, expected) = (reading[field]?.value, values[field] ?? known[field])
            if got != expected {
                problems.append(
                    "\(field.name): \(got.map(String.init) ?? "-"), not \(expected.map(String.init) ?? "-")")
            }
        }
        if reading.cells != cells { problems.append("cells: \(reading.cells)") }
        for number in 0..<6 {
            guard let field = IdentityField(rawValue: UInt8(number)) else { continue }
            let text = reading.identity?.value[field].string ?? ""
            if text != identity[field] ?? "" { problems.append("\(field): '\(text)'") }
        }
        if reading.alarms?.value != alarms {
            problems.append("alarms: \(reading.alarms.map { "\($0.value)" } ?? "-")")
        }
        return problems
    }
}

extension BMSDriver {
    /// The number of the question called `name`.
    func question(_ name: String) -> Int? { (0..<pollCount).first { "\(poll($0).name)" == name } }

    /// The bytes of question `poll` to `address`.
    func asks(_ poll: Int, _ address: UInt8) -> [UInt8] {
        var buffer = RequestBuffer()
        request(poll, address, &buffer)
        return buffer.array
    }

    /// What a battery at `address` that knows `reading` answers to question `poll`.
    func answers(_ poll: Int, _ address: UInt8, _ reading: PackReading) -> [UInt8] {
        var buffer = AnswerBuffer()
        answer(asks(poll, address).span, reading, &buffer)
        return buffer.array
    }
}

extension AlarmSet {
    /// Some protections.
    static func protections(_ kinds: AlarmKind...) -> AlarmSet {
        var alarms = AlarmSet()
        for kind in kinds { alarms.raise(kind, .protection) }
        return alarms
    }
}

/// The record of a CAN frame that is written as `identifier#data`; more than three digits mean 29 bits.
func canRecord(_ text: String) -> [UInt8] {
    let parts = text.split(separator: "#", omittingEmptySubsequences: false)
    let data = TestSupport.hex(String(parts[1]))
    let frame = CANFrame(
        identifier: UInt32(parts[0], radix: 16) ?? 0, isExtended: parts[0].count > 3, payload: data.span)
    var buffer = ByteBuffer<13>()
    frame.writeRecord(into: &buffer)
    return buffer.array
}
