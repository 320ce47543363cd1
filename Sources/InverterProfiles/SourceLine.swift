public import BatteryModel
public import BusCodec

/// A battery that speaks an inverter protocol, heard as its inverter would hear it.
///
/// A value without clock or descriptor, fed like a line of packs. On CAN it takes the frames of the battery and sends
/// the inverter's sign of life; on a serial line it asks the inverter's questions.
public struct SourceLine: Sendable {
    /// What the line wants done.
    public enum Step: Sendable, Equatable {
        /// Send ``SourceLine/outgoing``, then call ``SourceLine/sent(at:)``.
        case ask
        /// Send this frame.
        case send(CANFrame)
        /// Nothing before this instant, unless something arrives.
        case wait(until: Instant)
    }

    /// How listening goes.
    public struct Counts: Sendable, Equatable {
        /// Frames or answers of the battery that were understood.
        public var understood: UInt64 = 0
        /// Frames or answers that are too short, or say a number that cannot be.
        public var malformed: UInt64 = 0
        /// Frames of others: of no battery that speaks the profile, or of another inverter.
        public var foreign: UInt64 = 0
        /// Own frames or questions that came back.
        public var echoed: UInt64 = 0
        /// Questions that were not answered in time.
        public var timeouts: UInt64 = 0
        /// Questions that were refused.
        public var refusals: UInt64 = 0

        /// Nothing heard.
        public init() {}
    }

    /// The protocol of the battery.
    public let profile: InverterProfile
    /// How it is spoken.
    public let options: ProfileOptions
    /// What the battery has told, each value with its instant.
    public private(set) var reading = PackReading()

    private var heard = BankReading()
    private var asker: SerialAsker?
    private var counted = Counts()
    private let keepAlive: CANFrame?
    private var nextKeepAlive: Instant
    private var keptAliveAt: Instant?

    /// Questions follow each other no slower than this: what was told is old after a few seconds.
    private static let longestSpacing = Interval.seconds(1)
    /// So long after it was sent an own frame may come back.
    private static let echoWithin = Interval.seconds(2)

    /// A line on which nothing was heard.
    public init(_ profile: InverterProfile, _ options: ProfileOptions = ProfileOptions(), at now: Instant) {
        self.profile = profile
        self.options = options
        asker = profile.serial.map {
            SerialAsker($0, options, longestSpacing: Self.longestSpacing, at: now)
        }
        keepAlive = profile.serial == nil ? profile.keepAliveFrame(options) : nil
        nextKeepAlive = keepAlive == nil ? Instant(nanoseconds: .max) : now
    }

    /// The question to send.
    public var outgoing: SerialBuffer { asker?.outgoing ?? SerialBuffer() }

    /// The time of a round of questions; `nil` on CAN, and while the battery has not answered twice.
    public var cycle: Interval? { asker?.cycle }

    /// Bytes that belong to no answer; none on CAN.
    public var noise: NoiseCounts { asker?.noise ?? NoiseCounts() }

    /// How listening goes.
    public var counts: Counts {
        var counts = counted
        if let asked = asker?.statistics {
            counts.foreign += asked.foreign
            counts.echoed += asked.echoes
            counts.timeouts = asked.timeouts
            counts.refusals = asked.refusals
        }
        return counts
    }

    /// Takes a frame from the bus; returns whether the battery has told something.
    ///
    /// Only frames that the battery side of the dialect sends are believed: others with its identifiers mean something
    /// else.
    public mutating func received(_ frame: CANFrame, at now: Instant) -> Bool {
        guard asker == nil else { return false }
        if frame == keepAlive, let sent = keptAliveAt, now - sent <= Self.echoWithin {
            counted.echoed += 1
            return false
        }
        guard frame.kind == .data,
            let index = profile.index(ofIdentifier: frame.identifier, isExtended: frame.isExtended),
            profile.frame(index).direction == .toInverter,
            profile.sends(profile.frame(index), inDialect: options.dialect)
        else {
            counted.foreign += 1
            return false
        }
        return note(
            profile.decode(
                frame, dialect: options.dialect, invertsCurrent: options.invertsCurrent, at: now,
                into: &heard))
    }

    /// Takes bytes from the serial line; returns whether the battery has told something.
    ///
    /// A value is as old as the question that it answers.
    public mutating func received(_ bytes: Span<UInt8>, at now: Instant) -> Bool {
        guard var moved = asker else { return false }
        let talk = moved.talk
        var isNews = false
        moved.received(bytes, at: now) { frame, question, askedAt in
            let found = profile.understand(
                frame, answering: question, talk, options: options, at: askedAt, into: &heard)
            if note(found) { isNews = true }
        }
        asker = moved
        return isNews
    }

    /// Tells what to do at `now`.
    public mutating func step(at now: Instant) -> Step {
        if asker?.asks(at: now) == true { return .ask }
        if let asker { return .wait(until: asker.nextDue ?? Instant(nanoseconds: .max)) }
        guard let keepAlive, now >= nextKeepAlive else { return .wait(until: nextKeepAlive) }
        let period = profile.sheet.keepAlive.period
        nextKeepAlive = max(nextKeepAlive + period, now + Interval(nanoseconds: period.nanoseconds / 2))
        keptAliveAt = now
        return .send(keepAlive)
    }

    /// Says that the last byte of the question has left at `wireEnd`; the waiting begins there.
    public mutating func sent(at wireEnd: Instant) { asker?.sent(at: wireEnd) }

    /// Forgets what has arrived and was not understood; for a line that was broken and is back.
    public mutating func reset() { asker?.reset() }

    private mutating func note(_ found: Heard) -> Bool {
        switch found {
        case .frame(let account):
            counted.understood += 1
            if account.outOfRange > 0 { counted.malformed += 1 }
            reading = PackReading(telling: heard)
            return true
        case .tooShort:
            counted.malformed += 1
            return false
        case .unknown, .wrongKind:
            counted.foreign += 1
            return false
        }
    }
}
