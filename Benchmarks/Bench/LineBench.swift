import BMSDrivers
import BatteryModel
import BusCodec
import LinuxIO
import Simulators

/// A line of JK-PB packs on a pseudo-terminal, asked by the line code of the gateway.
enum LineBench {
    static func run() {
        let turnaround = SimulatedLine.Timing().turnaround
        paced(packs: 1, cycles: 20, turnaround)
        paced(packs: 15, cycles: 3, turnaround)
        unpaced()
        registers(turnaround)
    }

    /// As on a real bus: with the pack's turn-around and the spacing that the sheet demands.
    private static func paced(packs: Int, cycles: Int, _ turnaround: Interval) {
        let driver = JKPB.driver
        let what = packs == 1 ? "one JK-PB reading at 115200" : "\(packs) JK-PB packs on one line, a round"
        let pause = turnaround + driver.sheet.timing.spacing
        guard let result = LineRun.measure(driver, packs: packs, cycles: cycles, SimulatedLine.Timing())
        else {
            return Table.missing(what, "the line does not work")
        }
        let ideal = result.ideal(pausing: pause)
        Table.row(
            what, result.cycle, "ms", atMost: 1.1 * ideal,
            note: "wire \(Measure.fixed(result.wire)) + turn-around and spacing of the sheet "
                + "\(Measure.fixed(pause.inMilliseconds * result.transactions)) ms; "
                + "overhead of ours \(Measure.fixed((result.cycle - ideal) / Double(packs), 2)) ms per reading"
        )
        guard packs == 1 else { return }
        Table.row(
            "transactions per reading", result.transactions, "", atMost: 1, places: 0,
            note: "the status record; settings and identity once a minute, one transaction each")
        Table.row(
            "request to reading, one pack", "\(Measure.fixed(result.reading)) ms",
            note: "stated for dbus-serialbattery, not measured here: 120 ms")
    }

    private static func unpaced() {
        var driver = JKPB.driver
        driver.sheet.timing.spacing = .zero
        let timing = SimulatedLine.Timing(turnaround: .zero)
        let what = "15 packs, turn-around and spacing 0, a round"
        guard let result = LineRun.measure(driver, packs: 15, cycles: 20, timing) else {
            return Table.missing(what, "the line does not work")
        }
        Table.row(
            what, result.cycle / 1_000, "s", atMost: 0.55, places: 3,
            note: "wire \(Measure.fixed(result.wire)) ms; overhead of ours "
                + "\(Measure.fixed((result.cycle - result.wire) / 15, 2)) ms per reading")
    }

    /// The same registers as any Modbus master would read them, beside minimalmodbus.
    private static func registers(_ turnaround: Interval) {
        var driver = JKPB.driver
        driver.sheet.timing.spacing = .zero
        let what = "one reading by registers, spacing 0"
        let timing = SimulatedLine.Timing()
        guard let result = LineRun.measure(driver, .registers, packs: 1, cycles: 20, timing) else {
            return Table.missing(what, "the line does not work")
        }
        Table.row(
            what, result.cycle, "ms", atMost: 1.1 * result.ideal(pausing: turnaround),
            note: "\(Measure.fixed(result.transactions, 0)) transactions")
        let theirs = LineRun.onSimulation(packs: 1, timing) { path in
            Installed.peer("minimalmodbus_read", [path, "1", "20"])
        }
        guard let theirs else { return Table.missing("the same by minimalmodbus", Installed.noPeer) }
        Table.row(
            "the same by minimalmodbus", "\(Measure.fixed(theirs)) ms",
            note: "\(Measure.fixed(theirs / result.cycle, 2)) times ours")
    }
}

/// Asks simulated packs round after round and takes the times.
final class LineRun {
    /// The middle of all rounds in which only live questions were asked; times in milliseconds.
    struct Result {
        var cycle: Double
        var wire: Double
        /// Until the first pack's reading is there, beginning with the first byte of its request.
        var reading: Double
        var transactions: Double

        /// How long a round would take without any work of ours.
        func ideal(pausing pause: Interval) -> Double { wire + transactions * pause.inMilliseconds }
    }

