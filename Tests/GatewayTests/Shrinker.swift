/// Makes a failing schedule as small as it gets and still fails.
enum Shrinker {
    /// Looks for the smallest schedule that still fails.
    ///
    /// Faults are taken away one by one, then made shorter, weaker and earlier, until nothing of it fails any more.
    ///
    /// - Parameters:
    ///   - schedule: One that fails.
    ///   - tries: How many schedules are tried at most.
    ///   - fails: Whether a schedule fails.
    /// - Returns: One that still fails.
    static func smallest(
        _ schedule: FaultSchedule, tries: Int = 400, _ fails: (FaultSchedule) -> Bool
    ) -> FaultSchedule {
        var best = schedule
        var left = tries
        var hasShrunk = true
        while hasShrunk, left > 0 {
            hasShrunk = false
            for smaller in candidates(best) {
                guard left > 0 else { break }
                left -= 1
                guard fails(smaller) else { continue }
                best = smaller
                hasShrunk = true
                break
            }
        }
        return best
    }

    /// Every schedule that is one step smaller, the most promising first.
    private static func candidates(_ schedule: FaultSchedule) -> [FaultSchedule] {
        var found: [FaultSchedule] = []
        func add(_ change: (inout FaultSchedule) -> Void) {
            var smaller = schedule
            change(&smaller)
            if smaller != schedule { found.append(smaller) }
        }
        for index in schedule.faults.indices { add { $0.faults.remove(at: index) } }
        for index in schedule.faults.indices { add { $0.faults[index].lasts /= 2 } }
        add { $0.packs = max($0.packs / 2, 1) }
        for index in schedule.faults.indices {
            add { $0.faults[index].amount = max($0.faults[index].amount / 2, 1) }
            add { $0.faults[index].at /= 2 }
        }
        return found
    }
}
