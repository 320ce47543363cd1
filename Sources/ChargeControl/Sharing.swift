import BatteryModel

/// How the bank's current divides over its packs: as the operator says, as it was measured, else by capacity.
///
/// Parallel packs divide a current by their resistances. Those show as soon as enough current flows; until then
/// nobody knows them, and packs that differ in size are trusted with half of what their capacities promise. What was
/// seen at a small current says little about a large one, where differences of voltage weigh less: a pack that differs
/// is trusted with twice what it was seen to carry.
struct Sharing: Sendable {
    /// What one pack carries, in millionths of the whole bank: by configuration or capacity.
    private var stated: InlineArray<16, Int64> = InlineArray(repeating: 0)
    /// The same as it was measured, in the same scale; 0 where it never was.
    private var measured: InlineArray<16, Int64> = InlineArray(repeating: 0)
    /// The largest current each pack was seen to carry of late, in milliamps, with the sign of its direction; its
    /// measured share is from then.
    private var proven: InlineArray<16, Int64> = InlineArray(repeating: 0)
    /// Packs whose share the operator has given: bit n for pack n.
    private var configured: UInt16 = 0
    /// What a pack that falls behind its stated share will have beyond it when the bank's current turns, in milliamps: the
    /// difference of voltage that holds it back then drives it.
    private var lead: InlineArray<16, Lead> = InlineArray(repeating: Lead())
    /// The same as it stands now: it counts from the next step on, so that a pack that falls silent in this one does not
    /// take with it what the others are expected to do.
    private var nextLead: InlineArray<16, Lead> = InlineArray(repeating: Lead())
    /// Whether packs that are not configured differ from each other.
    private var areUnequal = false
    /// The direction in which enough current flows for the measured shares to be the whole truth of it.
    private var measuring: Direction?
    /// How long ago something was learned.
    private var sinceTaken = Interval.zero
    /// Packs that have not been heard to be steady since a current jumped: bit n for pack n.
    private var unsteady: UInt16 = 0
    /// The currents that were seen last.
    private var seen: InlineArray<16, Reading<Int32>?> = InlineArray(repeating: nil)

    /// What a pack will have beyond its share in each direction, in milliamps; never negative.
    private struct Lead {
        var charge: Int64 = 0
        var discharge: Int64 = 0
    }

    /// What has been measured of the packs that carry current now.
    struct Currents {
        var milliamps: InlineArray<16, Reading<Int32>?> = InlineArray(repeating: nil)
        /// Packs that carry current: bit n for pack n.
        var conducting: UInt16 = 0
        /// The capacity of these packs, in milliamp-hours.
        var capacityMilliampHours: Int64 = 0
    }

    /// Works out the stated shares: a configured share wins, the rest divides by capacity.
    init(_ packs: [16 of PackSettings?]) {
        var given: Int64 = 0
        var openCapacity: Int64 = 0
        var first: PackSettings?
        for index in packs.indices {
            guard let pack = packs[index] else { continue }
            if let share = pack.sharePermille {
                given += Int64(share)
                configured |= 1 << UInt16(index)
                continue
            }
            openCapacity += Int64(pack.capacityMilliampHours)
            let other = first ?? pack
            first = other
            if pack.capacityMilliampHours != other.capacityMilliampHours
                || pack.chargeMilliamps != other.chargeMilliamps
                || pack.dischargeMilliamps != other.dischargeMilliamps
            {
                areUnequal = true
            }
        }
        let open = max(1_000 - given, 1)
        for index in packs.indices {
            guard let pack = packs[index] else { continue }
            let byCapacity = open * 1_000 * Int64(pack.capacityMilliampHours) / max(openCapacity, 1)
            stated[index] = max(pack.sharePermille.map { Int64($0) * 1_000 } ?? byCapacity, 1)
        }
    }

    /// Packs that carry a current together, and the wholes that their parts are parts of.
    struct Group {
        /// Bit n for pack n.
        let members: UInt16
        fileprivate var stated: Int64 = 0
        fileprivate var probable: Int64 = 0

        fileprivate init(_ members: UInt16) { self.members = members }
    }

    /// The packs in `members` (bit n for pack n) as a group.
    func group(_ members: UInt16) -> Group {
        var group = Group(members)
        for index in stated.indices where members & 1 << UInt16(index) != 0 {
            group.stated += stated[index]
            group.probable += probable(index)
        }
        return group
    }

