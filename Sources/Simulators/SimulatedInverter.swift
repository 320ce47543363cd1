public import BatteryModel
public import BusCodec
public import InverterProfiles

/// The inverter side of a profile: understands the battery, obeys its limits, and says that it is there.
///
/// A value without clock or descriptor. Hand it what arrives with `received`, move its time with
/// ``advance(to:batteryMillivolts:)``, and send what ``keepAlive(at:)`` gives on CAN and ``question(at:)`` on a serial
/// line.
public struct SimulatedInverter: Sendable {
    /// What was heard, in numbers.
    public struct Statistics: Sendable, Hashable {
        /// Frames of the profile.
        public var frames: UInt64 = 0
        /// Frames that say no signal at all, or one outside its range.
        public var malformed: UInt64 = 0
        /// Frames that are none of the profile's.
        public var foreign: UInt64 = 0
        /// Times the limits were too old to go on.
        public var stops: UInt64 = 0
        /// Signs of life sent.
        public var keepAlives: UInt64 = 0

        /// Nothing happened.
        public init() {}
    }

    /// How often one of the frames was heard.
    public struct FrameCount: Sendable, Hashable {
        /// How often.
        public var count: UInt64 = 0
        /// The time between the last two.
        public var period: Interval?
        /// When it was heard last.
        public var last: Instant?

        /// Not heard yet.
        public init() {}
    }

    /// The limits it has understood, all of the same age or younger.
    public struct Limits: Sendable, Hashable {
        /// CVL.
        public var chargeMillivolts: Int32
        /// CCL; 0 also while charging is not permitted.
        public var chargeMilliamps: Int32
        /// DCL; 0 also while discharging is not permitted.
        public var dischargeMilliamps: Int32
        /// When the oldest of them was heard.
        public var at: Instant
    }

    /// The protocol spoken.
    public let profile: InverterProfile
    /// How it is spoken.
    public let options: ProfileOptions
    /// What sun and loads want.
    public var demand: CurrentDemand
    /// Whether it keeps from showing that it is there.
    public var isSilent = false
    /// Everything it has understood, each number with its instant.
    public private(set) var understood = BankReading()
    /// The current that flows through it; charging is positive.
    public private(set) var milliamps: Int32 = 0
    /// What was heard and sent.
    public private(set) var statistics = Statistics()
    /// How often each frame was heard, as `InverterProfile.frame` counts them.
    public private(set) var frameCounts: [FrameCount]
    /// How it asks on a serial line; `nil` on CAN.
    public private(set) var asker: SerialAsker?
    /// How old limits may become before it stops.
    public let limitsLastFor: Interval

    private let startedAt: Instant
    private var now: Instant
    private var nextKeepAlive: Instant
    private var exactMilliamps = 0.0
    private var wasStopped = true

    /// What it charges to where the protocol has no voltage for it: its own setting, for 16 cells.
    public static let ownChargeMillivolts: Int32 = 55_200
    /// The time in which it covers two thirds of the way to another current.
    public static let lag = Interval.milliseconds(300)
    /// How it holds the charge voltage: milliamps it gives up for each millivolt above.
    private static let milliampsPerMillivolt = 50.0

    /// Makes an inverter that has heard nothing.
    public init(
        _ profile: InverterProfile, options: ProfileOptions = ProfileOptions(),
        demand: CurrentDemand = .constant(milliamps: 0), at now: Instant
    ) {
        self.profile = profile
        self.options = options
        self.demand = demand
        frameCounts = [FrameCount](repeating: FrameCount(), count: profile.frameCount)
        startedAt = now
        self.now = now
        nextKeepAlive = now
        asker = profile.serial.map { SerialAsker($0, options, at: now) }
        // On a line they come no faster than it asks: three rounds may pass.
        limitsLastFor = max(.seconds(5), asker.map { $0.round * 3 } ?? .zero)
    }

    /// Takes a frame from the bus.
    public mutating func received(_ frame: CANFrame, at now: Instant) {
        guard asker == nil else { return }
        note(
            profile.decode(
                frame, dialect: options.dialect, invertsCurrent: options.invertsCurrent, at: now,
                into: &understood), at: now)
    }

    /// Takes bytes from the serial line.
    public mutating func received(_ bytes: Span<UInt8>, at now: Instant) {
        guard var asker else { return }
        let talk = asker.talk
        asker.received(bytes, at: now) { frame, question, _ in
            note(
                profile.understand(
                    frame, answering: question, talk, options: options, at: now, into: &understood), at: now)
        }
        self.asker = asker
    }

