import BatteryModel
import BusCodec
import ChargeControl
import InverterProfiles

/// Says to the inverter what the control has decided: spread over the period, a fall at once.
struct InverterSender: Sendable {
    private(set) var schedule: FrameSchedule
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
        schedule = FrameSchedule(
            configuration.profile, dialect: configuration.options.dialect, period: configuration.period,
            start: now)
        limitFrames = Self.limitFrames(of: configuration.profile)
        nextJudgement = now
    }

    mutating func received(
        _ frame: CANFrame, _ contact: inout InverterContact, at now: Instant, log: inout EventLog
    ) {
        let profile = contact.configuration.profile
        guard frame.kind != .error else {
            contact.counts.errorFrames += 1
            quality.note(LinkQuality.Counts(errorFrames: 1), at: now)
            return
        }
        guard !profile.isKeepAlive(frame) else { return contact.heard(at: now, log: &log) }
        contact.counts.foreign += 1
        guard profile.isFromBattery(frame) else { return }
        // A frame that only a battery sends: an adapter repeats ours, or there is a second one.
        if ownFrames.isEcho(frame, at: now) {
            contact.counts.echoed += 1
        } else {
            contact.heardOther(frame.identifier, at: now, log: &log)
        }
    }

    /// Notes how many frames the link has lost in all; those that it did not take are known already.
    mutating func linkLost(_ total: UInt64, _ contact: inout InverterContact, at now: Instant) {
        let (lost, known) = (total - min(lostBefore, total), contact.counts.unsent - unsentBefore)
        (lostBefore, unsentBefore) = (total, contact.counts.unsent)
        guard lost > known else { return }
        contact.counts.linkLost += lost - known
        quality.note(LinkQuality.Counts(lost: UInt32(clamping: lost - known)), at: now)
    }

    /// Notes that the controller has left the bus.
    mutating func busOff(at now: Instant) { quality.note(LinkQuality.Counts(busOff: 1), at: now) }

    /// Begins the set anew: what was told before counts no more.
    mutating func restart(at now: Instant) {
        told = nil
        schedule.restart(at: now)
    }

    private mutating func judge(number: Int, at now: Instant, log: inout EventLog) {
        guard now >= nextJudgement else { return }
        nextJudgement = now + .seconds(1)
        if quality.judge(at: now) {
            let permille = quality.permille(at: now)
            log.add(quality.isPoor ? .linkPoor(number, permille: permille) : .linkGood(number), at: now)
        }
    }

    /// Sends what is due and returns when the next frame will be.
    mutating func step(
        _ offer: borrowing InverterOffer, _ contact: inout InverterContact, at now: Instant,
        _ output: inout some GatewayOutput, log: inout EventLog
    ) -> Instant? {
        judge(number: contact.number, at: now, log: &log)
        guard offer.isTransmitting, contact.isUp else {
            wasTransmitting = false
            return nil
        }
        if !wasTransmitting {
            wasTransmitting = true
            schedule.restart(at: now)
        }
        let wanted = Told(offer)
        if let told, wanted.hasFallen(below: told) { urgeLimits(&contact) }
        while let index = schedule.next(at: now) {
            let isSent = send(frame: index, offer, &contact, at: now, &output, log: &log)
            if isSent, limitFrames & 1 << UInt64(index) != 0 { told = wanted }
        }
        return schedule.nextDue
    }

    private mutating func urgeLimits(_ contact: inout InverterContact) {
        let count = contact.configuration.profile.frameCount
        for index in 0..<count where limitFrames & 1 << UInt64(index) != 0 {
            if schedule.urge(frame: index) { contact.counts.urgent += 1 }
        }
    }

    private mutating func send(
        frame index: Int, _ offer: borrowing InverterOffer, _ contact: inout InverterContact,
        at now: Instant, _ output: inout some GatewayOutput, log: inout EventLog
    ) -> Bool {
        let (profile, options) = (contact.configuration.profile, contact.configuration.options)
        do throws(EncodeError) {
            let frame = try profile.encode(frame: index, bank: offer.bank, options: options)
            ownFrames.sent(frame, at: now)
            guard output.send(frame, bus: contact.configuration.bus) else {
                contact.counts.unsent += 1
                quality.note(LinkQuality.Counts(refused: 1), at: now)
                return false
            }
            contact.said(UInt32(index))
            quality.note(LinkQuality.Counts(sent: 1), at: now)
            return true
        } catch {
            contact.counts.withheld += 1
            // An optional frame about something that nobody knows is left out without a word.
            if case .signal(.missing) = error, !profile.frame(index).isRequired { return false }
            let identifier = profile.frame(index).identifier
            contact.withheld(UInt32(index), identifier: identifier, error, at: offer.at, log: &log)
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
