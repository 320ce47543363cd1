import BatteryModel
import BusCodec

/// Daly on CAN: the questions and answers of ``Daly`` with 29-bit identifiers in place of the head and the sum.
///
///     request  18  data id  board  40        answer  18  data id  40  board
///
/// The eight data bytes are the same, so frames are put into the form of the serial line and understood there. Where
/// an answer takes several frames, the maker's document counts them from 0 and boards count from 1; both are
/// understood.
///
/// Sources: vendor's CAN protocol V1.0 (2019-06-11); dbus-serialbattery (`daly_can.py`) uses the same identifiers.
public enum DalyCAN {
    /// The driver.
    public static let driver = BMSDriver(
        sheet: sheet, pollCount: Daly.driver.pollCount, poll: Daly.driver.poll, request: request, scan: scan,
        decode: decode, answer: answer, visitFacts: Daly.driver.visitFacts)

    /// What is said about the protocol as a whole.
    public static let sheet = DriverSheet(
        id: "daly-can", name: "Daly, CAN", addresses: 1...16, baud: 250_000, wire: .can,
        timing: LineTiming(
            spacing: .milliseconds(20), timeout: .milliseconds(500), probeTimeout: .milliseconds(500),
            gap: .milliseconds(100)),
        evidence: """
            vendor's CAN protocol V1.0 and one reader in use, dbus-serialbattery; no capture from CAN, the data are those \
            of the serial line, of which there are captures. The sign of the current is unsure as it is there; \
            boards beyond the first from dbus-serialbattery only
            """,
        isExperimental: true)

    private static let priority: UInt32 = 0x18
    private static let host: UInt32 = 0x40
    private static let boards: ClosedRange<UInt32> = 1...16
    /// What the party of a request on the serial line is larger by than the board it asks.
    private static let beforeFirstHost: UInt8 = 0x3F
    /// Data ids whose answers are numbered frames.
    private static let numbered: ClosedRange<UInt8> = 0x95...0x96

    /// Room for the longest answer in the form of the serial line, and one frame more.
    private typealias SerialForm = ByteBuffer<221>

    static func request(_ poll: Int, _ board: UInt8, _ buffer: inout RequestBuffer) {
        var serial = RequestBuffer()
        Daly.request(poll, board, &serial)
        writeRecords(of: serial.bytes, into: &buffer)
    }

    static func scan(_ head: Span<UInt8>, _ listening: Bool, _ isLast: Bool) -> ScanStep<LineItem> {
        let first = CANFrame.scanRecord(head)
        guard case .item(let frame, let length) = first else { return first.map { _ in LineItem(.other) } }
        var serial = SerialForm()
        guard appendSerialForm(of: frame, from: firstNumber(of: frame), to: &serial) else {
            return .item(LineItem(.other), length: length)
        }
        let isCut = appendFollowers(of: frame, in: head, to: &serial)
        // A frame is as long in the one form as in the other.
        return Daly.scan(serial.bytes, listening, isLast || isCut)
    }

    static func decode(
        _ answer: Span<UInt8>, _ poll: Int, _ now: Instant, _ reading: inout PackReading
    ) throws(AnswerError) {
        guard case .item(let frame, _) = CANFrame.scanRecord(answer) else { throw .wrongStructure }
        var serial = SerialForm()
        guard appendSerialForm(of: frame, from: firstNumber(of: frame), to: &serial) else {
            throw .wrongStructure
        }
        _ = appendFollowers(of: frame, in: answer, to: &serial)
        guard serial.count == answer.count else {
            throw .wrongLength(needed: serial.count, got: answer.count)
        }
        try Daly.decode(serial.bytes, poll, now, &reading)
    }

    static func answer(
        _ request: Span<UInt8>, _ reading: borrowing PackReading, _ buffer: inout AnswerBuffer
    ) {
        guard case .item(let frame, _) = CANFrame.scanRecord(request) else { return }
        var serial = SerialForm()
        guard appendSerialForm(of: frame, from: 1, to: &serial) else { return }
        var answer = AnswerBuffer()
        Daly.answer(serial.bytes, reading, &answer)
        writeRecords(of: answer.bytes, into: &buffer)
    }
}

// MARK: - Both forms of a frame

extension DalyCAN {
    /// Writes frames in the form of the serial line as records; what is no whole frame is left out.
    private static func writeRecords<let size: Int>(
        of serial: Span<UInt8>, into buffer: inout ByteBuffer<size>
    ) {
        var first = 0
        while first + DalyFrame.length <= serial.count {
            let bytes = serial.extracting(first..<first + DalyFrame.length)
            first += DalyFrame.length
            guard case .item(let frame, _) = DalyFrame.scan(bytes) else { continue }
            let board =
                frame.isRequest ? Daly.board(askedBy: frame.party).map { UInt32($0) } : UInt32(frame.party)
            guard let board else { continue }
            let ends = frame.isRequest ? board << 8 | host : host << 8 | board
            CANFrame(
                identifier: priority << 24 | UInt32(frame.id) << 16 | ends, isExtended: true,
                payload: bytes.extracting(DalyFrame.data)
            ).writeRecord(into: &buffer)
        }
    }

    /// Adds a frame in the form of the serial line; returns `false` for one that is none of a board's or its host's.
    ///
    /// `firstNumber` is from where the sender counts frames.
    private static func appendSerialForm(
        of frame: CANFrame, from firstNumber: UInt8, to serial: inout SerialForm
    ) -> Bool {
        guard frame.isExtended, frame.kind == .data, frame.length == 8, frame.identifier >> 24 == priority
        else { return false }
        let (to, from) = (frame.identifier >> 8 & 0xFF, frame.identifier & 0xFF)
        let id = UInt8(truncatingIfNeeded: frame.identifier >> 16)
        var data = frame.bytes
        if from == host, boards.contains(to) {
            DalyFrame.encode(party: beforeFirstHost + UInt8(to), id: id, data: data.span, into: &serial)
        } else if to == host, boards.contains(from) {
            if numbered.contains(id), firstNumber == 0 { data[0] &+= 1 }
            DalyFrame.encode(party: UInt8(from), id: id, data: data.span, into: &serial)
        } else {
            return false
        }
        return true
    }

    /// Adds what follows `first` in `bytes` with the same identifier; returns whether something else follows.
    private static func appendFollowers(
        of first: CANFrame, in bytes: Span<UInt8>, to serial: inout SerialForm
    ) -> Bool {
        var place = CANFrame.recordLength
        while place < bytes.count, serial.count < 16 * DalyFrame.length {
            guard case .item(let frame, _) = CANFrame.scanRecord(bytes.extracting(place..<bytes.count)) else {
                return bytes.count - place >= CANFrame.recordLength
            }
            guard frame.identifier == first.identifier,
                appendSerialForm(of: frame, from: firstNumber(of: first), to: &serial)
            else { return true }
            place += CANFrame.recordLength
        }
        return false
    }

    /// From where the sender of an answer counts its frames, as its first one tells.
    private static func firstNumber(of frame: CANFrame) -> UInt8 { frame.bytes[0] == 0 ? 0 : 1 }
}