    /// What has to be expected of `pack` when a group carries the current: its part and the whole.
    ///
    /// While enough current flows in this direction it is the measured part. Otherwise it is the larger of the measured
    /// and the stated one: a share that was once seen is not forgotten because the sun went behind a cloud, and a pack
    /// that takes little of a charge gives all the more of what is drawn.
    private func expected(
        _ direction: Direction, _ pack: Int, in group: Group
    ) -> (part: Int64, whole: Int64) {
        let isLess = probable(pack) * group.stated < stated[pack] * group.probable
        let isTrusted = measuring == direction && !isConfigured(pack)
        return isLess && !isTrusted ? (stated[pack], group.stated) : (probable(pack), group.probable)
    }

    private func isConfigured(_ pack: Int) -> Bool { configured & 1 << UInt16(pack) != 0 }

    /// The measured part, or the stated one where nothing was measured or the operator knows better.
    private func probable(_ pack: Int) -> Int64 {
        measured[pack] > 0 && !isConfigured(pack) ? measured[pack] : stated[pack]
    }

    /// The part of the group's current that flows through `pack`, in thousandths, rounded up.
    func permille(_ direction: Direction, of pack: Int, in group: Group) -> Int32 {
        guard group.members & 1 << UInt16(pack) != 0 else { return 0 }
        let share = expected(direction, pack, in: group)
        return Int32(min((share.part * 1_000 + share.whole - 1) / max(share.whole, 1), 1_000))
    }

    /// The current of the whole bank at which `pack` carries `limit`, rounded down.
    ///
    /// Where more than one pack is `wired` a tenth is kept back, because the parts are never exactly known; half
    /// where the packs differ, until twice what the pack was seen to carry is more. A lost pack counts as wired
    /// although it is not in the group.
    func bankLimit(
        _ direction: Direction, for limit: Int32, of pack: Int, in group: Group, wired: UInt16
    ) -> Int32 {
        let share = expected(direction, pack, in: group)
        let most = Int64(limit)
        guard wired.nonzeroBitCount > 1 else {
            return Int32(clamping: most * share.whole / max(share.part, 1))
        }
        let kept = most * Self.marginPermille / 1_000
        var own = kept
        if areUnequal, !isConfigured(pack) {
            let reached = direction == .charge ? proven[pack] : -proven[pack]
            let ahead = direction == .charge ? lead[pack].charge : lead[pack].discharge
            own = min(kept, max(max(most * Self.unprovenMarginPermille / 1_000 - ahead, reached * 2), 0))
        }
        // Whatever the others do, a pack cannot carry more than the bank does.
        return Int32(clamping: max(own * share.whole / max(share.part, 1), kept))
    }

    // MARK: Measuring

    /// Learns from what flows, when it flows steadily and in one direction.
    ///
    /// With `isComplete` false a pack is lost: what the others carry is then not the whole, and must not let a limit
    /// rise that the lost pack kept down. `told` are CCL and DCL, in milliamps: a limit that holds the current down must
    /// not keep the shares that it follows from for ever from being measured.
    mutating func learn(
        _ currents: borrowing Currents, isComplete: Bool, told: (charge: Int32, discharge: Int32),
        elapsed: Interval
    ) {
        sinceTaken = sinceTaken + elapsed
        forget(elapsed)
        let flow = look(at: currents)
        let capacity = max(currents.capacityMilliampHours, 1)
        let part = abs(flow.sum) * 1_000 / capacity
        expectLeads(isNew: flow.isNew)
        if isComplete, flow.isNew { compare(currents, sum: part > Self.goesOnAbovePermille ? flow.sum : 0) }
        let direction: Direction = flow.sum > 0 ? .charge : .discharge
        let isEnough = part > (measuring == direction ? Self.goesOnAbovePermille : Self.beginsAbovePermille)
        let isWhole = flow.isWhole && isComplete
        measuring = isWhole && isEnough ? direction : nil
        let allowed =
            Int64(direction == .charge ? told.charge : told.discharge) * Self.marginPermille / capacity
        let least = max(min(Self.beginsAbovePermille, allowed), Self.goesOnAbovePermille)
        guard isWhole, part > least, unsteady & currents.conducting == 0, flow.isNew,
            !isLittle(flow.sum, through: currents.conducting)
        else { return }
        take(currents, sum: flow.sum)
    }

