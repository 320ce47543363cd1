public import BatteryModel

/// One number over time.
public struct ValueTrack: Sendable {
    /// What it was at first, last, lowest and highest.
    public private(set) var first: Int32, last: Int32, lowest: Int32, highest: Int32
    /// How often it changed, and when last.
    public private(set) var changes: UInt64 = 0, changedAt: Instant
    /// The largest change from one time to the next, and where it stands.
    public private(set) var largestStep: Int32 = 0, largestStepPlace: Int

    init(_ value: Int32, at now: Instant, place: Int) {
        (first, last, lowest, highest) = (value, value, value, value)
        (changedAt, largestStepPlace) = (now, place)
    }

    mutating func note(_ value: Int32, at now: Instant, place: Int) {
        guard value != last else { return }
        let step = value.subtractingReportingOverflow(last)
        let size = step.overflow ? Int32.max : Int32(clamping: step.partialValue.magnitude)
        if size > largestStep { (largestStep, largestStepPlace) = (size, place) }
        changes += 1
        changedAt = now
        last = value
        lowest = min(lowest, value)
        highest = max(highest, value)
    }
}

/// Something that holds at times.
public struct Condition: Sendable {
    /// How long it held at the longest, and where that began.
    public private(set) var longest = Interval.zero, place = 0
    /// How often it began.
    public private(set) var times: UInt64 = 0
    private var since: (at: Instant, place: Int)?

    /// Whether it holds now.
    public var holds: Bool { since != nil }

    mutating func note(_ holds: Bool, at now: Instant, place: Int) {
        guard holds else {
            since = nil
            return
        }
        if since == nil {
            since = (now, place)
            times += 1
        }
        if let since, now - since.at > longest { (longest, self.place) = (now - since.at, since.place) }
    }
}

/// Whether the current has the sign that voltage and state of charge confirm.
///
/// Charging raises both. A step of the current by 10 A or more moves the voltage of every battery the same way; and what
/// was counted into the battery and its state of charge rise and fall together.
public struct CurrentSign: Sendable {
    /// Steps of the current after which the voltage moved the same way, and the other way.
    public private(set) var agreeing: UInt64 = 0, opposing: UInt64 = 0
    /// What has flowed since the first state of charge, in milliampere-seconds, charging positive.
    public private(set) var flowed: Int64 = 0
    /// The state of charge at first and last, in thousandths.
    public private(set) var firstSOC: Int32?, lastSOC: Int32?

    private var before: (current: Int32, voltage: Int32, at: Instant)?
    /// Whether the state of charge has jumped, so that it was set and not counted.
    private var hasJumped = false

    init() {}

    mutating func note(current: Int32, voltage: Int32, soc: Int32?, at now: Instant) {
        if let before {
            noteStep(current &- before.current, voltage &- before.voltage)
            let passed = now - before.at
            if firstSOC != nil, passed <= .seconds(10) {
                flowed &+= Int64(before.current) &* (passed.nanoseconds / 1_000_000) / 1_000
            }
        }
        before = (current, voltage, now)
        guard let soc else { return }
        if let lastSOC, (soc - lastSOC).magnitude > 30 { hasJumped = true }
        if firstSOC == nil { firstSOC = soc }
        lastSOC = soc
    }

    private mutating func noteStep(_ current: Int32, _ voltage: Int32) {
        guard current.magnitude >= 10_000, voltage.magnitude >= 50, voltage.magnitude <= 10_000 else {
            return
        }
        if (current > 0) == (voltage > 0) { agreeing += 1 } else { opposing += 1 }
    }

    /// Whether the voltage says that the sign is the wrong way round.
    public var isOpposedByVoltage: Bool { opposing >= 6 && opposing >= agreeing * 6 }

    /// Whether the state of charge says so: it moved by two points or more against at least 0.3 Ah.
    public var isOpposedBySOC: Bool {
        guard !hasJumped, let firstSOC, let lastSOC, flowed.magnitude >= 1_080_000 else { return false }
        let moved = lastSOC - firstSOC
        return moved.magnitude >= 20 && (moved > 0) != (flowed > 0)
    }
}
