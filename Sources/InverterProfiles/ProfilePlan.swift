import BatteryModel
import BusCodec

/// A CAN profile in one dialect, worked out beforehand for reading many frames.
///
/// It gives what ``InverterProfile/decode(_:dialect:invertsCurrent:at:into:)`` gives, and hands over as numbers what
/// ``InverterProfile/visitSignals(of:dialect:known:_:)`` shows. The rows are looked at once, when it is made; what is
/// rare, such as a value out of range or a float, is left to the profile.
///
/// It is some thirty kilobytes large. Everything that is done for a frame is `mutating`, whether it changes something or
/// not: a value that is only borrowed is copied as a whole where the compiler wants the address of a table in it.
public struct ProfilePlan: Sendable {
    /// The most signals of a profile, and of a frame, that are worked out.
    public static let maximumSignals = 320, maximumSignalsOfFrame = 64

    /// The profile.
    public let profile: InverterProfile
    /// The dialect; `nil` reads the rows of all of them.
    public let dialect: UInt8?

    /// What the frame carries that was read last.
    public internal(set) var numbers = FrameNumbers()

    let keepAlive: KeepAlive
    /// Whether the profile has more frames than are worked out.
    let hasMoreFrames: Bool
    private var signals: InlineArray<320, Signal> = InlineArray(repeating: Signal())
    private var frames: InlineArray<32, Frame> = InlineArray(repeating: Frame())
    private var containers: InlineArray<32, UInt32> = InlineArray(repeating: 0)
    private var signalCount = 0, frameCount = 0

    /// One row of a frame.
    struct Signal: Sendable {
        var word = WordSignal()
        var meaning = BankMeaning.reserved

        init() {}

        init?(_ row: BankRow) {
            guard let word = WordSignal(row, isScaled: row.meaning.isScaled) else { return nil }
            self.word = word
            meaning = row.meaning
        }
    }

    /// One frame.
    struct Frame: Sendable {
        /// Its rows, as places in ``signals``.
        var first: UInt16 = 0, end: UInt16 = 0
        /// Whether the profile has to read it.
        var isLeft = false
        /// The signals about the bank, and those that speak of it only when they are not 0: bit n for signal n.
        var told: UInt64 = 0, raising: UInt64 = 0
        /// The alarms about which it says whether they stand.
        var covered = AlarmSet()

        mutating func add(_ meaning: BankMeaning, _ bit: UInt64) {
            switch meaning {
            case .number, .alarmPair, .maker: told |= bit
            case .heardAlarm: raising |= bit
            case .alarm(let group, let level):
                raising |= bit
                covered[level] = covered[level].union(group.kinds)
            case .said, .meanCell, .shown, .constant, .shownText, .reserved: break
            }
        }
    }

    /// Works out a profile.
    ///
    /// - Parameters:
    ///   - profile: One on CAN.
    ///   - dialect: The dialect spoken; `nil` reads the rows of all of them.
    public init(_ profile: InverterProfile, dialect: UInt8? = nil) {
        self.profile = profile
        self.dialect = dialect
        keepAlive = profile.sheet.keepAlive
        hasMoreFrames = profile.frameCount > frames.count
        frameCount = min(profile.frameCount, frames.count)
        for index in 0..<frameCount { add(profile.frame(index), at: index) }
    }

    private mutating func add(_ row: FrameRow, at index: Int) {
        let dialects: UInt8 = dialect.map { 1 << $0 } ?? .max
        let first = signalCount
        var frame = Frame()
        profile.visitRows(row.container) { row in
            guard row.dialects & dialects != 0 else { return }
            guard let signal = Signal(row), signalCount < Self.maximumSignals,
                signalCount - first < Self.maximumSignalsOfFrame
            else {
                frame.isLeft = true
                return
            }
            frame.add(signal.meaning, 1 << UInt64(signalCount - first))
            signals[signalCount] = signal
            signalCount += 1
        }
        (frame.first, frame.end) = (UInt16(first), UInt16(signalCount))
        containers[index] = row.container
        frames[index] = frame
    }

    /// The frame with this identifier, as ``InverterProfile/frame`` counts them; `nil` if there is none.
    mutating func index(of frame: CANFrame, isKeepAlive: Bool) -> Int? {
        let isExtended = isKeepAlive ? keepAlive.isExtended : frame.isExtended
        let container = isExtended ? frame.identifier | FrameRow.extendedFlag : frame.identifier
        for index in 0..<frameCount where containers.span[index] == container { return index }
        return nil
    }

    /// What is known of a frame, see ``index(of:isKeepAlive:)``.
    mutating func frame(_ index: Int) -> Frame { frames.span[index] }

    /// What a signal of a frame means.
    mutating func meaning(_ frame: Frame, _ place: Int) -> BankMeaning {
        signals.span[Int(frame.first) + place].meaning
    }

    /// Reads every signal of a frame that is mended already into ``numbers``.
    mutating func read(_ frame: CANFrame, _ known: Frame) {
        let (first, end) = (Int(known.first), Int(known.end))
        let word = frame.word
        let length = frame.length
        numbers.begin(count: end - first)
        var bit: UInt64 = 1
        for place in first..<end {
            let signal = signals.span[place].word
            defer { bit &<<= 1 }
            guard signal.endByte <= length else {
                numbers.cutOff |= bit
                continue
            }
            let raw = signal.raw(in: word)
            if signal.isNotAvailable(raw) { continue }
            let value = signal.value(ofRaw: raw)
            guard signal.isPossible(value) else {
                numbers.outOfRange |= bit
                continue
            }
            numbers.values[place - first] = value
            numbers.given |= bit
            if value != 0 { numbers.nonzero |= bit }
        }
    }
}

extension BankMeaning {
    /// Whether its rows have a value in their unit; others are bits.
    fileprivate var isScaled: Bool {
        switch self {
        case .number, .said, .meanCell, .shown: true
        case .alarm, .alarmPair, .heardAlarm, .constant, .maker, .shownText, .reserved: false
        }
    }
}
