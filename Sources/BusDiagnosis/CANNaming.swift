import BMSDrivers
import BatteryModel
import BusCodec
import InverterProfiles

/// Names who speaks what on a CAN bus, from what was heard of each identifier.
///
/// Families that are known by identifiers alone come first. Of what is left, the protocol that explains most is named,
/// then what it leaves unexplained by itself, until nothing is left that any protocol knows.
struct CANNaming {
    let traffic: CANTraffic
    /// What the BMS that is said to be there can be set to; `nil` if nothing is known of it.
    private let dialects: BMSDialects.Row?
    /// Places of the tracks that nobody has explained yet.
    private(set) var left: [Int]
    private(set) var talkers: [Talker] = []

    /// A protocol must reach so many thousandths to be named.
    static let leastScore: Int32 = 350
    /// Candidates behind the best are told down to this distance, and so many of them.
    private static let distance: Int32 = 250, mostCandidates = 5
    /// More talkers than this share no bus.
    private static let mostTalkers = 6

    init(_ traffic: CANTraffic, bms: Int? = nil) {
        self.traffic = traffic
        dialects = BMSDialects.row(of: bms)
        left = traffic.tracks.indices.filter { traffic.tracks[$0].count > 0 }
        nameFamilies(ForeignTraffic.unmistakable)
        let foreign = talkers
        talkers = []
        while talkers.count < Self.mostTalkers, let talker = nextTalker() { talkers.append(talker) }
        nameInverter()
        nameMasters()
        talkers += foreign
        nameFamilies(ForeignTraffic.others)
        nameRest()
    }

    private mutating func nextTalker() -> Talker? {
        guard !left.isEmpty else { return nil }
        var candidates = profileCandidates() + driverCandidates()
        favour(&candidates)
        Self.sort(&candidates)
        guard let best = candidates.first, best.score >= Self.leastScore else { return nil }
        let own = left.filter { explains(best.source, traffic.tracks[$0]) }
        guard !own.isEmpty else { return nil }
        let near = Array(
            candidates.filter { best.score - $0.score <= Self.distance }.prefix(Self.mostCandidates))
        let containers = take(own)
        return Talker(
            Self.role(of: best.source), candidates: near,
            sender: SenderSigns.battery(traffic, containers), containers: containers)
    }

    /// Puts the protocol first that the sender is known to speak, where his frames fit others as well.
    private func favour(_ candidates: inout [Candidate]) {
        let spoken = SenderSigns.spoken(traffic, left.map { traffic.tracks[$0].container })
        for index in candidates.indices where candidates[index].score >= Self.nearScore {
            let id = candidates[index].id
            if let spoken, SignalName(spoken) == SignalName(id) {
                candidates[index].favour(Self.favour, "this sender is known to speak it")
            } else if spoken == nil, dialects?.entry(id) != nil {
                candidates[index].favour(Self.namedFavour, "the named BMS can be set to it")
            }
        }
    }

    /// What it counts that a sender is known to speak a protocol, or can be set to it, and what his frames must reach
    /// without it.
    private static let favour: Int32 = 100, namedFavour: Int32 = 30, nearScore: Int32 = 800

    /// The best first; of equals the one that stands first in the tables.
    private static func sort(_ candidates: inout [Candidate]) {
        var sorted: [Candidate] = []
        for candidate in candidates {
            var place = sorted.count
            while place > 0, sorted[place - 1].score < candidate.score { place -= 1 }
            sorted.insert(candidate, at: place)
        }
        candidates = sorted
    }

    /// Takes tracks away from what is left; returns their identifiers.
    private mutating func take(_ tracks: [Int]) -> [UInt32] {
        left.removeAll { tracks.contains($0) }
        return tracks.map { traffic.tracks[$0].container }
    }

    private static func role(of source: Candidate.Source) -> Talker.Role {
        switch source {
        case .profile: .battery
        case .driver, .shunt: .pack
        }
    }

    /// Whether a track is one that a speaker of the protocol sends.
    private func explains(_ source: Candidate.Source, _ track: FrameTrack) -> Bool {
        switch source {
        case .profile(let place, _):
            Self.row(place, track)?.direction == .toInverter
        case .driver(let place):
            isOfPack(KnownProtocols.drivers[place], track)
        case .shunt: false
        }
    }

    /// The frame of a profile that a track is; `nil` if it is none.
    static func row(_ place: Int, _ track: FrameTrack) -> FrameRow? {
        // Where registers are asked for, frames are numbered by them, which are no identifiers.
        guard KnownProtocols.profiles[place].serial == nil else { return nil }
        return KnownProtocols.profiles[place]
            .index(ofIdentifier: track.identifier, isExtended: track.isExtended)
            .map { KnownProtocols.profiles[place].frame($0) }
    }

    private mutating func nameFamilies(_ families: [ForeignTraffic.Family]) {
        for family in families {
            let own = left.filter { family.isOwn(traffic.tracks[$0].container) }
            guard family.isHeard(own.map { traffic.tracks[$0].container }, of: traffic) else { continue }
            let containers = take(own)
            let isAsking = family.isOnlyAsking(containers)
            talkers.append(
                Talker(
                    isAsking ? .inverter : .foreign, remark: isAsking ? family.asking : family.remark,
                    containers: containers))
        }
    }

    /// Names the inverter by the frames that inverters send.
    private mutating func nameInverter() {
        let own = left.filter { SenderSigns.isOfInverter(traffic.tracks[$0]) }
        guard !own.isEmpty else { return }
        let isHeard = talkers.contains { $0.role == .battery }
        let containers = take(own)
        talkers.append(
            Talker(
                .inverter,
                remark: isHeard
                    ? "an inverter that shows that it is there"
                    : "an inverter that waits for a battery: it shows that it is there and hears nobody",
                sender: SenderSigns.inverter(traffic, containers), containers: containers))
    }

    /// Names those who ask packs in a protocol that is polled.
    private mutating func nameMasters() {
        for place in KnownProtocols.drivers.indices where KnownProtocols.drivers[place].sheet.wire == .can {
            let own = left.filter {
                Self.item(KnownProtocols.drivers[place], traffic.tracks[$0].frame)?.kind == .request
            }
            guard !own.isEmpty else { continue }
            talkers.append(
                Talker(.master, remark: "somebody who asks packs of this maker", containers: take(own)))
        }
    }

    private mutating func nameRest() {
        guard !left.isEmpty else { return }
        let heard = left.reduce(UInt64(0)) { $0 + traffic.tracks[$1].count }
        talkers.append(
            Talker(
                .unknown,
                remark: heard < 10 || traffic.length < .seconds(2)
                    ? "cannot be told yet: too few frames"
                    : "cannot be told: no protocol that is known has these identifiers",
                containers: take(left)))
    }
}

extension Candidate {
    /// Adds points for something that is known besides, and says so.
    fileprivate mutating func favour(_ points: Int32, _ reason: StaticString) {
        score = min(score + points, 1_000)
        reasons.append(Fact(reason, .share(permille: points)))
    }
}
