import BatteryModel
import BusCodec

/// JK-B and JK-BD on the GPS port (UART or its RS485 adapter): the "4E 57" protocol; JK-PB on UART1 with protocol 000.
///
/// One answer carries everything, as a list of tags with their values; a tag does not say how long it is. A tag that
/// is not known, or does not follow its neighbour in rising order, therefore ends the reading: what stands before it
/// is believed, what stands behind it is not looked at. There is no address, so one BMS has the line to itself.
///
/// On firmware from 11.4 on the port can be set to another protocol and is then silent here. A sleeping board wants
/// to be activated by a command of its own (01), which Busbar does not send. The charge left is not on the wire.
///
/// Sources: vendor's protocol V2.5; captures of firmware 6.1 to 11.51 (see the golden table).
public enum JK4E57 {
    /// The driver.
    public static let driver = BMSDriver(
        sheet: sheet, pollCount: 1, poll: { _ in everything }, request: request, scan: scan, decode: decode,
        answer: answer,
        visitFacts: { DriverFact.visit("Answer to 06: tags 79 to C0", rows, alarmBits, $0) })

    /// What is said about the protocol as a whole.
    ///
    /// Temperatures below 0 and the current of firmware before 2020-12 are known from the vendor's text alone.
    ///
    /// The vendor asks for 100 ms between packets and allows 5 s for an answer; one of his logs shows 90 ms.
    public static let sheet = DriverSheet(
        id: "jk-4e57", name: "JK-B, JK-BD (GPS port, UART or RS485 adapter)", addresses: 0...0, baud: 115_200,
        timing: LineTiming(
            spacing: .milliseconds(100), timeout: .seconds(1), probeTimeout: .milliseconds(500),
            gap: .milliseconds(50)),
        evidence: "vendor's protocol V2.5; captured answers of five boards, firmware 6.1 to 11.51",
        isExperimental: false)

    private static let everything = Poll("everything", .live, .frames)

    private static func request(_ poll: Int, _ address: UInt8, _ buffer: inout RequestBuffer) {
        JK4E57Frame.encodeReadAll(into: &buffer)
    }

    /// An answer to the command that reads one tag does not say whether it was asked for one or for all.
    private static func scan(_ head: Span<UInt8>, _ listening: Bool, _ isLast: Bool) -> ScanStep<LineItem> {
        JK4E57Frame.scan(head).map { frame in
            switch frame.kind {
            case .request: LineItem(.request, address: 0, poll: asksForAll(frame, head) ? 0 : nil)
            case .upload: LineItem(.other, address: 0)
            case .answer where frame.command == JK4E57Frame.readAll: LineItem(.answer, address: 0, poll: 0)
            case .answer where frame.command == JK4E57Frame.readOne: LineItem(.answer, address: 0)
            case .answer: LineItem(.other, address: 0)
            }
        }
    }

    /// Tells whether `frame`, whose bytes `request` begins with, asks for everything.
    static func asksForAll(_ frame: JK4E57Frame, _ request: Span<UInt8>) -> Bool {
        frame.kind == .request && frame.count == 1 && request[JK4E57Frame.dataStart] == 0
            && (frame.command == JK4E57Frame.readAll || frame.command == JK4E57Frame.readOne)
    }
}

// MARK: - Tags

extension JK4E57 {
    /// A tag of an answer, and the place of its value.
    private struct Tag {
        var id: UInt8
        var value: Range<Int>
    }

    /// The tag at `place` behind tag `previous`; `nil` where the reading ends.
    private static func tag(at place: Int, after previous: UInt8, in data: Span<UInt8>) -> Tag? {
        guard place < data.count, data[place] > previous, let length = length(of: data[place]) else {
            return nil
        }
        var first = place + 1
        var end = first + length
        if data[place] == cells {
            guard first < data.count else { return nil }
            first += 1
            end = first + Int(data[first - 1])
        }
        return end <= data.count ? Tag(id: data[place], value: first..<end) : nil
    }

    /// The length of a tag's value; `nil` if the tag is not known.
    static func length(of tag: UInt8) -> Int? {
        var length: Int?
        for index in rows.indices where rows[index].container == UInt32(tag) {
            length = max(length ?? 0, rows[index].endByte)
        }
        return length
    }

    /// How the current of an answer is coded.
    private enum CurrentCoding {
        /// As a size, with the top bit set while charging.
        case magnitude
        /// As what is missing to 100 A.
        case offset
    }

    /// How the current in `data` is coded; `nil` if the answer could not be read to where it says so.
    ///
    /// Firmware before 2020-12 does not say, but its list ends where its answer ends.
    ///
    /// - Throws: ``SignalError/outOfRange(signal:value:)`` for a version nobody has documented.
    private static func currentCoding(_ data: Span<UInt8>) throws(SignalError) -> CurrentCoding? {
        var (place, previous) = (0, UInt8(0))
        while let tag = tag(at: place, after: previous, in: data) {
            if tag.id == version { return try currentCoding(version: data[tag.value.lowerBound]) }
            (place, previous) = (tag.value.upperBound, tag.id)
        }
        return place == data.count && data[0] == cells ? .offset : nil
    }

