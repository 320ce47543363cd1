import BatteryModel

/// What the supervision of the inverter looks at.
struct SupervisionInput {
    /// The current of the bank in milliamps; `nil` if unknown.
    var milliamps: Int32?
    /// The mean voltage of the packs, in millivolts; `nil` if unknown.
    var bankMillivolts: Int32?
    /// What the inverter was told last.
    var chargeMilliamps: Int32
    var dischargeMilliamps: Int32
    /// CVL before it was pulled down for single cells, in millivolts.
    var chargeVoltage: Int32
    var isTransmitting: Bool
    var otherTalkerAt: Instant?
    var elapsed: Interval
}

/// Watches whether the inverter keeps to what it is told, and whether it hears anybody else.
struct InverterSupervision: Sendable {
    /// What the bank does because of the inverter.
    private(set) var alarms = AlarmSet()
    /// CVL is not above this while the inverter ignores CCL, in millivolts.
    private(set) var voltageCap: Int32?
    /// Whether nothing is sent until somebody acknowledges.
    private(set) var hasStopped = false
    /// Whether somebody else speaks to the inverter as a battery.
    private(set) var isContradicted = false

    private var charge = FollowedLimit()
    private var discharge = FollowedLimit()
    private var chargeFor = Interval.zero
    private var dischargeFor = Interval.zero
    private var voltageFor = Interval.zero
    private var obeyedFor = Interval.zero
    /// How long it has obeyed since CVL was given back; `nil` if CVL was never lowered.
    private var goodFor: Interval?
    /// How often CVL was given back and the limits were soon ignored again.
    private var relapses: Int64 = 0

    mutating func step(_ input: SupervisionInput, at now: Instant, _ settings: SupervisionSettings) {
        alarms = AlarmSet()
        isContradicted = input.otherTalkerAt.map { now - $0 <= Self.otherCountsFor } ?? false
        if isContradicted { alarms.raise(.secondBattery, .protection) }
        let current = input.isTransmitting ? input.milliamps : nil
        charge.follow(input.chargeMilliamps, elapsed: input.elapsed)
        discharge.follow(input.dischargeMilliamps, elapsed: input.elapsed)
        let isOverCharged = current.map { Self.exceeds($0, charge.milliamps, settings) }
        let isOverDischarged = current.map { Self.exceeds(-$0, discharge.milliamps, settings) }
        Self.count(isOverCharged, &chargeFor, input.elapsed)
        Self.count(isOverDischarged, &dischargeFor, input.elapsed)
        let isAbove = input.bankMillivolts.map {
            Int64($0) > Int64(input.chargeVoltage) + Int64(settings.overVoltageMillivolts)
        }
        Self.count(input.isTransmitting ? isAbove : nil, &voltageFor, input.elapsed)
        if voltageFor >= settings.alarmAfter { alarms.raise(.voltageIgnored, .protection) }
        let longest = max(chargeFor, dischargeFor)
        act(input, settings)
        // Whoever obeys only because CVL was lowered has not learned anything yet.
        if longest >= settings.alarmAfter || hasStopped || voltageCap != nil {
            alarms.raise(.limitsIgnored, .protection)
        }
    }

    private mutating func act(_ input: SupervisionInput, _ settings: SupervisionSettings) {
        if settings.action != .alarm, chargeFor >= settings.actAfter, voltageCap == nil {
            voltageCap = input.bankMillivolts.map { min($0, input.chargeVoltage) }
            let isRelapse = goodFor.map { $0 < Self.goodConduct } ?? false
            relapses = isRelapse ? min(relapses + 1, Self.longestDoublings) : 0
            goodFor = .zero
        }
        let stopsAfter = settings.actAfter * 2
        let isHopeless = chargeFor >= stopsAfter || dischargeFor >= settings.actAfter
        if settings.action == .stop, isHopeless { hasStopped = true }
        guard voltageCap != nil else {
            if chargeFor == .zero { goodFor = goodFor.map { $0 + input.elapsed } }
            return
        }
        obeyedFor = chargeFor == .zero ? obeyedFor + input.elapsed : .zero
        if obeyedFor >= settings.actAfter * (1 << relapses) {
            voltageCap = nil
            obeyedFor = .zero
        }
    }

    /// The operator has seen it.
    mutating func acknowledge() {
        hasStopped = false
        voltageCap = nil
        (chargeFor, dischargeFor, obeyedFor) = (.zero, .zero, .zero)
        (goodFor, relapses) = (nil, 0)
    }

    private static func exceeds(_ milliamps: Int32, _ limit: Int32, _ settings: SupervisionSettings) -> Bool {
        let part = Int64(limit) * Int64(settings.tolerancePermille) / 1_000
        return Int64(milliamps) > Int64(limit) + max(part, Int64(settings.toleranceMilliamps))
    }

    /// Time goes on while it is so, begins anew when it is not, and stands still while nobody knows.
    private static func count(_ isSo: Bool?, _ time: inout Interval, _ elapsed: Interval) {
        guard let isSo else { return }
        time = isSo ? time + elapsed : .zero
    }

    /// With a minute to begin with, an hour.
    private static let longestDoublings: Int64 = 6
    /// Whoever has obeyed for so long of himself begins anew.
    private static let goodConduct = Interval.seconds(3_600)
    /// A battery on the bus repeats itself within seconds.
    private static let otherCountsFor = Interval.seconds(10)
}

/// A limit as an inverter can be expected to keep to it: one that falls counts five seconds later.
private struct FollowedLimit: Sendable {
    private(set) var milliamps: Int32 = 0
    private var lowerFor = Interval.zero

    mutating func follow(_ told: Int32, elapsed: Interval) {
        lowerFor = told < milliamps ? lowerFor + elapsed : .zero
        guard told >= milliamps || lowerFor >= Self.followsWithin else { return }
        milliamps = told
        lowerFor = .zero
    }

    private static let followsWithin = Interval.seconds(5)
}

// MARK: - Over a restart

extension InverterSupervision {
    func save(into memory: inout ControlMemory) {
        memory[.stoppedByIgnoring] = hasStopped ? 1 : 0
        memory[.voltageCap] = voltageCap.map(Int64.init)
    }

    mutating func restore(_ memory: borrowing ControlMemory) {
        hasStopped = memory[.stoppedByIgnoring] == 1
        voltageCap = memory[.voltageCap].flatMap { (1...2_000_000).contains($0) ? Int32($0) : nil }
    }
}
