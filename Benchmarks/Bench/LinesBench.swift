import BMSDrivers
import BatteryModel
import BusCodec
import ChargeControl
import Gateway
import InverterProfiles
import LinuxIO
import Reporting
import Simulators

/// Sixty-four packs on eight lines in one process.
///
/// A bank has sixteen packs at most, so the process has four gateways, each with two lines of eight packs and an
/// inverter. It is a child of this program; packs and inverters are played by the parent. It is measured twice: the
/// gateways alone, and each with the tape of what is on its buses and the diagnosis that reads it, as `busbar run` has.
enum LinesBench {
    private static let lines = 8
    private static let packsOfLine = 8
    private static let linesOfBank = 2
    private static let settles: Int64 = 30
    private static let seconds: Int64 = 60

    /// The words by which this program knows that it is the child; the places of lines and inverters follow.
    static let childWord = "gateways", diagnosedChildWord = "diagnosed-gateways"

    static func run() {
        do throws(SystemError) {
            try measure(childWord, "the gateways alone")
            try measure(diagnosedChildWord, "each with its tape and its diagnosis")
        } catch {
            Table.missing("\(lines * packsOfLine) packs on \(lines) lines", "\(error)")
        }
    }

    private static func measure(_ word: String, _ what: String) throws(SystemError) {
        var simulations: [Simulation] = []
        defer { for simulation in simulations { simulation.stop() } }
        for _ in 0..<lines {
            simulations.append(try Simulation(.packs(SimulationPlan.Battery(packs: packsOfLine))))
        }
        for _ in 0..<lines / linesOfBank { simulations.append(try Simulation(.inverter(.init()))) }
        let places = simulations.compactMap { $0.linePlace ?? $0.busPlace }
        guard let child = Child([CommandLine.arguments[0], word] + places) else {
            return Table.missing("\(lines * packsOfLine) packs on \(lines) lines", "cannot start myself")
        }
        defer { child.end() }
        try pause(.seconds(settles))
        let (before, begin, heard) = (
            child.processorSeconds, MonotonicClock.now(), answers(simulations)
        )
        try pause(.seconds(seconds))
        let length = (MonotonicClock.now() - begin).inMilliseconds / 1_000
        let perSecond = Double(answers(simulations) - heard) / length
        print("\(lines * packsOfLine) packs on \(lines) lines, read once a second: \(what)")
        tell(child.processorSeconds - before, over: length, child.memory("VmHWM") / 1_000, perSecond)
    }

    private static func tell(_ used: Double, over length: Double, _ memory: Double, _ perSecond: Double) {
        Table.row(
            "processor time, share of a core", used / length * 100, "%", atMost: 3, places: 2,
            note: "user and system over \(Measure.fixed(length, 0)) s; one process, "
                + "\(lines / linesOfBank) gateways; load average \(Machine.load)")
        Table.row(
            "resident memory, the most there was", memory, "MB", atMost: 25,
            note: "this program's, which loads Swift's libraries at run time")
        Table.row(
            "answers a second", perSecond, "", atLeast: 0.95 * possible,
            note: "one status record for each pack, and now and then its settings; the lines can carry "
                + "\(Measure.fixed(possible)), for each takes \(Measure.fixed(exchange)) ms with its spacing")
    }

    /// Question, turn-around, answer with its acknowledgement and the spacing of the sheet, in milliseconds.
    private static var exchange: Double {
        let (driver, timing) = (JKPB.driver, SimulatedLine.Timing())
        let bytes = 11 + JK55AA.length + 8
        return Double(bytes) * 10_000 / Double(driver.sheet.baud)
            + (timing.turnaround + driver.sheet.timing.spacing).inMilliseconds
    }

    /// What eight packs of a line are asked once a second, or what the line can carry if that is less.
    private static var possible: Double {
        min(Double(lines * packsOfLine), Double(lines) * 1_000 / exchange)
    }

    private static func answers(_ simulations: [Simulation]) -> UInt64 {
        simulations.reduce(0) { $0 + ($1.snapshot.line?.statistics.answers ?? 0) }
    }

    private static func pause(_ length: Interval) throws(SystemError) {
        let (loop, end) = (try EventLoop(), MonotonicClock.now() + length)
        while MonotonicClock.now() < end { _ = try loop.wait(until: end) }
    }

    /// What the child does, until somebody ends it.
    static func serve(_ places: [String], isDiagnosed: Bool) {
        do throws(SystemError) {
            var threads: [NativeThread] = [], keepers: [DiagnosisKeeper] = []
            for bank in 0..<lines / linesOfBank {
                let own = places[bank * linesOfBank..<(bank + 1) * linesOfBank]
                var configuration = configuration(Array(own), inverter: places[lines + bank])
                let tape = isDiagnosed ? BusTape() : nil
                configuration.tape = tape
                let gateway = Gateway(configuration)
                threads.append(try gateway.start())
                guard let tape else { continue }
                keepers.append(DiagnosisKeeper(tape, configuration) { gateway.note($0) })
                try keepers[bank].start()
            }
            for thread in threads { thread.join() }
            for keeper in keepers { keeper.stop() }
        } catch {
            print("busbar-bench: \(error)")
        }
    }

    private static func configuration(_ lines: [String], inverter: String) -> GatewayConfiguration {
        let format = SerialFormat(baud: 115_200)
        let settings = PackSettings(
            cells: 16, capacityMilliampHours: 280_000, chargeMilliamps: 100_000, dischargeMilliamps: 100_000)
        var packs: [GatewayConfiguration.Pack] = []
        for line in lines.indices {
            for address in 1...packsOfLine {
                packs.append(
                    .init(
                        name: "\(line)-\(address)", bus: line, driver: JKPB.driver, address: UInt8(address),
                        settings: settings))
            }
        }
        let can = LinkAddress.slcan(over: .serial(path: inverter, format), bitrateKilobits: 500)
        return GatewayConfiguration(
            buses: lines.map { .init(name: $0, address: .serial(path: $0, format)) }
                + [.init(name: "inverter", address: can)],
            packs: packs, inverters: [.init(bus: lines.count, profile: PylontechLV.profile)],
            control: ControlSettings(bankChargeMilliamps: 800_000, bankDischargeMilliamps: 800_000))
    }
}
