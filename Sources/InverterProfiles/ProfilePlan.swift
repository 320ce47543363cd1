import BusCodec

/// A CAN profile in one dialect, worked out beforehand for reading many frames.
///
/// It gives what ``InverterProfile/decode(_:dialect:invertsCurrent:at:into:)`` gives, and hands over as numbers what
/// ``InverterProfile/visitSignals(of:dialect:known:_:)`` shows. The rows are looked at once, when it is made; what is
/// rare, such as a value out of range or a float, is left to the profile.
///
/// It is some twenty kilobytes large and lies where it is put: keep it, do not copy it.
public struct ProfilePlan: Sendable {
    /// The most signals of a profile, and of a frame, that are worked out.
    public static let maximumSignals = 320, maximumSignalsOfFrame = 64

    /// The profile.
    public let profile: InverterProfile
    /// The dialect; `nil` reads the rows of all of them.
    public let dialect: UInt8?

    private var signals: InlineArray<320, Signal> = InlineArray(repeating: Signal())
    private var frames: InlineArray<32, Frame> = InlineArray(repeating: Frame())
    private var containers: InlineArray<32, UInt32> = InlineArray(repeating: 0)
    private var signalCount = 0

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
    }

    /// Works out a profile.
    ///
    /// - Parameters:
    ///   - profile: One on CAN.
    ///   - dialect: The dialect spoken; `nil` reads the rows of all of them.
    public init(_ profile: InverterProfile, dialect: UInt8? = nil) {
        self.profile = profile
        self.dialect = dialect
        for index in 0..<min(profile.frameCount, 32) { add(profile.frame(index), at: index) }
    }

    private mutating func add(_ row: FrameRow, at index: Int) {
        let dialects: UInt8 = dialect.map { 1 << $0 } ?? .max
        let first = signalCount
        var isLeft = false
        profile.visitRows(row.container) { row in
            guard row.dialects & dialects != 0 else { return }
            guard let signal = Signal(row), signalCount < Self.maximumSignals,
                signalCount - first < Self.maximumSignalsOfFrame
            else {
                isLeft = true
                return
            }
            signals[signalCount] = signal
            signalCount += 1
        }
        containers[index] = row.container
        frames[index] = Frame(first: UInt16(first), end: UInt16(signalCount), isLeft: isLeft)
    }

    /// The frame with this identifier, as ``InverterProfile/frame`` counts them; `nil` if there is none.
    func index(of frame: CANFrame, isKeepAlive: Bool) -> Int? {
        let isExtended = isKeepAlive ? profile.sheet.keepAlive.isExtended : frame.isExtended
        let container = isExtended ? frame.identifier | FrameRow.extendedFlag : frame.identifier
        for index in 0..<min(profile.frameCount, 32) where containers.span[index] == container {
            return index
        }
        return nil
    }

    /// Whether the profile has to read a frame, see ``index(of:isKeepAlive:)``.
    func isLeft(_ index: Int) -> Bool { profile.frameCount > 32 || frames.span[index].isLeft }

    /// Reads every signal of a frame that is mended already.
    func read(_ frame: CANFrame, _ index: Int, into numbers: inout FrameNumbers) {
        let (first, end) = (Int(frames.span[index].first), Int(frames.span[index].end))
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
        }
    }

    /// What each signal of a frame means, in the order of ``FrameNumbers``.
    func visitMeanings(_ index: Int, _ visit: (Int, BankMeaning) -> Void) {
        let (first, end) = (Int(frames.span[index].first), Int(frames.span[index].end))
        for place in first..<end { visit(place - first, signals.span[place].meaning) }
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