    private let loop: EventLoop
    private let link: Link
    private var line: PackLine
    private let format: SerialFormat
    private let liveRegisters: Set<UInt16>
    private let firstRegister: UInt16

    private var cycles = Sample()
    private var readings = Sample()
    private var roundStart: Instant?
    private var isClean = true
    private var bytes = 0
    private var transactions = 0
    private var cleanBytes = 0
    private var cleanTransactions = 0

    private init(_ path: String, _ driver: BMSDriver, _ mode: ReadMode, packs: Int) throws(SystemError) {
        format = SerialFormat(baud: Int(driver.sheet.baud))
        loop = try EventLoop()
        link = Link(.serial(path: path, format), on: loop, token: 0)
        let now = MonotonicClock.now()
        line = PackLine(at: now)
        for address in 1...packs {
            _ = line.add(address: UInt8(address), driver: driver, mode: mode, interval: .zero, at: now)
        }
        var live: [UInt16] = []
        for index in 0..<driver.pollCount
        where driver.poll(index).mode == mode && driver.poll(index).pace == .live {
            var request = RequestBuffer()
            driver.request(index, 1, &request)
            live.append(Self.register(request))
        }
        liveRegisters = Set(live)
        firstRegister = live.first ?? 0
    }

    /// What a Modbus request is about.
    private static func register(_ request: borrowing RequestBuffer) -> UInt16 {
        UInt16(request.bytes[2]) << 8 | UInt16(request.bytes[3])
    }

    static func onSimulation<Value>(
        packs: Int, _ timing: SimulatedLine.Timing, _ body: (String) -> Value?
    ) -> Value? {
        let plan = SimulationPlan.packs(SimulationPlan.Battery(packs: packs, timing: timing))
        do throws(SystemError) {
            let simulation = try Simulation(plan)
            defer { simulation.stop() }
            return simulation.linePlace.flatMap(body)
        } catch {
            return nil
        }
    }

    static func measure(
        _ driver: BMSDriver, _ mode: ReadMode = .frames, packs: Int, cycles: Int,
        _ timing: SimulatedLine.Timing
    ) -> Result? {
        onSimulation(packs: packs, timing) { path in
            do throws(SystemError) {
                return try LineRun(path, driver, mode, packs: packs).run(cycles: cycles)
            } catch {
                return nil
            }
        }
    }

    private func run(cycles wanted: Int) throws(SystemError) -> Result? {
        let start = MonotonicClock.now()
        let end = start + .seconds(40)
        link.open(at: start)
        while cycles.count < wanted {
            let now = MonotonicClock.now()
            guard now < end else { return nil }
            var deadline = end
            if link.state == .open {
                switch line.step(at: now) {
                case .send:
                    noteSend(at: now)
                    line.sent(at: link.send(line.outgoing.bytes, at: now) ?? now)
                    continue
                case .wait(let until): deadline = min(deadline, until)
                }
            }
            let events = try loop.wait(until: deadline)
            let arrived = MonotonicClock.now()
            for event in events where event.isReadable {
                link.receiveBytes(at: arrived) { piece in
                    bytes += piece.count
                    if line.received(piece, at: arrived) & 1 != 0, let roundStart {
                        readings.add((MonotonicClock.now() - roundStart).inMilliseconds)
                    }
                }
            }
            link.tick(at: MonotonicClock.now())
        }
        link.close(at: MonotonicClock.now())
        let wire = format.wireTime(characters: cleanBytes).inMilliseconds / Double(cycles.count)
        return Result(
            cycle: cycles.median, wire: wire, reading: readings.median,
            transactions: Double(cleanTransactions) / Double(cycles.count))
    }

    /// A round begins with the first live question to the first pack.
    private func noteSend(at now: Instant) {
        let register = Self.register(line.outgoing)
        if !liveRegisters.contains(register) { isClean = false }
        if register == firstRegister, line.outgoing.bytes[0] == 1 {
            if let roundStart, isClean {
                cycles.add((now - roundStart).inMilliseconds)
                cleanBytes += bytes
                cleanTransactions += transactions
            } else {
                readings = Sample()
            }
            roundStart = now
            isClean = true
            bytes = 0
            transactions = 0
        }
        bytes += line.outgoing.count
        transactions += 1
    }
}
