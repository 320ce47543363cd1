public import BatteryModel
public import BusCodec

/// What a profile made of a frame.
public enum Heard: Sendable, Equatable {
    /// A frame of the profile.
    case frame(HeardFrame)
    /// A frame of the profile that is too short for any of its signals.
    case tooShort(frame: Int)
    /// None of the profile's identifiers.
    case unknown
    /// A remote request or an error report: it carries nothing.
    case wrongKind
}

/// What was read from a frame.
public struct HeardFrame: Sendable, Equatable {
    /// The frame, as ``InverterProfile/frame`` counts them.
    public var index: Int
    /// Number of signals behind the end of the frame; they count as not reported.
    public var cutOff = 0
    /// Number of signals outside their range; they count as not reported.
    public var outOfRange = 0
    /// The first signal outside its range.
    public var firstFault: SignalError?

    /// Makes the account of a frame in which every signal was read.
    public init(index: Int) { self.index = index }
}

extension InverterProfile {
    /// Reads a frame, of either direction, into `reading`.
    ///
    /// Every length is accepted: signals behind the end are not reported. A value out of range leaves the older one
    /// as it is, with its age; a code for "not available" takes it away.
    ///
    /// - Parameters:
    ///   - frame: The frame.
    ///   - dialect: The dialect spoken; `nil` reads the rows of all of them.
    ///   - invertsCurrent: Whether the sender counts discharging as positive.
    ///   - now: When the frame was heard.
    ///   - reading: Is told what the frame says.
    /// - Returns: What it was.
    public func decode(
        _ frame: CANFrame, dialect: UInt8? = nil, invertsCurrent: Bool = false, at now: Instant,
        into reading: inout BankReading
    ) -> Heard {
        guard frame.kind == .data else { return .wrongKind }
        let isAlive = isKeepAlive(frame)
        guard let index = index(of: frame, isKeepAlive: isAlive) else { return .unknown }
        if isAlive { reading[.inverterAlive] = Reading(1, at: now) }
        var frame = frame
        mend(&frame, HeardBefore(temperature: reading[.temperature]?.value))
        var intake = Intake(
            heard: HeardFrame(index: index), now: now, invertsCurrent: invertsCurrent,
            dialects: dialect.map { 1 << $0 } ?? .max)
        visitRows(self.frame(index).container) { row in
            intake.take(row, from: frame.payload, into: &reading)
        }
        intake.takeAlarms(into: &reading)
        guard intake.read > 0 || intake.heard.cutOff == 0 else { return .tooShort(frame: index) }
        return .frame(intake.heard)
    }

    /// Tells whether a frame is the sign of life of the inverter.
    public func isKeepAlive(_ frame: CANFrame) -> Bool { sheet.keepAlive.isSaid(by: frame) }

    /// Tells whether a frame is one that the battery side sends, in whatever dialect.
    ///
    /// Frames that are only understood when heard do not count: they may be anybody's.
    public func isFromBattery(_ frame: CANFrame) -> Bool {
        guard frame.kind == .data,
            let index = index(ofIdentifier: frame.identifier, isExtended: frame.isExtended)
        else { return false }
        let row = self.frame(index)
        return row.direction == .toInverter && row.dialects != 0
    }

    /// The frame with this identifier, as ``frame`` counts them; `nil` if there is none.
    public func index(ofIdentifier identifier: UInt32, isExtended: Bool = false) -> Int? {
        for index in 0..<frameCount {
            let row = frame(index)
            if row.identifier == identifier, row.isExtended == isExtended { return index }
        }
        return nil
    }

    private func index(of frame: CANFrame, isKeepAlive: Bool) -> Int? {
        let width = isKeepAlive ? sheet.keepAlive.isExtended : frame.isExtended
        return index(ofIdentifier: frame.identifier, isExtended: width)
    }
}

/// What has been read from one frame so far.
struct Intake {
    var heard: HeardFrame
    let now: Instant
    let invertsCurrent: Bool
    let dialects: UInt8
    let order: ByteOrder
    var read = 0
    /// Kinds about which the frame says whether they stand.
    private var covered = AlarmSet()
    private var raised = AlarmSet()
    private var speaksOfAlarms = false

