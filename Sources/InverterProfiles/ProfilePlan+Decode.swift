public import BatteryModel
public import BusCodec

/// What the signals of a frame carry, as numbers, in the order in which the profile hands over its rows.
public struct FrameNumbers: Sendable {
    /// Number of signals.
    public internal(set) var count = 0
    /// Those that say something: bit n for signal n.
    public internal(set) var given: UInt64 = 0
    /// Those behind the end of the frame.
    public internal(set) var cutOff: UInt64 = 0
    /// Those outside what they can mean.
    public internal(set) var outOfRange: UInt64 = 0

    /// Those that are not 0.
    var nonzero: UInt64 = 0
    var values: InlineArray<64, Int64> = InlineArray(repeating: 0)

    /// Nothing read.
    public init() {}

    /// What signal `index` carries: a number in the unit of its row, or its bits; `nil` if it says nothing.
    ///
    /// Of a text, and of two bits for an alarm, they are the bits, whatever they say; of a text the first byte least
    /// significant.
    public subscript(index: Int) -> Int64? {
        given >> UInt64(index) & 1 != 0 ? values.span[index] : nil
    }

    mutating func begin(count: Int) {
        self.count = count
        (given, cutOff, outOfRange, nonzero) = (0, 0, 0, 0)
    }
}

extension ProfilePlan {
    /// Reads every signal of a frame as a number, into ``numbers``.
    ///
    /// - Parameters:
    ///   - frame: The frame, of either direction.
    ///   - known: What was heard before.
    /// - Returns: The frame as ``InverterProfile/frame`` counts them; `nil` if it is none of the profile's, carries
    ///   nothing, or has to be read by the profile.
    public mutating func readNumbers(of frame: CANFrame, known: borrowing BankReading) -> Int? {
        guard frame.kind == .data else { return nil }
        guard let index = index(of: frame, isKeepAlive: keepAlive.isSaid(by: frame)) else { return nil }
        let row = self.frame(index)
        guard !row.isLeft else { return nil }
        var frame = frame
        profile.mend(&frame, known)
        read(frame, row)
        return index
    }

    /// Reads a frame, of either direction, into `reading`, as
    /// ``InverterProfile/decode(_:dialect:invertsCurrent:at:into:)`` does.
    ///
    /// - Parameters:
    ///   - frame: The frame.
    ///   - invertsCurrent: Whether the sender counts discharging as positive.
    ///   - now: When the frame was heard.
    ///   - reading: Is told what the frame says.
    /// - Returns: What it was.
    public mutating func decode(
        _ frame: CANFrame, invertsCurrent: Bool = false, at now: Instant, into reading: inout BankReading
    ) -> Heard {
        guard frame.kind == .data else { return .wrongKind }
        let isAlive = keepAlive.isSaid(by: frame)
        guard let index = index(of: frame, isKeepAlive: isAlive) else {
            return hasMoreFrames ? slowly(frame, invertsCurrent, now, &reading) : .unknown
        }
        let row = self.frame(index)
        guard !row.isLeft else { return slowly(frame, invertsCurrent, now, &reading) }
        var mended = frame
        profile.mend(&mended, reading)
        read(mended, row)
        guard numbers.outOfRange == 0 else { return slowly(frame, invertsCurrent, now, &reading) }
        if isAlive { reading[.inverterAlive] = Reading(1, at: now) }
        take(row, invertsCurrent, at: now, into: &reading)
        var heard = HeardFrame(index: index)
        heard.cutOff = numbers.cutOff.nonzeroBitCount
        return heard.cutOff > 0 && heard.cutOff == numbers.count ? .tooShort(frame: index) : .frame(heard)
    }

    private mutating func slowly(
        _ frame: CANFrame, _ invertsCurrent: Bool, _ now: Instant, _ reading: inout BankReading
    ) -> Heard {
        profile.decode(frame, dialect: dialect, invertsCurrent: invertsCurrent, at: now, into: &reading)
    }

    /// Takes ``numbers`` for what they mean.
    private mutating func take(
        _ row: Frame, _ invertsCurrent: Bool, at now: Instant, into reading: inout BankReading
    ) {
        let (cutOff, given) = (numbers.cutOff, numbers.given)
        // A whole frame says at once about which alarms it speaks; those that stand are few.
        let isWhole = cutOff == 0
        var intake = Intake(
            heard: HeardFrame(index: 0), now: now, invertsCurrent: invertsCurrent, dialects: .max)
        if isWhole { intake.cover(row.covered) }
        let raising = isWhole ? row.raising & numbers.nonzero : row.raising & ~cutOff
        var rest = row.told & ~cutOff | raising
        while rest != 0 {
            let place = rest.trailingZeroBitCount
            rest &= rest &- 1
            let number = given >> UInt64(place) & 1 != 0 ? numbers.values.span[place] : nil
            intake.take(meaning(row, place), number, into: &reading)
        }
        intake.takeAlarms(into: &reading)
    }
}
