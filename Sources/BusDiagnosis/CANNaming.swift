import BMSDrivers
import BatteryModel
import BusCodec
import InverterProfiles

/// Names who speaks what on a CAN bus, from what was heard of each identifier.
///
/// The protocol that explains most is named first; what it leaves unexplained is named by itself, until nothing is left
/// that any protocol knows.
struct CANNaming {
    private let traffic: CANTraffic
    /// Places of the tracks that nobody has explained yet.
    private var left: [Int]
    private(set) var talkers: [Talker] = []

    /// A protocol must reach so many thousandths to be named.
    static let leastScore: Int32 = 350
    /// Candidates behind the best are told down to this distance, and so many of them.
    private static let distance: Int32 = 250, mostCandidates = 5
    /// More talkers than this share no bus.
    private static let mostTalkers = 6

    init(_ traffic: CANTraffic) {
        self.traffic = traffic
        left = traffic.tracks.indices.filter { traffic.tracks[$0].count > 0 }
        while talkers.count < Self.mostTalkers, let talker = nextTalker() { talkers.append(talker) }
        nameForeign()
    }

    private mutating func nextTalker() -> Talker? {
        guard !left.isEmpty else { return nil }
        var candidates = profileCandidates() + driverCandidates()
        candidates.sort { $0.score > $1.score }
        guard let best = candidates.first, best.score >= Self.leastScore else { return nil }
        let own = left.filter { explains(best.source, traffic.tracks[$0]) }
        guard !own.isEmpty else { return nil }
        let containers = own.map { traffic.tracks[$0].container }
        left.removeAll { own.contains($0) }
        let near = candidates.filter { best.score - $0.score <= Self.distance }
        return Talker(
            Self.role(of: best.source), candidates: Array(near.prefix(Self.mostCandidates)),
            containers: containers)
    }

    private static func role(of source: Candidate.Source) -> Talker.Role {
        switch source {
        case .profile: .battery
        case .driver, .shunt: .pack
        }
    }

    private func explains(_ source: Candidate.Source, _ track: FrameTrack) -> Bool {
        switch source {
        case .profile(let place, _):
            ProfileTable.profiles.span[place].index(
                ofIdentifier: track.identifier, isExtended: track.isExtended) != nil
                || ProfileTable.profiles.span[place].isKeepAlive(track.frame)
        case .driver(let place):
            Self.answer(DriverTable.drivers.span[place], track.frame) != nil
        case .shunt: false
        }
    }

    private mutating func nameForeign() {
        guard !left.isEmpty else { return }
        let containers = left.map { traffic.tracks[$0].container }
        talkers.append(ForeignTraffic.talker(traffic, containers))
        left = []
    }
}

// MARK: - Profiles

extension CANNaming {
    private func profileCandidates() -> [Candidate] {
        var candidates: [Candidate] = []
        for place in ProfileTable.profiles.indices {
            let profile = ProfileTable.profiles.span[place]
            guard profile.serial == nil else { continue }
            for dialect in 0..<max(profile.sheet.dialectCount, 1) {
                if let candidate = candidate(profile, place, dialect) { candidates.append(candidate) }
            }
        }
        return candidates
    }

    private func candidate(_ profile: InverterProfile, _ place: Int, _ dialect: UInt8) -> Candidate? {
        var fit = ProfileFit()
        for index in 0..<profile.frameCount {
            fit.take(profile, index, dialect, traffic.track(profile.frame(index).container))
        }
        for index in left where explains(.profile(place, dialect: dialect), traffic.tracks[index]) {
            fit.explained += 1
        }
        guard fit.requiredHeard > 0 else { return nil }
        return Candidate(
            .profile(place, dialect: dialect), id: profile.sheet.id, name: profile.sheet.name,
            dialect: profile.sheet.dialects.span[Int(dialect)], score: fit.score(of: left.count),
            reasons: fit.reasons(of: left.count))
    }
}

