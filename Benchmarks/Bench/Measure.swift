import BatteryModel
import CAllocationCount
import LinuxIO

/// Times a piece of work many times over and takes the middle of several runs.
enum Measure {
    struct Result {
        var nanoseconds: Double
        var allocations: Double
    }

    /// Runs `work` `count` times in each of `runs` runs, after one that does not count.
    static func loop(_ count: Int, runs: Int = 7, _ work: () -> Void) -> Result {
        for _ in 0..<count / 4 { work() }
        var times: [Double] = []
        var allocations: UInt64 = .max
        for _ in 0..<runs {
            let before = allocation_count()
            let start = MonotonicClock.now()
            for _ in 0..<count { work() }
            let elapsed = MonotonicClock.now() - start
            allocations = min(allocations, allocation_count() - before)
            times.append(Double(elapsed.nanoseconds) / Double(count))
        }
        return Result(nanoseconds: times.sorted()[runs / 2], allocations: Double(allocations) / Double(count))
    }

    /// A number with a few places.
    static func fixed(_ value: Double, _ places: Int = 1) -> String {
        var factor = 1.0
        for _ in 0..<places { factor *= 10 }
        let scaled = Int((value * factor).rounded())
        guard places > 0 else { return "\(scaled)" }
        let digits = "\(abs(scaled))"
        let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
        return (scaled < 0 ? "-" : "") + padded.dropLast(places) + "." + padded.suffix(places)
    }
}

/// Many measurements of one thing.
struct Sample {
    private var values: [Double] = []

    var count: Int { values.count }

    mutating func add(_ value: Double) { values.append(value) }

    /// The smallest value that so many hundredths of all do not exceed; `nan` if there is none.
    func percentile(_ hundredths: Double) -> Double {
        guard !values.isEmpty else { return .nan }
        let place = Int((Double(values.count) * hundredths / 100).rounded(.up)) - 1
        return values.sorted()[min(max(place, 0), values.count - 1)]
    }

    var median: Double { percentile(50) }
    var highest: Double { percentile(100) }
}

extension Interval {
    /// The length in milliseconds with its fraction.
    var inMilliseconds: Double { Double(nanoseconds) / 1_000_000 }
}
