import BatteryModel

/// A number over time in bounded memory: steps that become longer as time goes on.
struct PlotSeries {
    /// The most steps; more are made half as many of twice the length.
    static let maximumSteps = 512

    private(set) var step: Interval
    private(set) var lows: [Int32?] = [], highs: [Int32?] = []
    private let start: Instant

    init(from start: Instant, step: Interval = .milliseconds(250)) {
        self.start = start
        self.step = step
    }

    mutating func note(_ value: Int32, at now: Instant) {
        let passed = now - start
        guard passed >= .zero else { return }
        while passed.nanoseconds / step.nanoseconds >= Int64(Self.maximumSteps) { halve() }
        let index = Int(passed.nanoseconds / step.nanoseconds)
        while lows.count <= index {
            lows.append(nil)
            highs.append(nil)
        }
        lows[index] = min(lows[index] ?? value, value)
        highs[index] = max(highs[index] ?? value, value)
    }

    private mutating func halve() {
        step = step * 2
        lows = Self.merged(lows, by: min)
        highs = Self.merged(highs, by: max)
    }

    private static func merged(_ values: [Int32?], by choose: (Int32, Int32) -> Int32) -> [Int32?] {
        stride(from: 0, to: values.count, by: 2).map { index in
            guard index + 1 < values.count, let next = values[index + 1] else { return values[index] }
            return values[index].map { choose($0, next) } ?? next
        }
    }
}