/// How well a profile fits what was heard.
private struct ProfileFit {
    var required: Int32 = 0, requiredHeard: Int32 = 0
    var optional: Int32 = 0, optionalHeard: Int32 = 0
    /// Frames that are shorter than the dialect has them, and frames with a value that cannot be.
    var short: Int32 = 0, impossible: Int32 = 0
    var explained: Int32 = 0

    mutating func take(_ profile: InverterProfile, _ index: Int, _ dialect: UInt8, _ track: FrameTrack?) {
        let row = profile.frame(index)
        guard row.direction == .toInverter, profile.sends(row, inDialect: dialect) else { return }
        let isHeard = (track?.count ?? 0) > 0
        if row.isRequired { required += 1 } else { optional += 1 }
        guard let track, isHeard else { return }
        if row.isRequired { requiredHeard += 1 } else { optionalHeard += 1 }
        if UInt8(track.lengths.trailingZeroBitCount) < row.lengths[dialect] { short += 1 }
        var scratch = BankReading()
        if case .frame(let heard) = profile.decode(
            track.frame, dialect: dialect, at: track.last, into: &scratch),
            heard.outOfRange > 0
        {
            impossible += 1
        }
    }

    /// Thousandths: most for the frames that must be there, then for what is explained, then for lengths and values.
    func score(of heard: Int) -> Int32 {
        let whole = required > 0 ? requiredHeard * 1_000 / required : 0
        let share = explained * 1_000 / max(Int32(heard), 1)
        let fine = 1_000 - min(1_000, (short + impossible) * 1_000 / max(requiredHeard + optionalHeard, 1))
        let extra = optional > 0 ? optionalHeard * 1_000 / optional : 500
        return (whole * (400 + share * 35 / 100 + fine * 20 / 100 + extra * 5 / 100)) / 1_000
    }

    func reasons(of heard: Int) -> [Fact] {
        var facts = [
            Fact("frames it must send", .count(UInt64(required))),
            Fact("of them heard", .count(UInt64(requiredHeard))),
            Fact("identifiers it explains", .share(permille: explained * 1_000 / max(Int32(heard), 1))),
        ]
        if short > 0 { facts.append(Fact("frames shorter than it has them", .count(UInt64(short)))) }
        if impossible > 0 {
            facts.append(Fact("frames with a value that cannot be", .count(UInt64(impossible))))
        }
        return facts
    }
}

// MARK: - Drivers

extension CANNaming {
    private func driverCandidates() -> [Candidate] {
        var candidates: [Candidate] = []
        for place in DriverTable.drivers.indices {
            let driver = DriverTable.drivers.span[place]
            guard driver.sheet.wire == .can else { continue }
            var polls = Set<Int>()
            var explained: Int32 = 0
            for index in left {
                guard let item = Self.answer(driver, traffic.tracks[index].frame) else { continue }
                explained += 1
                if let poll = item.poll { polls.insert(poll) }
            }
            guard !polls.isEmpty else { continue }
            var (needed, met): (Int32, Int32) = (0, 0)
            for poll in 0..<driver.pollCount where driver.poll(poll).need == .mandatory {
                needed += 1
                if polls.contains(poll) { met += 1 }
            }
            let share = explained * 1_000 / max(Int32(left.count), 1)
            let whole = needed > 0 ? met * 1_000 / needed : 1_000
            candidates.append(
                Candidate(
                    .driver(place), id: driver.sheet.id, name: driver.sheet.name,
                    score: whole * (500 + share / 2) / 1_000,
                    reasons: [
                        Fact("kinds of frames it must send", .count(UInt64(needed))),
                        Fact("of them heard", .count(UInt64(met))),
                        Fact("identifiers it explains", .share(permille: share)),
                    ]))
        }
        return candidates
    }

    /// What a driver for packs on CAN takes a frame for; `nil` if it is none of its.
    static func answer(_ driver: BMSDriver, _ frame: CANFrame) -> LineItem? {
        var record = ByteBuffer<13>()
        frame.writeRecord(into: &record)
        guard case .item(let item, _) = driver.scan(record.bytes, true, true), item.kind == .answer else {
            return nil
        }
        return item
    }
}