    private static func currentCoding(version: UInt8) throws(SignalError) -> CurrentCoding {
        switch version {
        case 0: return .offset
        case 1: return .magnitude
        default: throw .outOfRange(signal: SignalName("protocol_version"), value: Int64(version))
        }
    }
}

// MARK: - The host side

extension JK4E57 {
    private static func decode(
        _ answer: Span<UInt8>, _ poll: Int, _ now: Instant, _ reading: inout PackReading
    ) throws(AnswerError) {
        guard case .item(let frame, _) = JK4E57Frame.scan(answer), frame.kind == .answer,
            frame.command == JK4E57Frame.readAll || frame.command == JK4E57Frame.readOne
        else { throw .wrongStructure }
        let data = answer.extracting(JK4E57Frame.dataStart..<JK4E57Frame.dataStart + frame.count)
        var next = reading
        var (place, previous) = (0, UInt8(0))
        do throws(SignalError) {
            let coding = try currentCoding(data)
            while let tag = tag(at: place, after: previous, in: data) {
                try decode(tag.id, data.extracting(tag.value), coding, now, &next)
                (place, previous) = (tag.value.upperBound, tag.id)
            }
        } catch {
            throw .signal(error)
        }
        guard place > 0 else { throw .wrongStructure }
        reading = next
    }

    private static func decode(
        _ tag: UInt8, _ value: Span<UInt8>, _ coding: CurrentCoding?, _ now: Instant,
        _ reading: inout PackReading
    ) throws(SignalError) {
        let section = PackSection(UInt32(tag))
        switch tag {
        case cells: try decodeCells(value, now, &reading)
        case 0x80...0x82: try section.read(rows, in: plain(value, temperature).span, at: now, into: &reading)
        case current:
            switch coding {
            case .magnitude: try section.read(rows, in: plain(value, size).span, at: now, into: &reading)
            case .offset: try PackSection(oldCurrent).read(rows, in: value, at: now, into: &reading)
            case nil: break
            }
        case alarms:
            try section.read(rows, in: value, at: now, into: &reading)
            reading.alarms = Reading(section.alarms(alarmBits, in: value, places: 0..<2), at: now)
        case 0xB7: try section.read(rows, in: withoutFilling(value).span, at: now, into: &reading)
        case 0xBA where !hasModel(value): break
        default: try section.read(rows, in: value, at: now, into: &reading)
        }
    }

    /// Number and voltage of each cell; the numbers run from 1 in every capture, and a gap would hide a cell.
    private static func decodeCells(
        _ value: Span<UInt8>, _ now: Instant, _ reading: inout PackReading
    ) throws(SignalError) {
        let count = value.count / 3
        guard value.count == 3 * count, count <= CellValues.maximum else {
            throw .outOfRange(signal: SignalName("cells"), value: Int64(value.count))
        }
        var voltages = InlineArray<64, UInt8>(repeating: 0)
        for cell in 0..<count {
            guard Int(value[3 * cell]) == cell + 1 else {
                throw .outOfRange(signal: SignalName("cell_number"), value: Int64(value[3 * cell]))
            }
            voltages[2 * cell] = value[3 * cell + 1]
            voltages[2 * cell + 1] = value[3 * cell + 2]
        }
        try PackSection(UInt32(cells), repetitions: count)
            .read(rows, in: voltages.span.extracting(first: 2 * count), at: now, into: &reading)
    }

    /// The two bytes of `value` put through `coding`.
    private static func plain(
        _ value: Span<UInt8>, _ coding: (UInt16) throws(SignalError) -> UInt16
    ) throws(SignalError) -> InlineArray<2, UInt8> {
        let word = try coding(UInt16(value[0]) << 8 | UInt16(value[1]))
        return [UInt8(word >> 8), UInt8(truncatingIfNeeded: word)]
    }

    /// A sensor's temperature: 0 to 100 as it is, 101 to 140 for −1 to −40; what lies above is not documented.
    private static func temperature(_ raw: UInt16) throws(SignalError) -> UInt16 {
        guard raw <= 140 else { throw .outOfRange(signal: SignalName("temperature"), value: Int64(raw)) }
        return raw > 100 ? 100 &- raw : raw
    }

    /// A current given by its size; the top bit is set while charging.
    private static func size(_ raw: UInt16) -> UInt16 {
        raw & 0x8000 != 0 ? raw & 0x7FFF : 0 &- raw
    }

    private static func withoutFilling(_ value: Span<UInt8>) -> InlineArray<15, UInt8> {
        InlineArray { $0 < value.count && value[$0] != filling ? value[$0] : 0 }
    }

    /// Older boards have a manufacturer's number in the place of the model.
    private static func hasModel(_ value: Span<UInt8>) -> Bool {
        ASCIIText(padded: value).hasPrefix(userData)
    }
}
