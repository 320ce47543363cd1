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
    }

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

        init(_ verdict: BankVerdict) {
            chargeVoltage = verdict.chargeVoltage.value
            charge = verdict.charge.value
            discharge = verdict.discharge.value
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
    }

    mutating func received(_ frame: CANFrame, at now: Instant, log: inout EventLog) {
        guard frame.kind != .error else {
            counts.errorFrames += 1
            return
        }
        guard configuration.profile.isKeepAlive(frame) else {
            counts.foreign += 1
            return
        }
        watch.heard(at: now)
        if isSilent {
            isSilent = false
            log.add(.inverterHeard, at: now)
        }
    }

    mutating func busChanged(isUp: Bool, at now: Instant) {
        self.isUp = isUp
        told = nil
        if isUp { schedule.restart(at: now) }
    }

    /// What is wrong with the inverter or its bus.
    var alarms: AlarmSet {
        var alarms = AlarmSet()
        if isSilent { alarms.raise(.inverterSilent, .warning) }
        if !isUp { alarms.raise(.inverterLinkDown, .warning) }
        if reported != 0 { alarms.raise(.notRepresentable, .warning) }
        return alarms
    }

    /// Sends what is due and returns when the next frame will be.
    mutating func step(
        _ verdict: BankVerdict, at now: Instant, _ output: inout some GatewayOutput, log: inout EventLog
    ) -> Instant? {
        if !isSilent, watch.isSilent(at: now, configuration.profile.sheet.keepAlive) {
            isSilent = true
            log.add(.inverterSilent, at: now)
        }
        guard verdict.isTransmitting, isUp else {
            wasTransmitting = false
            return nil
        }
        if !wasTransmitting {
            wasTransmitting = true
            schedule.restart(at: now)
        }
        let wanted = Told(verdict)
        if let told, wanted.hasFallen(below: told) { urgeLimits() }
        while let index = schedule.next(at: now) {
            if send(frame: index, verdict, &output, log: &log), limitFrames & 1 << UInt64(index) != 0 {
                told = wanted
            }
        }
        return schedule.nextDue
    }

    private mutating func urgeLimits() {
        for index in 0..<configuration.profile.frameCount where limitFrames & 1 << UInt64(index) != 0 {
            schedule.urge(frame: index)
            counts.urgent += 1
        }
    }

    private mutating func send(
        frame index: Int, _ verdict: BankVerdict, _ output: inout some GatewayOutput, log: inout EventLog
    ) -> Bool {
        do throws(EncodeError) {
            let frame = try configuration.profile.encode(
                frame: index, bank: verdict.bank, options: configuration.options)
            guard output.send(frame) else {
                counts.unsent += 1
                return false
            }
            counts.sent += 1
            reported &= ~(1 << UInt64(index))
            return true
        } catch {
            counts.withheld += 1
            if reported & 1 << UInt64(index) == 0 {
                reported |= 1 << UInt64(index)
                let identifier = configuration.profile.frame(index).identifier
                log.add(.withheld(identifier: identifier, error), at: verdict.at)
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
