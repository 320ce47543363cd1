import BatteryModel
import CAllocationCount
import LinuxIO

/// Times a piece of work many times over and prints the middle of several runs.
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

    /// Prints one figure.
    static func report(_ what: String, _ value: String, _ note: String = "") {
        let padded = what + String(repeating: " ", count: max(1, 46 - what.count))
        print("  \(padded)\(value)\(note.isEmpty ? "" : "   (\(note))")")
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
