import BatteryModel
import BusCodec
import ChargeControl
import InverterProfiles

/// Says to the inverter what the control has decided: spread over the period, a fall at once.
struct InverterSender: Sendable {
    let configuration: GatewayConfiguration.Inverter
    private(set) var schedule: FrameSchedule
    private(set) var watch = InverterWatch()
    /// What the inverter has said.
    private(set) var heard = BankReading()
    private(set) var counts = Counts()
    private(set) var isSilent = true
    private(set) var isUp = false

    /// How sending goes.
    struct Counts: Sendable {
        var sent: UInt64 = 0
        var unsent: UInt64 = 0
        var withheld: UInt64 = 0
        var urgent: UInt64 = 0
        var foreign: UInt64 = 0
        var errorFrames: UInt64 = 0
        /// Own frames that came back.
        var echoed: UInt64 = 0
        /// Frames of somebody else with the identifiers of the battery side.
        var contradicting: UInt64 = 0
        /// Frames that the link took and lost.
        var linkLost: UInt64 = 0
    }

    /// When somebody else was last heard to speak as the battery; `nil` if never.
    private(set) var otherTalkerAt: Instant?
    /// How the link to the inverter fares.
    private(set) var quality = LinkQuality()
    private var ownFrames = OwnFrames()
    /// What the link had lost, and what it had not taken, when it was last asked.
    private var lostBefore: UInt64 = 0
    private var unsentBefore: UInt64 = 0
    private var nextJudgement: Instant

    /// Frames that say how much current may flow: bit n for frame n.
    private let limitFrames: UInt64
    private var told: Told?
    private var wasTransmitting = false
    /// Frames whose withholding has been put into the log: bit n for frame n.
    private var reported: UInt64 = 0

    /// What the inverter was told last.
    private struct Told: Equatable {
        var chargeVoltage: Int32
        var charge: Int32
        var discharge: Int32

        init(_ offer: borrowing InverterOffer) {
            chargeVoltage = offer.chargeVoltage
            charge = offer.charge
            discharge = offer.discharge
        }

        func hasFallen(below other: Told) -> Bool {
            charge < other.charge || discharge < other.discharge || chargeVoltage < other.chargeVoltage
        }
    }

    init(_ configuration: GatewayConfiguration.Inverter, at now: Instant) {
        self.configuration = configuration
        schedule = FrameSchedule(
            configuration.profile, dialect: configuration.options.dialect, period: configuration.period,
            start: now)
        limitFrames = Self.limitFrames(of: configuration.profile)
        nextJudgement = now
    }

    mutating func received(_ frame: CANFrame, at now: Instant, log: inout EventLog) {
        guard frame.kind != .error else {
            counts.errorFrames += 1
            quality.note(LinkQuality.Counts(errorFrames: 1), at: now)
            return
        }
        guard configuration.profile.isKeepAlive(frame) else {
            counts.foreign += 1
            if configuration.profile.isFromBattery(frame) { heardBattery(frame, at: now, log: &log) }
            return
        }
        watch.heard(at: now)
        if isSilent {
            isSilent = false
            log.add(.inverterHeard, at: now)
        }
    }

    /// Takes a frame that only a battery sends: an adapter repeats ours, or there is a second one.
    private mutating func heardBattery(_ frame: CANFrame, at now: Instant, log: inout EventLog) {
        if ownFrames.isEcho(frame, at: now) {
            counts.echoed += 1
            return
        }
        counts.contradicting += 1
        if otherTalkerAt.map({ now - $0 > Self.otherIsNewAfter }) ?? true {
            log.add(.secondBattery(identifier: frame.identifier), at: now)
        }
        otherTalkerAt = now
    }

    /// The identifier of somebody who speaks now and then is told once in this time.
    private static let otherIsNewAfter = Interval.seconds(600)

    /// Notes how many frames the link has lost in all; those that it did not take are known already.
    mutating func linkLost(_ total: UInt64, at now: Instant) {
        let (lost, known) = (total - min(lostBefore, total), counts.unsent - unsentBefore)
        (lostBefore, unsentBefore) = (total, counts.unsent)
        guard lost > known else { return }
        counts.linkLost += lost - known
        quality.note(LinkQuality.Counts(lost: UInt32(clamping: lost - known)), at: now)
    }

