import BatteryModel

/// The state of charge that one BMS reports, checked against the charge that flows.
struct SOCTrack: Sendable {
    private(set) var reported: Int32?
    private(set) var isStuck = false
    /// What has flowed since the reported value last changed, in milliamp-milliseconds.
    private var flowed: Int64 = 0

    /// Notes what is reported and what has flowed meanwhile.
    mutating func step(
        _ soc: Int32?, milliamps: Int32?, elapsed: Interval, capacityMilliampHours: Int32,
        _ settings: SOCSettings
    ) {
        guard let soc else { return }
        if soc != reported {
            reported = soc
            flowed = 0
            isStuck = false
        }
        guard let milliamps else { return }
        let current = SOCService.effective(milliamps, settings)
        let next = flowed + current * elapsed.milliseconds
        // At its ends a counter stands still by right.
        let isAtEnd = soc >= 990 && next > 0 || soc <= 10 && next < 0
        flowed = isAtEnd ? 0 : next
        let all = Int64(capacityMilliampHours) * 3_600_000
        if abs(flowed) > all / 1_000 * Int64(settings.stuckPermille) { isStuck = true }
    }

    /// What may be believed: what is reported, or from where it got stuck what has flowed since.
    func permille(capacityMilliampHours: Int32) -> Int32? {
        guard let reported, isStuck else { return reported }
        let moved = flowed * 1_000 / max(Int64(capacityMilliampHours) * 3_600_000, 1)
        return Int32(min(max(Int64(reported) + moved, 0), 1_000))
    }

    mutating func restore(reported: Int64?, flowed: Int64?) {
        guard let reported, (0...1_000).contains(reported), let flowed, flowed.magnitude < 1 << 50
        else { return }
        self.reported = Int32(reported)
        self.flowed = flowed
    }

    var memory: (reported: Int64?, flowed: Int64?) { (reported.map(Int64.init), flowed) }
}
