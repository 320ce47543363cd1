import BatteryModel
import BusCodec
import Glibc
import InverterProfiles
import Recordings

/// A long candump log: reading and decoding all of it, and `busbar diagnose` of it, beside what others take.
///
/// Rates are by processor time of one core, ours and theirs in turn, the best of several runs each, so that a busy
/// machine disturbs them little.
enum DecodeBench {
    private static let frames = 2_000_000
    private static let rounds = 7

    static func run() {
        guard let folder = TemporaryFolder(), write(frames, to: "\(folder.path)/long.log"),
            write(frames / 20, to: "\(folder.path)/short.log")
        else { return Table.missing("decode of a long log", "it cannot be written to /tmp") }
        let log = "\(folder.path)/long.log"
        print("a candump log of \(frames / 1_000_000) million frames, one Pylontech LV battery")
        let parse = best { read(log) { _ in } } ?? .nan
        var (plan, reading) = (ProfilePlan(PylontechLV.profile), BankReading())
        let peer = Peer(folder.path)
        var ours = Double.infinity
        var (scaled, bits): (Double?, Double?) = (nil, nil)
        for _ in 0..<rounds {
            ours = min(
                ours,
                read(log) { frame in
                    _ = plan.decode(
                        frame.frame, at: Instant(nanoseconds: frame.nanoseconds ?? 0), into: &reading)
                })
            scaled = lower(scaled, peer?.run(["scaled"]))
            bits = lower(bits, peer?.run([]))
        }
        Table.row(
            "parse every line", "\(Measure.fixed(1_000 / parse)) M frames/s",
            note: "\(Measure.fixed(parse)) ns a frame")
        Table.row(
            "parse every line and decode every signal", 1_000 / ours, "M frames/s", atLeast: 10,
            note: "\(Measure.fixed(ours)) ns a frame")
        let python = peer.flatMap { peer in best { peer.runPython() } }
        tell("times python-can with cantools", python, ours, atLeast: 45)
        tell("times C by cantools, scaled and checked as ours", scaled, ours, atLeast: 1.4)
        tell("times C by cantools, bits only", bits, ours, atLeast: 1.4)
        diagnose(log)
        stream(log)
    }

    // MARK: - Ours

    /// Nanoseconds of processor time for each frame.
    private static func read(_ path: String, _ visit: (RecordedFrame) -> Void) -> Double {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        defer { close(descriptor) }
        var reader = RecordingReader()
        var block = [UInt8](repeating: 0, count: 65_536)
        let start = processorNanoseconds()
        while true {
            let count = Glibc.read(descriptor, &block, block.count)
            guard count > 0 else { break }
            reader.takeBatch(block[..<count]).visit(frame: visit, other: { _, _ in })
        }
        reader.finishBatch().visit(frame: visit, other: { _, _ in })
        guard reader.tally.frames > 0, reader.tally.unreadable == 0 else { return .nan }
        return (processorNanoseconds() - start) / Double(reader.tally.frames)
    }

    private static func processorNanoseconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
    }

    private static func best(_ work: () -> Double?) -> Double? {
        (0..<rounds).reduce(nil) { best, _ in lower(best, work()) }
    }

    private static func lower(_ one: Double?, _ other: Double?) -> Double? {
        guard let one, let other else { return one ?? other }
        return min(one, other)
    }

    // MARK: - Theirs

    /// What others read the log with: made from the DBC file that Busbar writes.
    private struct Peer {
        let folder: String
        private let isCompiled: Bool

        /// Makes it; `nil` where it is not installed.
        init?(_ folder: String) {
            self.folder = folder
            guard let busbar = Installed.busbar,
                let text = Child.output(of: [busbar.path, "dbc", "pylontech-lv-can"]),
                File.write(text, to: "\(folder)/lv.dbc"),
                Installed.run([
                    "-m", "cantools", "generate_c_source", "--database-name", "lv", "-o", folder,
                    "\(folder)/lv.dbc",
                ])
            else { return nil }
            let compile = [
                "/usr/bin/cc", "-O3", "-I", folder, "-o", "\(folder)/peer",
                "Benchmarks/Peers/candump_decode.c", "\(folder)/lv.c",
            ]
            isCompiled = Child.output(of: compile) != nil
        }

        /// Nanoseconds for a frame in C.
        func run(_ words: [String]) -> Double? {
            guard isCompiled else { return nil }
            return Child.output(of: ["\(folder)/peer", "\(folder)/long.log"] + words)
                .flatMap { Double($0.prefix { $0 != "\n" }) }
        }

        /// Nanoseconds for a frame in Python.
        func runPython() -> Double? {
            Installed.peer("candump_decode", ["\(folder)/lv.dbc", "\(folder)/short.log"])
        }
    }

    private static func tell(_ figure: String, _ theirs: Double?, _ ours: Double, atLeast target: Double) {
        guard let theirs else { return Table.missing(figure, "it needs /usr/bin/cc and \(Installed.noPeer)") }
        Table.row(
            figure, theirs / ours, "x", atLeast: target,
            note: "\(Measure.fixed(1_000 / theirs, 2)) M frames/s in the same run")
    }

    // MARK: - The program

    private static func diagnose(_ log: String) {
        guard let busbar = Installed.busbar, let cost = Child.cost(of: [busbar.path, "diagnose", log]) else {
            return Table.missing("busbar diagnose of it", "no busbar: make build makes it")
        }
        Table.row(
            "busbar diagnose of it", cost.seconds, "s", atMost: 1, places: 2,
            note:
                "\(Measure.fixed(cost.processorSeconds, 2)) s of processor time; load average \(Machine.load)"
        )
        Table.row(
            "resident memory, the most there was", cost.megabytes, "MB", atMost: 30,
            note: busbar.isShipped ? "" : "this program's, which loads Swift's libraries at run time")
    }

    /// The log ten times through a pipe: the memory must not know how long a stream is.
    private static func stream(_ log: String) {
        let words = Array(repeating: "'\(log)'", count: 10).joined(separator: " ")
        guard let busbar = Installed.busbar,
            let cost = Child.cost(of: ["/bin/sh", "-c", "cat \(words) | '\(busbar.path)' diagnose -"])
        else { return }
        Table.row("the same for ten times as much from a pipe", cost.megabytes, "MB", atMost: 30)
    }

    // MARK: - The log

    private static func write(_ count: Int, to path: String) -> Bool {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var block: [UInt8] = []
        for number in 0..<count {
            append(number, to: &block)
            guard block.count > 1 << 20 || number == count - 1 else { continue }
            guard Glibc.write(descriptor, block, block.count) == block.count else { return false }
            block.removeAll(keepingCapacity: true)
        }
        return true
    }

    /// One line: seven frames come in every second, and the measured values move.
    private static func append(_ number: Int, to block: inout [UInt8]) {
        let (second, place) = (number / 7, number % 7)
        let frames = [
            "351#3002E803DC05C201", "355#\(word(20 + second / 4_000 % 70))630000000000",
            "356#\(word(5_300 + second % 41))\(word(150 + second % 201))FB000000", "359#0000000002504E00",
            "35C#C000000000000000", "35E#50594C4F4E202020", "305#0000000000000000",
        ]
        block += "(\(1_763_800_000 + second).\(100_000 + place * 20_000)) can0 \(frames[place])\n".utf8
    }

    /// A word as its two bytes, the lower first.
    private static func word(_ value: Int) -> String {
        let digits = String(value, radix: 16, uppercase: true)
        let padded = String(repeating: "0", count: 4 - digits.count) + digits
        return String(padded.suffix(2) + padded.prefix(2))
    }
}