    init(
        heard: HeardFrame, now: Instant, invertsCurrent: Bool, dialects: UInt8, order: ByteOrder = .little
    ) {
        self.heard = heard
        self.now = now
        self.invertsCurrent = invertsCurrent
        self.dialects = dialects
        self.order = order
    }

    mutating func take(_ row: BankRow, from bytes: Span<UInt8>, into reading: inout BankReading) {
        guard row.dialects & dialects != 0 else { return }
        do throws(SignalError) {
            try understand(row, bytes, into: &reading)
            read += 1
        } catch {
            count(error)
        }
    }

    private mutating func count(_ error: SignalError) {
        if case .tooShort = error {
            heard.cutOff += 1
        } else {
            heard.outOfRange += 1
            if heard.firstFault == nil { heard.firstFault = error }
        }
    }

    private mutating func understand(
        _ row: BankRow, _ bytes: Span<UInt8>, into reading: inout BankReading
    ) throws(SignalError) {
        switch row.meaning {
        case .number:
            take(row.meaning, try row.value(in: bytes, order).map { Int64($0) }, into: &reading)
        case .alarm, .alarmPair, .heardAlarm:
            take(row.meaning, Int64(bitPattern: try row.raw(in: bytes, order)), into: &reading)
        case .maker:
            reading.maker = try row.text(in: bytes).map { Reading($0, at: now) }
        case .constant, .reserved, .shown, .said, .meanCell:
            _ = try row.raw(in: bytes, order)
        case .shownText:
            _ = try row.text(in: bytes)
        }
    }

    /// Takes what a signal carries: a value in the unit of its row, or its bits; `nil` where the sender does not know.
    mutating func take(_ meaning: BankMeaning, _ number: Int64?, into reading: inout BankReading) {
        switch meaning {
        case .number(let field):
            guard var value = number.map({ Int32(truncatingIfNeeded: $0) }) else {
                reading[field] = nil
                return
            }
            if field == .current, invertsCurrent { value = 0 &- value }
            reading[field] = Reading(value, at: now)
        case .alarm(let group, let level):
            note(group, level, isRaised: number != 0)
        case .alarmPair(let group, let level):
            if number == 1 || number == 2 { note(group, level, isRaised: number == 1) }
        case .heardAlarm(let kinds, let level):
            if number != 0 { raised[level] = raised[level].union(kinds) }
        case .maker:
            reading.maker = number.flatMap(Self.text).map { Reading($0, at: now) }
        case .constant, .reserved, .shown, .said, .meanCell, .shownText: break
        }
    }

    /// A text of up to eight characters from its bytes, the first least significant.
    static func text(_ number: Int64) -> ASCIIText? {
        var frame = CANFrame(identifier: 0, length: 8)
        frame.word = UInt64(bitPattern: number)
        let text = ASCIIText(padded: frame.payload)
        return text.count == 0 || frame.bytes[0] == 0xFF ? nil : text
    }

    private mutating func note(_ group: AlarmGroup, _ level: AlarmLevel, isRaised: Bool) {
        speaksOfAlarms = true
        covered[level] = covered[level].union(group.kinds)
        if isRaised { raised.raise(group.representative, level) }
    }

    /// Notes all alarms about which the frame says whether they stand.
    mutating func cover(_ alarms: AlarmSet) {
        covered.formUnion(alarms)
        if !alarms.isEmpty { speaksOfAlarms = true }
    }

    mutating func takeAlarms(into reading: inout BankReading) {
        guard speaksOfAlarms || !raised.isEmpty else { return }
        var alarms = reading.alarms?.value ?? AlarmSet()
        alarms.warnings = alarms.warnings.subtracting(covered.warnings)
        alarms.protections = alarms.protections.subtracting(covered.protections)
        alarms.infos = alarms.infos.subtracting(covered.infos)
        alarms.formUnion(raised)
        reading.alarms = Reading(alarms, at: now)
    }
}
