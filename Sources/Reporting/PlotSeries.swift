import BatteryModel

/// A number over time in bounded memory: steps that become longer as time goes on.
struct PlotSeries: Sendable {
    /// The most steps; more are made half as many of twice the length.
    static let maximumSteps = 512

    private(set) var step: Interval
    private var steps: [Step] = []
    private let start: Instant
    /// The step that the last value fell into, and when it begins and ends, in nanoseconds since ``start``.
    private var latest = 0, latestBegin: Int64 = 0, latestEnd: Int64 = 0

    /// The lowest and the highest value in a step; without any the lowest is above the highest.
    private struct Step {
        var low = Int32.max, high = Int32.min

        mutating func note(_ other: Step) {
            low = min(low, other.low)
            high = max(high, other.high)
        }
    }

    init(from start: Instant, step: Interval = .milliseconds(250)) {
        self.start = start
        self.step = step
    }

    /// Whether there is no value.
    var isEmpty: Bool { steps.isEmpty }
    /// The lowest value in each step; `nil` where there is none.
    var lows: [Int32?] { steps.map { $0.low > $0.high ? nil : $0.low } }
    /// The highest value in each step; `nil` where there is none.
    var highs: [Int32?] { steps.map { $0.low > $0.high ? nil : $0.high } }

    mutating func note(_ value: Int32, at now: Instant) {
        let passed = (now - start).nanoseconds
        if passed < latestBegin || passed >= latestEnd {
            guard passed >= 0 else { return }
            find(passed)
        }
        steps[latest].note(Step(low: value, high: value))
    }

    private mutating func find(_ passed: Int64) {
        while passed / step.nanoseconds >= Int64(Self.maximumSteps) { halve() }
        latest = Int(passed / step.nanoseconds)
        latestBegin = Int64(latest) * step.nanoseconds
        latestEnd = latestBegin &+ step.nanoseconds
        while steps.count <= latest { steps.append(Step()) }
    }

    private mutating func halve() {
        step = step * 2
        steps = stride(from: 0, to: steps.count, by: 2).map { index in
            var pair = steps[index]
            if index + 1 < steps.count { pair.note(steps[index + 1]) }
            return pair
        }
    }
}
