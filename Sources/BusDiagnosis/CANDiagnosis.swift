public import BatteryModel
public import BusCodec
import InverterProfiles

/// Listens to a CAN bus: names who speaks what on it, and finds what is wrong.
///
/// A value without clock or descriptor, fed from a live bus or from a recording. Its memory is bounded, however long
/// it listens.
public struct CANDiagnosis: Sendable {
    /// What is known besides what is heard.
    public var options: DiagnosisOptions
    /// What was heard of each identifier.
    public private(set) var traffic = CANTraffic()
    /// What the battery has told; `nil` while none is named.
    public private(set) var bank: BankTrack?

    private var named: [Talker] = []
    /// Names are looked for again when so many frames were heard, and when somebody new has appeared.
    private var nextNaming: UInt64 = 16
    private var namedTracks = 0
    private var namedAt: Instant?

    /// Listens to nobody yet.
    public init(_ options: DiagnosisOptions = DiagnosisOptions()) {
        self.options = options
    }

    /// Takes a frame; `place` is where in the recording it stands.
    public mutating func received(_ frame: CANFrame, at now: Instant, place: Int = 0) {
        guard traffic.note(frame, at: now, place: place) else { return }
        if isNamingDue(at: now) { nameTalkers(at: now) }
        guard let track = traffic.track(FrameTrack.container(of: frame)) else { return }
        bank?.note(frame, isNews: track.changedAt == now || track.count == 1, at: now, place: place)
    }

    /// Says that nothing has come until `now`.
    public mutating func passed(to now: Instant) { traffic.passed(to: now) }

    /// Who speaks, and what is wrong.
    public func account() -> DiagnosisAccount {
        let talkers = CANNaming(traffic).talkers
        let picture = CANPicture(traffic: traffic, bank: bank, talkers: talkers, options: options)
        return DiagnosisAccount(talkers: talkers, findings: CANRules.all.flatMap { $0(picture) })
    }

    private func isNamingDue(at now: Instant) -> Bool {
        if traffic.frames >= nextNaming { return true }
        guard traffic.tracks.count != namedTracks, let namedAt else { return false }
        return now - namedAt > .seconds(1)
    }

    private mutating func nameTalkers(at now: Instant) {
        nextNaming = max(nextNaming, traffic.frames) * 2
        (namedTracks, namedAt) = (traffic.tracks.count, now)
        named = CANNaming(traffic).talkers
        let best = named.first { $0.role == .battery }?.candidates.first
        guard case .profile(let place, let dialect) = best?.source else { return }
        guard bank?.profile != place || bank?.dialect != dialect else { return }
        var fresh = BankTrack(profile: place, dialect: dialect)
        for track in traffic.tracks where track.count > 0 {
            fresh.note(track.frame, isNews: true, at: track.last, place: track.lastPlace)
        }
        bank = fresh
    }
}

/// What the rules for a CAN bus look at.
public struct CANPicture: Sendable {
    /// What was heard of each identifier.
    public var traffic: CANTraffic
    /// What the battery has told; `nil` while none is named.
    public var bank: BankTrack?
    /// Who was named.
    public var talkers: [Talker]
    /// What is known besides.
    public var options: DiagnosisOptions
}

/// The rules for a CAN bus; each looks at the picture and says what it finds.
enum CANRules {
    static let all: [@Sendable (CANPicture) -> [Finding]] = [
        noTraffic, errorFrames, limitsIgnored,
    ]
}
