import BatteryModel
import BusCodec
import InverterProfiles

// How well the inverter protocols fit what was heard.

extension CANNaming {
    func profileCandidates() -> [Candidate] {
        let known = left.filter { index in
            KnownProtocols.profiles.indices.contains { Self.row($0, traffic.tracks[index]) != nil }
        }
        guard !known.isEmpty else { return [] }
        var candidates: [Candidate] = []
        for place in KnownProtocols.profiles.indices
        where KnownProtocols.profiles[place].serial == nil {
            for dialect in 0..<KnownProtocols.profiles[place].sheet.dialectCount {
                if let candidate = candidate(place, dialect, known) { candidates.append(candidate) }
            }
        }
        return candidates
    }

    private func candidate(_ place: Int, _ dialect: UInt8, _ known: [Int]) -> Candidate? {
        let profile = KnownProtocols.profiles[place]
        var fit = ProfileFit(profile, dialect)
        for index in 0..<profile.frameCount {
            let track = traffic.index(of: profile.frame(index).container)
            fit.take(profile, index, track.flatMap { left.contains($0) ? traffic.tracks[$0] : nil })
        }
        fit.explain(known.map { traffic.tracks[$0] }, place)
        guard fit.requiredHeard * 2 >= fit.required, fit.requiredHeard > 0 else { return nil }
        return Candidate(
            .profile(place, dialect: dialect), id: profile.sheet.id, name: profile.sheet.name,
            dialect: profile.sheet.dialects.span[Int(dialect)], score: fit.score, reasons: fit.reasons)
    }
}

/// How well one dialect of a profile fits what was heard.
struct ProfileFit {
    let dialect: UInt8
    /// The name that a battery of this protocol has where nobody has given it another.
    private let ownName: ASCIIText?
    private let period: Interval

    private(set) var required: Int32 = 0, requiredHeard: Int32 = 0
    private var optional: Int32 = 0, optionalHeard: Int32 = 0
    /// Frames that have the wrong length, frames with a value that cannot be, and frames that come at another pace.
    private var lengths = Share(), possible = Share(), pace = Share()
    /// Bits that are always the same, and bits that are never used.
    private var constants = Share()
    /// Values that go together.
    private var plausible = Share()
    private var explained = Share()
    private var reading = BankReading()

    /// How many of a number were right, in thousandths.
    struct Share {
        var right: Int32 = 0, all: Int32 = 0

        mutating func note(_ isRight: Bool) { note(isRight ? 1_000 : 0) }

        mutating func note(_ permille: Int32) {
            right += permille
            all += 1
        }

        /// In thousandths; half where nothing was counted.
        var permille: Int32 { all > 0 ? right / all : 500 }
    }

    init(_ profile: InverterProfile, _ dialect: UInt8) {
        self.dialect = dialect
        period = profile.sheet.period
        ownName = profile.prepared(BankReading(), ProfileOptions(dialect: dialect)).maker?.value
    }

    mutating func take(_ profile: InverterProfile, _ index: Int, _ track: FrameTrack?) {
        let row = profile.frame(index)
        guard row.direction == .toInverter, profile.sends(row, inDialect: dialect) else { return }
        let isHeard = (track?.count ?? 0) > 0
        if row.isRequired { required += 1 } else { optional += 1 }
        guard let track, isHeard else { return }
        if row.isRequired { requiredHeard += 1 } else { optionalHeard += 1 }
        takeLength(row.lengths[dialect], track)
        if track.gaps.count >= 3, let median = track.gaps.median {
            let wanted = period * Int64(max(row.every, 1))
            pace.note(median + median >= wanted && median <= wanted + wanted)
        }
        takeValues(profile, row, track)
    }

    /// Eight bytes where fewer are meant is what many senders do; other lengths are another protocol's.
    private mutating func takeLength(_ wanted: UInt8, _ track: FrameTrack) {
        let (shortest, longest) = (track.shortestLength, track.longestLength)
        if shortest == wanted, longest == wanted {
            lengths.note(1_000)
        } else if shortest < wanted {
            lengths.note(200)
        } else {
            lengths.note(shortest == 8 ? 950 : 600)
        }
    }

