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
        guard let noted = traffic.note(frame, at: now, place: place) else { return }
        if isNamingDue(at: now) { nameTalkers(at: now) }
        bank?.note(frame, track: noted.track, isNews: noted.isNews, at: now, place: place)
    }

    /// Says that nothing has come until `now`.
    public mutating func passed(to now: Instant) { traffic.passed(to: now) }

    /// Who speaks, and what is wrong.
    public func account() -> DiagnosisAccount {
        let talkers = CANNaming(traffic).talkers
        let picture = CANPicture(
            traffic: traffic, bank: bank(for: talkers), talkers: talkers, options: options)
        return DiagnosisAccount(
            talkers: talkers, findings: CANRules.withoutConsequences(CANRules.all.flatMap { $0(picture) }))
    }

    private func isNamingDue(at now: Instant) -> Bool {
        if traffic.frames >= nextNaming { return true }
        guard traffic.tracks.count != namedTracks, let namedAt else { return false }
        return now - namedAt > .seconds(1)
    }

    private mutating func nameTalkers(at now: Instant) {
        nextNaming = max(nextNaming, traffic.frames) * 2
        (namedTracks, namedAt) = (traffic.tracks.count, now)
        bank = bank(for: CANNaming(traffic).talkers)
    }

    /// What the battery has told in the protocol that it is to be read in: the one that the inverter expects if it may be
    /// that, otherwise the likeliest.
    private func bank(for talkers: [Talker]) -> BankTrack? {
        let candidates = talkers.first { $0.role == .battery }?.candidates ?? []
        guard let chosen = candidates.first(where: isExpected) ?? candidates.first,
            case .profile(let place, let dialect) = chosen.source
        else { return bank }
        if let bank, bank.profile == place, bank.dialect == dialect { return bank }
        var fresh = BankTrack(profile: place, dialect: dialect)
        for (index, track) in traffic.tracks.enumerated() where track.count > 0 {
            fresh.note(track.frame, track: index, isNews: true, at: track.last, place: track.lastPlace)
        }
        return fresh
    }

    private func isExpected(_ candidate: Candidate) -> Bool {
        guard case .profile(let place, let dialect) = candidate.source, place == options.expectedProfile
        else { return false }
        return options.expectedDialect == nil || options.expectedDialect == dialect
    }
}
