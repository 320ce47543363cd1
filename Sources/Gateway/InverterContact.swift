import BatteryModel
import BusCodec
import ChargeControl
import InverterProfiles

/// What is known of an inverter however it is spoken to: its sign of life, what was said to it, and who else speaks.
struct InverterContact: Sendable {
    let configuration: GatewayConfiguration.Inverter
    /// Its place among the inverters of the configuration.
    let number: Int
    private(set) var watch = InverterWatch()
    var counts = Counts()
    /// Whether its bus works.
    var isUp = false
    private(set) var isSilent = true
    /// When somebody else was last heard to speak as the battery; `nil` if never.
    private(set) var otherTalkerAt: Instant?
    /// What was withheld last and when, by its place among what can be said.
    private var withheldAt: [UInt32: Instant] = [:]

    /// How speaking goes, in frames or answers.
    struct Counts: Sendable {
        var sent: UInt64 = 0
        /// What the link did not take.
        var unsent: UInt64 = 0
        /// What could not be said because a value is not known.
        var withheld: UInt64 = 0
        /// Frames sent at once because a limit had fallen.
        var urgent: UInt64 = 0
        /// What was heard and is no sign of life: frames of others, questions to others or that the protocol lacks.
        var foreign: UInt64 = 0
        /// Error frames of a CAN controller.
        var errorFrames: UInt64 = 0
        /// What was said and came back.
        var echoed: UInt64 = 0
        /// What somebody else said as the battery.
        var contradicting: UInt64 = 0
        /// Frames that the link took and lost.
        var linkLost: UInt64 = 0
    }

    /// Somebody who does a thing now and then is told of once in this time.
    static let isNewAfter = Interval.seconds(600)
    /// The most places that are remembered as withheld.
    private static let mostWithheld = 64

    init(_ configuration: GatewayConfiguration.Inverter, number: Int) {
        self.configuration = configuration
        self.number = number
    }

    /// Notes a sign of life.
    mutating func heard(at now: Instant, log: inout EventLog) {
        watch.heard(at: now)
        guard isSilent else { return }
        isSilent = false
        log.add(.inverterHeard(number), at: now)
    }

    /// Notes that somebody else has spoken as the battery, with this identifier or address.
    mutating func heardOther(_ identifier: UInt32, at now: Instant, log: inout EventLog) {
        counts.contradicting += 1
        if otherTalkerAt.map({ now - $0 > Self.isNewAfter }) ?? true {
            log.add(.secondBattery(number, identifier: identifier), at: now)
        }
        otherTalkerAt = now
    }

    /// Looks whether the inverter has fallen silent.
    mutating func look(at now: Instant, log: inout EventLog) {
        if withheldAt.contains(where: { now - $0.value > Self.isNewAfter }) {
            withheldAt = withheldAt.filter { now - $0.value <= Self.isNewAfter }
        }
        guard !isSilent, watch.isSilent(at: now, configuration.keepAliveRule) else { return }
        isSilent = true
        if isMissing { log.add(.inverterSilent(number), at: now) }
    }

    /// Notes that something was said.
    mutating func said(_ place: UInt32) {
        counts.sent += 1
        if !withheldAt.isEmpty { withheldAt[place] = nil }
    }

    /// Notes that something could not be said; the first time it is put into the log.
    ///
    /// - Parameters:
    ///   - place: Where it stands among what can be said.
    ///   - identifier: How it is called on the wire.
    ///   - error: Why it could not be said.
    ///   - now: The time now.
    ///   - log: Is told the first time.
    mutating func withheld(
        _ place: UInt32, identifier: UInt32, _ error: EncodeError, at now: Instant, log: inout EventLog
    ) {
        if withheldAt[place] == nil {
            // Whoever asks for one strange thing after the other fills neither memory nor log.
            guard withheldAt.count < Self.mostWithheld else { return }
            log.add(.withheld(number, identifier: identifier, error), at: now)
        }
        withheldAt[place] = now
    }

    /// Whether the inverter ought to be heard and is not.
    var isMissing: Bool { isSilent && configuration.expectsKeepAlive }

    /// What is wrong with the inverter or its bus.
    var alarms: AlarmSet {
        var alarms = AlarmSet()
        if isMissing { alarms.raise(.inverterSilent, .warning) }
        if !isUp { alarms.raise(.inverterLinkDown, .warning) }
        if !withheldAt.isEmpty { alarms.raise(.notRepresentable, .warning) }
        return alarms
    }
}