    private mutating func takeValues(_ profile: InverterProfile, _ row: FrameRow, _ track: FrameTrack) {
        let heard = profile.decode(track.frame, dialect: dialect, at: track.last, into: &reading)
        if case .frame(let account) = heard { possible.note(account.outOfRange == 0) }
        var constants = constants
        let dialects: UInt8 = 1 << dialect
        let known = reading
        _ = profile.visitSignals(of: track.frame, dialect: dialect, known: known) { row, content in
            guard row.dialects & dialects != 0, case .bits(let bits) = content else { return }
            switch row.meaning {
            case .constant(let raw): constants.note(bits == raw)
            case .reserved: constants.note(bits == 0)
            default: break
            }
        }
        for byte in Int(row.lengths[dialect])..<8 where track.frame.bytes[byte] != 0 {
            constants.note(false)
        }
        self.constants = constants
    }

    /// Counts which identifiers are its own: wholly if this dialect or the inverter sends them, half if they are only
    /// understood.
    mutating func explain(_ tracks: [FrameTrack], _ place: Int) {
        for track in tracks {
            guard let row = CANNaming.row(place, track) else {
                explained.note(0)
                continue
            }
            explained.note(row.direction == .fromInverter || row.isSent(inDialect: dialect) ? 1_000 : 500)
        }
        judgeValues()
    }

    private mutating func judgeValues() {
        let cvl = reading[.chargeVoltageLimit]?.value
        if let cvl { plausible.note((10_000...70_000).contains(cvl)) }
        if let cvl, let voltage = reading[.voltage]?.value {
            plausible.note(voltage > cvl / 5 * 3 && voltage < cvl / 5 * 6)
        }
        if let cvl, let dvl = reading[.dischargeVoltageLimit]?.value { plausible.note(dvl < cvl) }
        if let high = reading[.highestCell]?.value, let low = reading[.lowestCell]?.value {
            plausible.note(high >= low && low >= 1_500 && high <= 4_500)
        }
        if let warm = reading[.highestTemperature]?.value, let cold = reading[.lowestTemperature]?.value {
            plausible.note(warm >= cold && cold >= -400 && warm <= 900)
        }
        if let mean = reading[.temperature]?.value { plausible.note((-400...900).contains(mean)) }
        for field in [BankField.chargeCurrentLimit, .dischargeCurrentLimit] {
            if let limit = reading[field]?.value { plausible.note((0...2_000_000).contains(limit)) }
        }
        if let current = reading[.current]?.value { plausible.note(current.magnitude <= 2_000_000) }
    }

    private var nameFit: Int32 {
        guard let ownName, let heard = reading.maker?.value else { return 500 }
        return ownName == heard ? 1_000 : 300
    }

    /// The points, in thousandths: missing frames weigh most, then identifiers that are not explained.
    var score: Int32 {
        guard required > 0 else { return 0 }
        let whole = 1_000 - 600 * (required - requiredHeard) / required
        let extra = optional > 0 ? optionalHeard * 1_000 / optional : 500
        var sum: Int32 = 130_000 + explained.permille * 400
        sum += lengths.permille * 100 + possible.permille * 120
        sum += (constants.all > 0 ? constants.permille : 1_000) * 60 + extra * 60
        sum += nameFit * 40 + pace.permille * 30 + plausible.permille * 60
        return whole * (sum / 1_000) / 1_000
    }

    var reasons: [Fact] {
        var facts = [
            Fact("frames it must send", .count(UInt64(required))),
            Fact("of them heard", .count(UInt64(requiredHeard))),
            Fact("identifiers it explains", .share(permille: explained.permille)),
        ]
        let shares: [(StaticString, Share)] = [
            ("frames of its length", lengths), ("frames with values that can be", possible),
            ("fixed bits as it has them", constants), ("frames at its pace", pace),
            ("values that go together", plausible),
        ]
        for (label, share) in shares where share.all > 0 && share.permille < 1_000 {
            facts.append(Fact(label, .share(permille: share.permille)))
        }
        if let ownName, reading.maker?.value == ownName {
            facts.append(Fact("its name is heard", .text(ownName)))
        }
        return facts
    }
}