    /// What flows through all packs together, in milliamps, whether that is all and in one direction, and whether any
    /// of it was measured since the step before; notes which packs are steady.
    private mutating func look(at currents: borrowing Currents) -> (sum: Int64, isWhole: Bool, isNew: Bool) {
        var sum: Int64 = 0
        var isWhole = currents.conducting.nonzeroBitCount > 1
        var isNew = false
        for index in seen.indices where currents.conducting & 1 << UInt16(index) != 0 {
            guard let now = currents.milliamps[index] else {
                isWhole = false
                continue
            }
            sum += Int64(now.value)
            if seen[index] != now {
                isNew = true
                let step = seen[index].map { distance($0.value, now.value) } ?? .max
                let isSteady = step <= Int64(abs(now.value)) / 20 + Self.steadyMilliamps
                // Packs are read one after the other: until all were read again, their currents are not of one moment.
                unsteady = isSteady ? unsteady & ~(1 << UInt16(index)) : currents.conducting
            }
            seen[index] = now
        }
        for index in seen.indices where currents.conducting & 1 << UInt16(index) != 0 {
            // A current against the others flows between the packs, not through the bank.
            if let now = currents.milliamps[index], Int64(now.value) * sum < 0 { isWhole = false }
        }
        return (sum, isWhole, isNew)
    }

    /// Takes over what the step before has found; without news it may only grow, for no limit rises without news.
    private mutating func expectLeads(isNew: Bool) {
        for index in lead.indices {
            let next = nextLead[index]
            lead[index] =
                isNew
                ? next
                : Lead(
                    charge: max(lead[index].charge, next.charge),
                    discharge: max(lead[index].discharge, next.discharge))
        }
    }

    /// Notes which packs fall behind what they were stated to carry of `sum`, in milliamps.
    private mutating func compare(_ currents: borrowing Currents, sum: Int64) {
        let group = group(currents.conducting)
        for index in nextLead.indices {
            let usual = sum * stated[index] / max(group.stated, 1)
            let more = currents.milliamps[index].map { Int64($0.value) - usual } ?? 0
            nextLead[index] = Lead(charge: sum < 0 ? max(more, 0) : 0, discharge: sum > 0 ? max(-more, 0) : 0)
        }
    }

    /// Whether the same packs carried more than twice as much of late: what was seen then is nearer to the truth.
    private func isLittle(_ sum: Int64, through conducting: UInt16) -> Bool {
        var reached: Int64 = 0
        for index in proven.indices where conducting & 1 << UInt16(index) != 0 { reached += proven[index] }
        return sum.signum() == reached.signum() && abs(sum) * 2 < abs(reached)
    }

    /// Differences of voltage change with the state of charge, and so do the shares.
    private mutating func forget(_ elapsed: Interval) {
        let part = min(elapsed.milliseconds, Self.provenMilliseconds)
        for index in proven.indices { proven[index] -= proven[index] * part / Self.provenMilliseconds }
    }

    /// Shares that shift count at once as soon as one of them turns out larger, and within a minute otherwise.
    private mutating func take(_ currents: borrowing Currents, sum: Int64) {
        var scale: Int64 = 0
        for index in stated.indices where currents.conducting & 1 << UInt16(index) != 0 {
            scale += stated[index]
        }
        var shares: InlineArray<16, Int64> = InlineArray(repeating: 0)
        var hasGrown = false
        for index in shares.indices {
            guard let now = currents.milliamps[index] else { continue }
            let share = min(max(Int64(now.value) * scale / sum, max(scale / 1_000, 1)), scale)
            shares[index] = share
            if share > measured[index] + measured[index] / 50 { hasGrown = true }
        }
        let part = hasGrown ? 60_000 : min(sinceTaken.milliseconds, 60_000)
        sinceTaken = .zero
        for index in shares.indices where shares[index] > 0 {
            measured[index] += (shares[index] - measured[index]) * part / 60_000
            let carried = Int64(currents.milliamps[index]?.value ?? 0)
            let isMore = carried.signum() != proven[index].signum() || abs(carried) > abs(proven[index])
            if isMore { proven[index] = carried }
        }
    }

    private static let marginPermille: Int64 = 900
    private static let unprovenMarginPermille: Int64 = 500
    private static let provenMilliseconds: Int64 = 1_200_000
    /// Below a tenth of the capacity in an hour offsets and differences of voltage rule the currents.
    private static let beginsAbovePermille: Int64 = 100
    private static let goesOnAbovePermille: Int64 = 50
    /// A current that moves by less between two readings is steady, beside a twentieth of itself.
    private static let steadyMilliamps: Int64 = 500
}

// MARK: - Over a restart

extension Sharing {
    func save(into memory: inout ControlMemory, pack: Int) {
        memory[.share, pack] = measured[pack] > 0 ? measured[pack] : nil
    }

    mutating func restore(_ memory: borrowing ControlMemory, pack: Int) {
        guard let share = memory[.share, pack], (1...1_000_000).contains(share) else { return }
        measured[pack] = share
    }
}
