public import BatteryModel

/// Spreads the frames of a set evenly over the period, on a grid that does not drift.
///
/// Slot *k* of set *s* is due at `start + s × period + k × period ÷ n`. The order is that of the profile's frames.
/// The caller sleeps until ``nextDue`` and then takes frames with ``next(at:)`` until there is none.
///
/// No frame follows itself within ``ProfileSheet/spacing``, however it came to be sent: it waits for its time.
public struct FrameSchedule: Sendable {
    /// The most frames in a set.
    public static let maximum = 32

    /// How often the whole set is sent.
    public let period: Interval
    /// The shortest time from a frame to the next with the same identifier.
    public let spacing: Interval
    /// Number of frames in the set.
    public private(set) var count = 0
    /// Number of frames that were not sent because the wake-up came too late.
    public private(set) var skipped: UInt64 = 0

    private var frames: InlineArray<32, UInt8> = InlineArray(repeating: 0)
    /// In every which set the frame is sent.
    private var every: InlineArray<32, UInt8> = InlineArray(repeating: 1)
    private var start: Instant
    /// Slots since ``start``.
    private var slot: Int64 = 0
    /// Frames to be sent as soon as they may: bit *n* for slot *n* of the set.
    private var urgent: UInt32 = 0
    /// When the frame of a slot may be sent again.
    private var freeAt: InlineArray<32, Instant> = InlineArray(repeating: Instant(nanoseconds: .min))

    /// Makes a schedule of the frames that a profile sends to the inverter in a dialect.
    ///
    /// - Parameters:
    ///   - profile: The protocol.
    ///   - dialect: Its dialect.
    ///   - period: How often the set is sent; that of the profile if left out.
    ///   - start: When the first frame is due.
    /// - Precondition: `period` is longer than nothing.
    public init(_ profile: InverterProfile, dialect: UInt8, period: Interval? = nil, start: Instant) {
        self.period = period ?? profile.sheet.period
        spacing = profile.sheet.spacing
        precondition(self.period > .zero)
        self.start = start
        for index in 0..<profile.frameCount where count < Self.maximum {
            let row = profile.frame(index)
            guard row.direction == .toInverter, profile.sends(row, inDialect: dialect) else { continue }
            frames[count] = UInt8(index)
            every[count] = max(row.every, 1)
            count += 1
        }
    }

    /// When the next frame is due; the beginning of time while an urgent one waits that may be sent at once, `nil` for
    /// an empty set.
    public var nextDue: Instant? {
        guard count > 0 else { return nil }
        var next = due(slot)
        for place in 0..<count where isUrgent(place) { next = min(next, freeAt[place]) }
        return next
    }

    /// The frame to send at `now`, as ``InverterProfile/frame`` counts them; `nil` if none is due.
    ///
    /// After a late wake-up at most one set comes at once; what lies further back is skipped and counted.
    public mutating func next(at now: Instant) -> Int? {
        guard count > 0 else { return nil }
        if urgent != 0 {
            for place in 0..<count where isUrgent(place) && freeAt[place] <= now {
                return send(place, at: now)
            }
        }
        skipLate(at: now)
        while due(slot) <= now {
            let place = Int(slot % Int64(count))
            slot += 1
            skipUnsent()
            if freeAt[place] <= now { return send(place, at: now) }
            urgent |= 1 << UInt32(place)
        }
        return nil
    }

    private func isUrgent(_ place: Int) -> Bool { urgent >> UInt32(place) & 1 != 0 }

    private mutating func send(_ place: Int, at now: Instant) -> Int {
        urgent &= ~(1 << UInt32(place))
        if spacing > .zero { freeAt[place] = now + spacing }
        return Int(frames[place])
    }

    /// Passes over the frames that the running set leaves out.
    private mutating func skipUnsent() {
        // No frame is rarer than every 255th set.
        for _ in 0..<255 * count {
            let sets = slot / Int64(count)
            guard sets % Int64(every[Int(slot % Int64(count))]) != 0 else { return }
            slot += 1
        }
    }

    /// Sends a frame at once, or as soon as it may be repeated, without disturbing the grid; one that is not in the set
    /// is left out.
    ///
    /// - Returns: Whether it is in the set and did not wait already.
    @discardableResult
    public mutating func urge(frame index: Int) -> Bool {
        let before = urgent
        for place in 0..<count where frames[place] == index { urgent |= 1 << UInt32(place) }
        return urgent != before
    }

    /// Sends the whole set at once, or as soon as it may be repeated, without disturbing the grid.
    public mutating func urgeAll() {
        for place in 0..<count { urgent |= 1 << UInt32(place) }
    }

    /// Begins a new grid, for example after a time in which nothing was to be sent.
    public mutating func restart(at start: Instant) {
        self.start = start
        slot = 0
        urgent = 0
    }

    private func due(_ slot: Int64) -> Instant {
        let sets = slot / Int64(count)
        let place = slot % Int64(count)
        return start + period * sets + Interval(nanoseconds: period.nanoseconds * place / Int64(count))
    }

    private mutating func skipLate(at now: Instant) {
        guard now >= start else { return }
        let passed = (now - start).nanoseconds
        let within = passed % period.nanoseconds
        // The slots 0…place of the running set are due: place is the last whose share of the period has passed.
        let place = min(
            Int64(count) - 1, (within * Int64(count) + Int64(count) - 1) / period.nanoseconds)
        let last = passed / period.nanoseconds * Int64(count) + place
        let late = last + 1 - slot - Int64(count)
        guard late > 0 else { return }
        skipped += UInt64(late)
        slot += late
        skipUnsent()
    }
}
