import BatteryModel
import BusCodec

/// A CAN profile in one dialect, worked out beforehand for reading many frames.
///
/// It gives what ``InverterProfile/decode(_:dialect:invertsCurrent:at:into:)`` gives, and hands over as numbers what
/// ``InverterProfile/visitSignals(of:dialect:known:_:)`` shows. The rows are looked at once, when it is made; what is
/// rare, such as a value out of range or a float, is left to the profile.
///
/// A frame that says what the last of its kind has said is not worked out again: most frames of a battery are such.
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

    let keepAlive: KeepAlive
    /// Whether the profile has more frames than are worked out.
    let hasMoreFrames: Bool
    var signals: InlineArray<320, Signal> = InlineArray(repeating: Signal())
    var frames: InlineArray<32, Frame> = InlineArray(repeating: Frame())
    private var containers: InlineArray<32, UInt32> = InlineArray(repeating: 0)
    private var signalCount = 0, frameCount = 0

    /// What each frame carried when it was read last, and each signal.
    var numbers: InlineArray<32, FrameNumbers> = InlineArray(repeating: FrameNumbers())
    var values: InlineArray<320, Int64> = InlineArray(repeating: 0)
    /// The name that was read last, and the signal that told it; none after its frame has said something else.
    var maker: (signal: Int, text: ASCIIText?) = (-1, nil)
    /// The frame that came last, and which came behind each the time before: sets are sent in order.
    private var lastIndex = 0
    private var followers: InlineArray<32, UInt8> = InlineArray(repeating: 0)

    /// One row of a frame.
    struct Signal: Sendable {
        var word = WordSignal()
        var meaning = BankMeaning.reserved
        /// The number that it tells, if it tells one.
        var field = BankField.soc

        init() {}

        init?(_ row: BankRow) {
            guard let word = WordSignal(row, isScaled: row.meaning.isScaled) else { return nil }
            self.word = word
            meaning = row.meaning
            if case .number(let field) = meaning { self.field = field }
        }
    }

    /// One frame.
    struct Frame: Sendable {
        /// Its rows, as places in ``signals``.
        var first: UInt16 = 0, end: UInt16 = 0
        /// Whether the profile has to read it.
        var isLeft = false
        /// The signals that tell a number of the bank, a name, whether an alarm stands, and those that tell that only
        /// when they are not 0: bit n for signal n.
        var fields: UInt64 = 0, names: UInt64 = 0, told: UInt64 = 0, raising: UInt64 = 0
        /// The alarms about which it says whether they stand.
        var covered = AlarmSet()

        mutating func add(_ meaning: BankMeaning, _ bit: UInt64) {
            switch meaning {
            case .number: fields |= bit
            case .maker: names |= bit
            case .alarmPair: told |= bit
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
    @inline(__always)
    mutating func index(of frame: CANFrame, isKeepAlive: Bool) -> Int? {
        let isExtended = isKeepAlive ? keepAlive.isExtended : frame.isExtended
        let container = isExtended ? frame.identifier | FrameRow.extendedFlag : frame.identifier
        let next = Int(followers.span[lastIndex])
        guard containers.span[next] == container, next < frameCount else { return search(for: container) }
        lastIndex = next
        return next
    }

    @inline(never)
    private mutating func search(for container: UInt32) -> Int? {
        for index in 0..<frameCount where containers.span[index] == container {
            followers[lastIndex] = UInt8(index)
            lastIndex = index
            return index
        }
        return nil
    }

    /// Reads every signal of a frame; does nothing if that was done.
    @inline(__always)
    mutating func read(_ frame: CANFrame, _ index: Int, _ known: HeardBefore) {
        if frame.word != numbers.span[index].word || frame.length != numbers.span[index].length
            || known.temperature != numbers.span[index].known.temperature
        {
            readAnew(frame, index, known)
        }
    }

    @inline(never)
    private mutating func readAnew(_ frame: CANFrame, _ index: Int, _ known: HeardBefore) {
        var mended = frame
        profile.mend(&mended, known)
        var new = FrameNumbers(frame, known)
        let (first, end) = (frames.span[index].first, frames.span[index].end)
        if maker.signal >= Int(first), maker.signal < Int(end) { maker.signal = -1 }
        read(mended, first, end, &new)
        numbers[index] = new
    }

    private mutating func read(
        _ frame: CANFrame, _ first: UInt16, _ end: UInt16, _ numbers: inout FrameNumbers
    ) {
        let (word, length) = (frame.word, frame.length)
        numbers.count = Int(end - first)
        var bit: UInt64 = 1
        for place in Int(first)..<Int(end) {
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
            values[place] = value
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