    /// Notes that the controller has left the bus.
    mutating func busOff(at now: Instant) { quality.note(LinkQuality.Counts(busOff: 1), at: now) }

    mutating func busChanged(isUp: Bool, at now: Instant) {
        self.isUp = isUp
        told = nil
        if isUp { schedule.restart(at: now) }
    }

    /// What is wrong with the inverter or its bus.
    var alarms: AlarmSet {
        var alarms = AlarmSet()
        if isMissing { alarms.raise(.inverterSilent, .warning) }
        if quality.isPoor { alarms.raise(.linkPoor, .warning) }
        if !isUp { alarms.raise(.inverterLinkDown, .warning) }
        if reported != 0 { alarms.raise(.notRepresentable, .warning) }
        return alarms
    }

    /// Whether the inverter ought to be heard and is not.
    var isMissing: Bool {
        isSilent && configuration.expectsKeepAlive
    }

    private mutating func look(at now: Instant, log: inout EventLog) {
        if !isSilent, watch.isSilent(at: now, configuration.keepAliveRule) {
            isSilent = true
            if isMissing { log.add(.inverterSilent, at: now) }
        }
        guard now >= nextJudgement else { return }
        nextJudgement = now + .seconds(1)
        if quality.judge(at: now) {
            log.add(quality.isPoor ? .linkPoor(permille: quality.permille(at: now)) : .linkGood, at: now)
        }
    }

    /// Sends what is due and returns when the next frame will be.
    mutating func step(
        _ offer: borrowing InverterOffer, at now: Instant, _ output: inout some GatewayOutput,
        log: inout EventLog
    ) -> Instant? {
        look(at: now, log: &log)
        guard offer.isTransmitting, isUp else {
            wasTransmitting = false
            return nil
        }
        if !wasTransmitting {
            wasTransmitting = true
            schedule.restart(at: now)
        }
        let wanted = Told(offer)
        if let told, wanted.hasFallen(below: told) { urgeLimits() }
        while let index = schedule.next(at: now) {
            if send(frame: index, offer, at: now, &output, log: &log), limitFrames & 1 << UInt64(index) != 0 {
                told = wanted
            }
        }
        return schedule.nextDue
    }

    private mutating func urgeLimits() {
        for index in 0..<configuration.profile.frameCount where limitFrames & 1 << UInt64(index) != 0 {
            if schedule.urge(frame: index) { counts.urgent += 1 }
        }
    }

    private mutating func send(
        frame index: Int, _ offer: borrowing InverterOffer, at now: Instant,
        _ output: inout some GatewayOutput,
        log: inout EventLog
    ) -> Bool {
        do throws(EncodeError) {
            let frame = try configuration.profile.encode(
                frame: index, bank: offer.bank, options: configuration.options)
            ownFrames.sent(frame, at: now)
            guard output.send(frame, bus: configuration.bus) else {
                counts.unsent += 1
                quality.note(LinkQuality.Counts(refused: 1), at: now)
                return false
            }
            counts.sent += 1
            quality.note(LinkQuality.Counts(sent: 1), at: now)
            reported &= ~(1 << UInt64(index))
            return true
        } catch {
            counts.withheld += 1
            // An optional frame about something that nobody knows is left out without a word.
            if case .signal(.missing) = error, !configuration.profile.frame(index).isRequired { return false }
            if reported & 1 << UInt64(index) == 0 {
                reported |= 1 << UInt64(index)
                let identifier = configuration.profile.frame(index).identifier
                log.add(.withheld(identifier: identifier, error), at: offer.at)
            }
            return false
        }
    }

    private static func limitFrames(of profile: InverterProfile) -> UInt64 {
        var found: UInt64 = 0
        for index in 0..<min(profile.frameCount, 64) {
            profile.visitRows(profile.frame(index).container) { row in
                if row.meaning.isLimit { found |= 1 << UInt64(index) }
            }
        }
        return found
    }
}

extension BankMeaning {
    /// Whether a signal says how much current may flow, or up to which voltage.
    fileprivate var isLimit: Bool {
        guard case .number(let field) = self else { return false }
        switch field {
        case .chargeVoltageLimit, .chargeCurrentLimit, .dischargeCurrentLimit, .chargeEnabled,
            .dischargeEnabled:
            return true
        default: return false
        }
    }
}
