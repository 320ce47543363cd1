import BatteryModel
import BusCodec
import ChargeControl
import InverterProfiles

/// One inverter and how it is spoken to: with frames on a CAN bus, with answers on a serial line, or over a network.
struct InverterPort: Sendable {
    private(set) var contact: InverterContact
    /// On CAN; `nil` otherwise.
    private(set) var sender: InverterSender?
    /// On a serial line; `nil` otherwise.
    private(set) var responder: InverterResponder?
    /// Where inverters call; `nil` otherwise.
    private(set) var server: InverterServer?
    /// The sum of the weights of all inverters.
    let whole: Int32

    /// A port that has heard nothing; `number` is its place in the configuration, `takesCalls` says whether others call
    /// on its bus.
    init(
        _ configuration: GatewayConfiguration.Inverter, number: Int, whole: Int32, takesCalls: Bool,
        at now: Instant
    ) {
        contact = InverterContact(configuration, number: number)
        self.whole = whole
        guard let talk = configuration.profile.serial else {
            sender = InverterSender(configuration, at: now)
            return
        }
        if takesCalls, let network = talk.overTCP {
            server = InverterServer(network)
        } else {
            precondition(!takesCalls, "the profile is not spoken over a network")
            responder = InverterResponder(talk)
        }
    }

    var configuration: GatewayConfiguration.Inverter { contact.configuration }

    /// What is wrong with the inverter or its bus.
    var alarms: AlarmSet {
        var alarms = contact.alarms
        if sender?.quality.isPoor == true { alarms.raise(.linkPoor, .warning) }
        return alarms
    }

    /// Bytes that belong to nothing that an inverter asks; `nil` where frames are sent.
    var noise: NoiseCounts? { responder?.noise ?? server?.noise }

    /// How long a last word takes to reach the inverter.
    var farewell: Interval {
        sender?.schedule.period ?? configuration.profile.sheet.keepAlive.period
    }

    /// Says or answers what is due and returns when to come back; `nil` if nothing is waited for.
    mutating func step(
        _ verdict: borrowing BankVerdict, at now: Instant, _ output: inout some GatewayOutput,
        log: inout EventLog
    ) -> Instant? {
        let offer = InverterOffer(verdict, weight: configuration.weight, of: whole)
        contact.look(at: now, log: &log)
        if sender != nil { return sender?.step(offer, &contact, at: now, &output, log: &log) }
        server?.step(offer, &contact, at: now, &output, log: &log)
        return responder?.step(offer, &contact, at: now, &output, log: &log)
    }
}

// MARK: - What happens on the bus

extension InverterPort {
    mutating func received(_ frame: CANFrame, at now: Instant, log: inout EventLog) {
        sender?.received(frame, &contact, at: now, log: &log)
    }

    mutating func received(_ bytes: Span<UInt8>, at now: Instant, log: inout EventLog) {
        responder?.received(bytes, &contact, at: now, log: &log)
    }

    mutating func received(_ bytes: Span<UInt8>, caller seat: Int, at now: Instant) {
        server?.received(bytes, seat: seat, at: now)
    }

    mutating func caller(_ seat: Int, isThere: Bool, at now: Instant) {
        server?.caller(seat, isThere: isThere, at: now)
    }

    mutating func busChanged(isUp: Bool, at now: Instant) {
        contact.isUp = isUp
        if isUp { sender?.restart(at: now) }
        responder?.reset()
        server?.reset()
    }

    mutating func busOff(at now: Instant) { sender?.busOff(at: now) }

    mutating func linkLost(_ total: UInt64, at now: Instant) {
        sender?.linkLost(total, &contact, at: now)
    }
}
