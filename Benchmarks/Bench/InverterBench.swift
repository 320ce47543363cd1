import BatteryModel
import InverterProfiles
import LinuxIO
import Simulators

/// Thirty-two simulated inverters in one process, each with a simulated battery that speaks to it.
enum InverterBench {
    private static let count = 32
    private static let seconds: Int64 = 60

    /// A bus with an inverter at one end and a battery at the other.
    private final class Pair {
        private let bus: MemoryBus
        private let battery: Simulation
        let inverter: Simulation
        let profile: InverterProfile

        init(_ profile: InverterProfile) throws(SystemError) {
            bus = try profile.serial == nil ? MemoryBus.frames() : MemoryBus.bytes()
            battery = try Simulation(.speaker(.init(profile: profile, port: .link(bus.second))))
            inverter = try Simulation(.inverter(.init(profile: profile, port: .link(bus.first))))
            self.profile = profile
        }

        deinit {
            inverter.stop()
            battery.stop()
        }

        /// How often the inverter says that it is there, or asks.
        var period: Interval { profile.serial?.spacing ?? profile.sheet.keepAlive.period }

        /// Whether it does either.
        var isHeard: Bool { profile.serial != nil || profile.sheet.keepAlive.isKnown }

        var tally: Tally {
            let snapshot = inverter.snapshot
            guard let inverter = snapshot.inverter else { return Tally(at: snapshot.at) }
            return Tally(
                at: snapshot.at, said: inverter.asking?.questions ?? inverter.statistics.keepAlives,
                heard: inverter.asking?.answers ?? inverter.statistics.frames,
                stops: inverter.statistics.stops, timeouts: inverter.asking?.timeouts ?? 0)
        }
    }

    private struct Tally {
        var at: Instant
        var said: UInt64 = 0
        var heard: UInt64 = 0
        var stops: UInt64 = 0
        var timeouts: UInt64 = 0
    }

    static func run() {
        do throws(SystemError) {
            var pairs: [Pair] = []
            for index in 0..<count {
                pairs.append(try Pair(ProfileTable.profiles[index % ProfileTable.profiles.count]))
            }
            let loop = try EventLoop()
            try wait(.seconds(5), on: loop)
            let before = pairs.map(\.tally)
            try wait(.seconds(seconds), on: loop)
            tell(pairs, before, pairs.map(\.tally))
        } catch {
            Table.missing("\(count) simulated inverters", "\(error)")
        }
    }

    private static func wait(_ length: Interval, on loop: EventLoop) throws(SystemError) {
        let end = MonotonicClock.now() + length
        while MonotonicClock.now() < end { _ = try loop.wait(until: end) }
    }

    private static func tell(_ pairs: [Pair], _ before: [Tally], _ after: [Tally]) {
        var (missed, said, heard, lost) = (UInt64(0), UInt64(0), UInt64(0), UInt64(0))
        for (index, pair) in pairs.enumerated() {
            let (first, last) = (before[index], after[index])
            said += last.said - first.said
            heard += last.heard - first.heard
            lost += last.stops - first.stops + last.timeouts - first.timeouts
            guard pair.isHeard else { continue }
            // A period that has begun need not have been said yet.
            let whole = UInt64(max((last.at - first.at).nanoseconds / pair.period.nanoseconds - 1, 0))
            missed += whole - min(whole, last.said - first.said)
        }
        Table.row(
            "periods missed by \(count) inverters in \(seconds) s", Double(missed), "", atMost: 0, places: 0,
            note: "\(said) signs of life and questions, \(heard) frames and answers understood; "
                + "load average \(Machine.load)")
        Table.row(
            "limits run out or answers missed meanwhile", Double(lost), "", atMost: 0, places: 0,
            note: "\(count) inverters and their batteries, one process, \(2 * count) threads")
    }
}