    /// The limits it goes by; `nil` while one of them is missing or older than ``limitsLastFor``.
    public func limits(at now: Instant) -> Limits? {
        guard let charge = understood[.chargeCurrentLimit],
            let discharge = understood[.dischargeCurrentLimit],
            let voltage = understood[.chargeVoltageLimit] ?? ownChargeVoltage(at: charge.at)
        else { return nil }
        let oldest = min(voltage.at, charge.at, discharge.at)
        guard now - oldest <= limitsLastFor else { return nil }
        return Limits(
            chargeMillivolts: voltage.value, chargeMilliamps: isForbidden(.chargeEnabled) ? 0 : charge.value,
            dischargeMilliamps: isForbidden(.dischargeEnabled) ? 0 : discharge.value, at: oldest)
    }

    /// What sun and loads want at `now`.
    public func wantedMilliamps(at now: Instant) -> Int32 { demand.milliamps(after: now - startedAt) }

    /// Moves its time on and follows what is wanted as far as the limits allow.
    ///
    /// Without limits it stops at once.
    ///
    /// - Parameters:
    ///   - now: The new time; an earlier one counts as no time at all.
    ///   - batteryMillivolts: What it measures at its terminals; `nil` where there is no battery but the bus.
    public mutating func advance(to now: Instant, batteryMillivolts: Int32?) {
        let seconds = Double(max(now - self.now, .zero).nanoseconds) / 1_000_000_000
        self.now = max(now, self.now)
        guard let limits = limits(at: now) else {
            if !wasStopped { statistics.stops += 1 }
            wasStopped = true
            exactMilliamps = 0
            milliamps = 0
            return
        }
        wasStopped = false
        let battery = batteryMillivolts ?? understood[.voltage]?.value
        let target = allowed(wantedMilliamps(at: now), limits, battery)
        let lag = Double(Self.lag.nanoseconds) / 1_000_000_000
        exactMilliamps += (target - exactMilliamps) * seconds / (seconds + lag)
        milliamps = Int32(exactMilliamps.rounded())
    }

    /// When the next sign of life or question is due.
    public var nextDue: Instant? {
        guard !isSilent else { return nil }
        return if let asker { asker.nextDue } else { nextKeepAlive }
    }

    /// The question to send on a serial line now; `nil` if none is due.
    public mutating func question(at now: Instant) -> [UInt8]? {
        guard !isSilent, asker?.asks(at: now) == true, let question = asker?.outgoing else { return nil }
        return question.bytes.indices.map { question.bytes[$0] }
    }

    /// The sign of life to send on CAN now; `nil` if none is due.
    public mutating func keepAlive(at now: Instant) -> CANFrame? {
        guard !isSilent, asker == nil, now >= nextKeepAlive else { return nil }
        let period = profile.sheet.keepAlive.period
        nextKeepAlive = max(nextKeepAlive + period, now + Interval(nanoseconds: period.nanoseconds / 2))
        guard let frame = profile.keepAliveFrame(options) else { return nil }
        statistics.keepAlives += 1
        return frame
    }
}

extension SimulatedInverter {
    private mutating func note(_ heard: Heard, at now: Instant) {
        switch heard {
        case .frame(let account):
            count(account.index, at: now)
            if account.outOfRange > 0 { statistics.malformed += 1 }
        case .tooShort(let index):
            count(index, at: now)
            statistics.malformed += 1
        case .unknown, .wrongKind: statistics.foreign += 1
        }
    }

    private mutating func count(_ index: Int, at now: Instant) {
        statistics.frames += 1
        frameCounts[index].count += 1
        frameCounts[index].period = frameCounts[index].last.map { now - $0 }
        frameCounts[index].last = now
    }

    /// What it charges to where the protocol has no voltage for it; `nil` where it has.
    private func ownChargeVoltage(at now: Instant) -> Reading<Int32>? {
        guard profile.highest(.chargeVoltageLimit, options: options) == nil else { return nil }
        return Reading(Self.ownChargeMillivolts, at: now)
    }

    private func isForbidden(_ permission: BankField) -> Bool { understood[permission]?.value == 0 }

    private func allowed(_ wanted: Int32, _ limits: Limits, _ batteryMillivolts: Int32?) -> Double {
        guard wanted > 0 else { return Double(max(wanted, -limits.dischargeMilliamps)) }
        let charge = Double(min(wanted, limits.chargeMilliamps))
        guard let batteryMillivolts else { return charge }
        let room = Double(limits.chargeMillivolts - batteryMillivolts) * Self.milliampsPerMillivolt
        return max(min(charge, exactMilliamps + room), 0)
    }
}
