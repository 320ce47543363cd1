public import BatteryModel

/// An inverter between sun, house and bank, on a virtual clock.
///
/// A value. Tell it the limits with ``hear(_:at:)`` and move it with ``advance(to:surplusWatts:bank:)``. How it takes
/// them, and how it does not, is its ``behaviour``.
public struct PlantInverter: Sendable {
    /// Limits as they stand on its bus.
    public struct Limits: Sendable, Hashable {
        /// CVL, in millivolts.
        public var cvlMillivolts: Int32
        /// CCL, in milliamps.
        public var cclMilliamps: Int32
        /// DCL, in milliamps.
        public var dclMilliamps: Int32
        /// Whether charging is permitted.
        public var isChargeEnabled: Bool
        /// Whether discharging is permitted.
        public var isDischargeEnabled: Bool

        /// Makes limits.
        public init(
            cvlMillivolts: Int32, cclMilliamps: Int32, dclMilliamps: Int32, isChargeEnabled: Bool = true,
            isDischargeEnabled: Bool = true
        ) {
            self.cvlMillivolts = cvlMillivolts
            self.cclMilliamps = cclMilliamps
            self.dclMilliamps = dclMilliamps
            self.isChargeEnabled = isChargeEnabled
            self.isDischargeEnabled = isDischargeEnabled
        }
    }

    /// How it takes its limits.
    public var behaviour: InverterBehaviour
    /// Whether it keeps from showing that it is there.
    public var isSilent = false
    /// The limits it heard last, with their instant; `nil` if it never heard any.
    public private(set) var heard: Reading<Limits>?
    /// The current it draws or gives; charging is positive.
    public private(set) var milliamps: Int32 = 0
    /// When it showed last that it is there; `nil` if it never did.
    public private(set) var keepAliveAt: Instant?
    /// Times the limits were so old that it stopped.
    public private(set) var stops = 0

    private var exactMilliamps = 0.0
    private var now: Instant
    private let startedAt: Instant
    private var mayRunAt: Instant
    private var isStopped = true

    /// Makes an inverter that has heard nothing.
    public init(_ behaviour: InverterBehaviour = InverterBehaviour(), at now: Instant) {
        self.behaviour = behaviour
        self.now = now
        startedAt = now
        mayRunAt = now
    }

    /// Takes limits from its bus.
    public mutating func hear(_ limits: Limits, at now: Instant) { heard = Reading(limits, at: now) }

    /// Moves its time on.
    ///
    /// - Parameters:
    ///   - now: The new time; an earlier one counts as no time at all.
    ///   - surplusWatts: What the sun gives beyond what the house draws; negative if the house draws more.
    ///   - bank: The bank as seen from outside, by direction; `nil` where it does not conduct.
    public mutating func advance(
        to now: Instant, surplusWatts: Double, bank: (charge: BankSource?, discharge: BankSource?)
    ) {
        let seconds = Double(max(now - self.now, .zero).nanoseconds) / 1_000_000_000
        self.now = max(now, self.now)
        showLife()
        guard let limits = limitsInForce(), let source = bank.charge ?? bank.discharge else {
            exactMilliamps = 0
            milliamps = 0
            return
        }
        let wanted = wanted(surplusWatts, source, limits)
        let goal = bounded(wanted, limits)
        let lag = Double(behaviour.lag.nanoseconds) / 1_000_000_000
        exactMilliamps += (goal - exactMilliamps) * (lag > 0 ? seconds / (seconds + lag) : 1)
        exactMilliamps = heldUnderCVL(exactMilliamps, limits, bank)
        milliamps = Int32(clamping: Int64(exactMilliamps.rounded()))
    }

    /// The limits it goes by; `nil` while it stands still because they are missing or too old.
    private mutating func limitsInForce() -> Limits? {
        let patience = behaviour.onSilence.patience
        guard let heard, now - heard.at <= patience else {
            if !isStopped { stops += 1 }
            isStopped = true
            return nil
        }
        if isStopped {
            isStopped = false
            mayRunAt = heard.at + behaviour.restartAfter
        }
        return now >= mayRunAt ? heard.value : nil
    }

    private mutating func showLife() {
        guard !isSilent, behaviour.keepAlive.isShown(after: now - startedAt) else { return }
        if let last = keepAliveAt, now - last < behaviour.keepAlive.period { return }
        keepAliveAt = now
    }
}

// MARK: - What it makes of the limits

extension PlantInverter {
    /// What it would like to draw or give, its own strength considered.
    private func wanted(_ surplusWatts: Double, _ source: BankSource, _ limits: Limits) -> Double {
        let volts = max(source.millivolts(at: exactMilliamps), 1_000) / 1_000
        let strongest = (
            charge: Double(behaviour.chargeWatts) / volts * 1_000,
            discharge: Double(behaviour.dischargeWatts) / volts * 1_000
        )
        let present = volts * 1_000
        let isZero = limits.cclMilliamps == 0
        let empties =
            behaviour.readings.contains(.emptiesAboveCVL) && present > Double(limits.cvlMillivolts) + 100
        let misreads =
            behaviour.readings.contains(.dischargesOnZero) && isZero
            && Double(limits.cvlMillivolts) > present + 100
        if empties || misreads { return -strongest.discharge }
        return min(max(surplusWatts / volts * 1_000, -strongest.discharge), strongest.charge)
    }

    private func bounded(_ wanted: Double, _ limits: Limits) -> Double {
        let readings = behaviour.readings
        if wanted >= 0 {
            if readings.contains(.ignoresCCL) { return wanted }
            if readings.contains(.ignoresZero), limits.cclMilliamps == 0 { return wanted }
            let isForbidden = readings.contains(.obeysPermission) && !limits.isChargeEnabled
            return isForbidden ? 0 : min(wanted, Double(limits.cclMilliamps))
        }
        if readings.contains(.ignoresDCL) { return wanted }
        // Whoever empties a battery on purpose does not ask how much it may take.
        if readings.contains(.dischargesOnZero), limits.cclMilliamps == 0 { return wanted }
        if readings.contains(.ignoresZero), limits.dclMilliamps == 0 { return wanted }
        let isForbidden = readings.contains(.obeysPermission) && !limits.isDischargeEnabled
        return isForbidden ? 0 : max(wanted, -Double(limits.dclMilliamps))
    }

    /// Its own voltage controller is a thousand times faster than this clock: it holds CVL exactly.
    private func heldUnderCVL(
        _ milliamps: Double, _ limits: Limits, _ bank: (charge: BankSource?, discharge: BankSource?)
    ) -> Double {
        guard milliamps > 0, !behaviour.readings.contains(.ignoresCVL) else { return milliamps }
        guard let source = bank.charge else { return 0 }
        let goal = Double(limits.cvlMillivolts + behaviour.overshootMillivolts)
        return min(milliamps, max(source.milliamps(atMillivolts: goal), 0))
    }
}
