public import BatteryModel
public import BusCodec

/// Which signals of a frame say something, in the order in which the profile hands over its rows.
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
    /// What they were read from: bytes, how many they are, and what was heard before; of no frame there are so many
    /// before any was read.
    var word: UInt64 = 0, length: UInt8 = .max, known = HeardBefore()

    init() {}

    init(_ frame: CANFrame, _ known: HeardBefore) {
        (word, length, self.known) = (frame.word, frame.length, known)
    }
}

extension ProfilePlan {
    /// Reads every signal of a frame as a number, see ``number(_:ofFrame:)``.
    ///
    /// - Parameters:
    ///   - frame: The frame, of either direction.
    ///   - known: What was heard before.
    /// - Returns: The frame as ``InverterProfile/frame`` counts them, and what it carries; `nil` if it is none of the
    ///   profile's, carries nothing, or has to be read by the profile.
    public mutating func numbers(
        of frame: CANFrame, known: HeardBefore
    ) -> (frame: Int, numbers: FrameNumbers)? {
        guard frame.kind == .data else { return nil }
        guard let index = index(of: frame, isKeepAlive: keepAlive.isSaid(by: frame)) else { return nil }
        guard !frames.span[index].isLeft else { return nil }
        read(frame, index, known)
        return (index, numbers.span[index])
    }

    /// What a signal of a frame carried when that was read last: a number in the unit of its row, or its bits; `nil` if
    /// it said nothing.
    ///
    /// Of a text, and of two bits for an alarm, they are the bits, whatever they say; of a text the first byte least
    /// significant.
    public mutating func number(_ signal: Int, ofFrame index: Int) -> Int64? {
        numbers.span[index].given >> UInt64(signal) & 1 != 0
            ? values.span[Int(frames.span[index].first) + signal] : nil
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
        guard !frames.span[index].isLeft else { return slowly(frame, invertsCurrent, now, &reading) }
        read(frame, index, HeardBefore(temperature: reading[.temperature]?.value))
        guard numbers.span[index].outOfRange == 0 else {
            return slowly(frame, invertsCurrent, now, &reading)
        }
        if isAlive { reading[.inverterAlive] = Reading(1, at: now) }
        let cutOff = numbers.span[index].cutOff
        takeFields(index, cutOff, invertsCurrent, at: now, into: &reading)
        let names = frames.span[index].names & ~cutOff
        if names != 0 { takeName(index, names.trailingZeroBitCount, at: now, into: &reading) }
        if frames.span[index].told | frames.span[index].raising != 0 {
            takeAlarms(index, cutOff, at: now, into: &reading)
        }
        guard cutOff != 0 else { return .frame(HeardFrame(index: index)) }
        var heard = HeardFrame(index: index)
        heard.cutOff = cutOff.nonzeroBitCount
        return heard.cutOff == numbers.span[index].count ? .tooShort(frame: index) : .frame(heard)
    }

    private mutating func slowly(
        _ frame: CANFrame, _ invertsCurrent: Bool, _ now: Instant, _ reading: inout BankReading
    ) -> Heard {
        profile.decode(frame, dialect: dialect, invertsCurrent: invertsCurrent, at: now, into: &reading)
    }

    /// Takes the numbers of the bank that a frame tells.
    private mutating func takeFields(
        _ index: Int, _ cutOff: UInt64, _ invertsCurrent: Bool, at now: Instant,
        into reading: inout BankReading
    ) {
        let (first, given) = (Int(frames.span[index].first), numbers.span[index].given)
        var rest = frames.span[index].fields & ~cutOff
        while rest != 0 {
            let place = rest.trailingZeroBitCount
            rest &= rest &- 1
            let field = signals.span[first + place].field
            guard given >> UInt64(place) & 1 != 0 else {
                reading[field] = nil
                continue
            }
            let value = Int32(truncatingIfNeeded: values.span[first + place])
            reading[field] = Reading(field == .current && invertsCurrent ? 0 &- value : value, at: now)
        }
    }

    /// Takes the name that a frame tells.
    private mutating func takeName(
        _ index: Int, _ signal: Int, at now: Instant, into reading: inout BankReading
    ) {
        let place = Int(frames.span[index].first) + signal
        if maker.signal != place { maker = (place, number(signal, ofFrame: index).flatMap(Intake.text)) }
        reading.maker = maker.text.map { Reading($0, at: now) }
    }

    /// Takes the alarms that a frame tells.
    private mutating func takeAlarms(
        _ index: Int, _ cutOff: UInt64, at now: Instant, into reading: inout BankReading
    ) {
        let (first, given) = (Int(frames.span[index].first), numbers.span[index].given)
        var intake = Intake(
            heard: HeardFrame(index: 0), now: now, invertsCurrent: false, dialects: .max)
        // A whole frame says at once about which alarms it speaks; those that stand are few.
        var rest = frames.span[index].raising & ~cutOff
        if cutOff == 0 {
            intake.cover(frames.span[index].covered)
            rest &= numbers.span[index].nonzero
        }
        rest |= frames.span[index].told & ~cutOff
        while rest != 0 {
            let place = rest.trailingZeroBitCount
            rest &= rest &- 1
            let value = given >> UInt64(place) & 1 != 0 ? values.span[first + place] : nil
            intake.take(signals.span[first + place].meaning, value, into: &reading)
        }
        intake.takeAlarms(into: &reading)
    }
}
