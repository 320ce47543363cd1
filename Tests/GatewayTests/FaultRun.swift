import BatteryModel
import InverterProfiles

/// A gateway that lives through a schedule of faults, byte for byte, on virtual time.
struct FaultRun {
    private(set) var plant: VirtualPlant
    private let schedule: FaultSchedule
    private let line: FaultyLine

    /// After the last fault everything must be well again within this time: a question that a pack which had been
    /// given up is not asked at once, its settings neither; then the hold, then the ramp.
    static let recovery = Interval.seconds(110)

    init(_ schedule: FaultSchedule) {
        self.schedule = schedule
        let line = FaultyLine(seed: schedule.seed)
        self.line = line
        plant = VirtualPlant(packs: schedule.packs)
        plant.spoil = { line.spoil($0) }
    }

    /// Plays the schedule and says what was wrong; `nil` if nothing was.
    static func failure(of schedule: FaultSchedule) -> String? {
        var run = FaultRun(schedule)
        run.play()
        return WireWatch().check(run.plant) ?? run.checkRecovery()
    }

    /// Lets every fault begin and end, and then time pass.
    mutating func play() {
        var times = Set(schedule.faults.flatMap { [$0.at, $0.end] })
        for fault in schedule.faults where fault.kind == .babble {
            for time in stride(from: fault.at, to: fault.end, by: 10 + fault.amount * 7) {
                times.insert(time)
            }
        }
        for time in times.sorted() {
            let due = VirtualPlant.start + .milliseconds(Int64(time))
            // Whoever has slept comes late.
            if due > plant.now { plant.run(for: due - plant.now) }
            change(at: time)
        }
        plant.run(for: Self.recovery)
    }

    private mutating func change(at time: Int) {
        let before = line.active
        line.active = schedule.faults.filter { $0.at <= time && time < $0.end }
        for fault in schedule.faults {
            let was = before.contains(fault)
            let isNow = line.active.contains(fault)
            if isNow, fault.kind == .babble { plant.inject(line.noise()) }
            guard was != isNow else { continue }
            switch fault.kind {
            case .serialDown: plant.bus(0, isUp: !isActive(.serialDown))
            case .canDown: plant.bus(1, isUp: !isActive(.canDown))
            case .inverterSilent: plant.isInverterSilent = isActive(.inverterSilent)
            case .asleep: if isNow { plant.sleep(for: .milliseconds(Int64(fault.lasts))) }
            case .silence: silence()
            default: break
            }
        }
    }

    private func isActive(_ kind: LineFault.Kind) -> Bool { line.active.contains { $0.kind == kind } }

    private mutating func silence() {
        for index in plant.packs.indices {
            plant.packs[index].isSilent = line.active.contains {
                $0.kind == .silence && ($0.pack == index || $0.pack > 3)
            }
        }
    }

    /// Whether the whole set is being sent again, with limits above 0.
    func checkRecovery() -> String? {
        let since = plant.now.before(.seconds(10))
        for identifier in WireWatch.identifiers {
            let count = plant.frames(identifier, since: since).count
            if count < 9 { return "\(count) frames \(String(identifier, radix: 16)) in the last 10 s" }
        }
        guard let last = plant.frames(0x351, since: since).last, let limits = WireWatch.Limits(last.frame)
        else { return "no limits" }
        if limits.charge == 0 || limits.discharge == 0 { return "still \(limits)" }
        return nil
    }
}
