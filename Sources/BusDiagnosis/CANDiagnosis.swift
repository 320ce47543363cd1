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
    public var bank: BankTrack? { banks.first }
    /// The last of what the battery has told; `nil` while none is named.
    public var reading: BankReading? { banks.isEmpty ? nil : banks[0].reading }

    /// ``bank`` or nothing; in an array, because it is changed where it lies.
    private var banks: [BankTrack] = []
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
        guard !banks.isEmpty else { return }
        banks[0].note(frame, track: noted.track, isNews: noted.isNews, at: now, place: place)
    }

    /// Says that nothing has come until `now`.
    public mutating func passed(to now: Instant) { traffic.passed(to: now) }

    /// Who speaks, and what is wrong.
    public func account() -> DiagnosisAccount {
        let talkers = CANNaming(traffic, bms: options.expectedDriver).talkers
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
        let named = bank(for: CANNaming(traffic, bms: options.expectedDriver).talkers)
        if let named, named.profile != bank?.profile || named.dialect != bank?.dialect { banks = [named] }
    }

    /// What the battery has told in the protocol that it is to be read in: the one that the inverter expects if it may be
    /// that, otherwise the likeliest.
    private func bank(for talkers: [Talker]) -> BankTrack? {
        let candidates = talkers.first { $0.role == .battery }?.candidates ?? []
        guard !candidates.isEmpty, let chosen = expected(candidates) ?? candidates.first?.source,
            case .profile(let place, let dialect) = chosen
        else { return bank }
        if let bank, bank.profile == place, bank.dialect == dialect { return bank }
        var fresh = BankTrack(profile: place, dialect: dialect)
        for (index, track) in traffic.tracks.enumerated() where track.count > 0 {
            fresh.note(track.frame, track: index, isNews: true, at: track.last, place: track.lastPlace)
        }
        return fresh
    }

    /// What the inverter expects, if the battery may speak that: it is a candidate, or all of its frames are heard.
    private func expected(_ candidates: [Candidate]) -> Candidate.Source? {
        guard let place = options.expectedProfile, KnownProtocols.profiles.indices.contains(place) else {
            return nil
        }
        let profile = KnownProtocols.profiles[place]
        for candidate in candidates {
            guard case .profile(place, let dialect) = candidate.source,
                dialect == options.expectedDialect ?? dialect
            else { continue }
            return candidate.source
        }
        for dialect in 0..<profile.sheet.dialectCount where dialect == options.expectedDialect ?? dialect {
            let target = CANPicture.Target(profile: profile, dialect: dialect)
            let isWhole = target.required.allSatisfy { traffic.index(of: $0.container) != nil }
            if isWhole { return .profile(place, dialect: dialect) }
        }
        return nil
    }
}
