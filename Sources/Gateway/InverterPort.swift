import BatteryModel
import BusCodec
import ChargeControl
import InverterProfiles

/// One inverter and how it is spoken to: with frames on a CAN bus, or with answers on a serial line.
struct InverterPort: Sendable {
    let configuration: GatewayConfiguration.Inverter
    /// On CAN; `nil` on a serial line.
    var sender: InverterSender?
    /// On a serial line; `nil` on CAN.
    var responder: InverterResponder?
    /// The part of the currents that it is told, of the sum of all weights.
    let whole: Int32

    init(_ configuration: GatewayConfiguration.Inverter, whole: Int32, at now: Instant) {
        self.configuration = configuration
        self.whole = whole
        if let talk = configuration.profile.serial {
            responder = InverterResponder(configuration, talk)
        } else {
            sender = InverterSender(configuration, at: now)
        }
    }

    /// When somebody else was last heard to speak as the battery; `nil` if never.
    var otherTalkerAt: Instant? { sender?.otherTalkerAt ?? responder?.otherTalkerAt }

    /// Whether its bus works.
    var isUp: Bool { sender?.isUp ?? responder?.isUp ?? false }

    /// Whether it has not been heard, or not for long.
    var isSilent: Bool { sender?.isSilent ?? responder?.isSilent ?? true }

    /// Frames or answers sent.
    var sent: UInt64 { sender?.counts.sent ?? responder?.counts.answered ?? 0 }

    /// What is wrong with the inverter or its bus.
    var alarms: AlarmSet { sender?.alarms ?? responder?.alarms ?? AlarmSet() }

    /// How long a last word takes to reach the inverter.
    var farewell: Interval {
        sender?.schedule.period ?? configuration.profile.sheet.keepAlive.period
    }

    mutating func busChanged(isUp: Bool, at now: Instant) {
        sender?.busChanged(isUp: isUp, at: now)
        responder?.busChanged(isUp: isUp)
    }

    /// Says or answers what is due and returns when to come back; `nil` if nothing is waited for.
    mutating func step(
        _ verdict: borrowing BankVerdict, at now: Instant, _ output: inout some GatewayOutput,
        log: inout EventLog
    ) -> Instant? {
        let offer = InverterOffer(verdict, weight: configuration.weight, of: whole)
        if sender != nil { return sender?.step(offer, at: now, &output, log: &log) }
        return responder?.step(offer, at: now, &output, log: &log)
    }
}

extension GatewayCore {
    /// Bytes on a bus that belong to nothing that an inverter asks, a source answers or the shunt says.
    func noise(ofBus bus: Int) -> NoiseCounts {
        for port in inverters where port.configuration.bus == bus {
            if let noise = port.responder?.noise { return noise }
        }
        if let source = source(ofBus: bus) { return sources[source].line.noise }
        return shuntNoise(ofBus: bus)
    }
}
