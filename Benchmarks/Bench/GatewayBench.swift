import BatteryModel
import InverterProfiles
import LinuxIO
import Simulators

/// The program itself with sixteen packs.
///
/// Fifteen are simulated ones on three lines; the last is alone on its line, and its cell can be made to rise. The
/// gateway speaks SLCAN; every byte goes through pseudo-terminals.
enum GatewayBench {
    private static let steadySeconds = 65
    private static let falls = 210

    static func run() {
        guard let busbar = Installed.busbar, let folder = TemporaryFolder() else {
            return Table.missing("gateway with 16 packs", "no busbar: make build makes it")
        }
        do throws(SystemError) {
            var lines: [Simulation] = []
            for _ in 0..<3 { lines.append(try Simulation(.packs(SimulationPlan.Battery(packs: 5)))) }
            defer { for line in lines { line.stop() } }
            let stage = try GatewayStage()
            let settings = GatewaySettings(
                folder: folder.path, lines: lines.compactMap(\.linePlace), packPath: stage.packPath,
                busPath: stage.busPath)
            let what = busbar.isShipped ? "the shipped, static binary" : "NOT the shipped, static binary"
            print("gateway with 16 packs, 1 s period: \(busbar.path), \(what)")
            steady(busbar.path, settings, stage)
            falling(busbar.path, settings, stage)
            try crowd(busbar.path, settings, stage)
        } catch {
            Table.missing("gateway with 16 packs", "\(error)")
        }
    }

    /// Starts the gateway and waits until the limit stands where the rising cell holds it.
    private static func start(_ path: String, _ settings: String, _ stage: GatewayStage) -> Child? {
        stage.prepare()
        let begin = MonotonicClock.now()
        guard let child = Child([path, "run", "--quiet", "--config", settings]) else { return nil }
        stage.run(for: .seconds(30)) { stage.firstFrameAt == nil }
        guard let first = stage.firstFrameAt else {
            child.end()
            return nil
        }
        let took = "\(Measure.fixed((first - begin).inMilliseconds, 0)) ms"
        Table.row("start of the program to first frame", took, note: "every pack has been heard by then")
        stage.run(for: .seconds(30)) { !stage.isSettled }
        return child
    }

    private static func stop(_ child: consuming Child, _ stage: GatewayStage) {
        child.askToStop()
        var hasEnded = false
        stage.run(for: .seconds(4)) {
            hasEnded = child.hasEnded()
            return !hasEnded
        }
        if !hasEnded { child.end() }
    }

    /// The same with as many inverters as there may be: four on CAN, three that ask on serial lines, and a port at which
    /// eight energy managers read.
    private static func crowd(
        _ path: String, _ settings: GatewaySettings, _ stage: GatewayStage
    ) throws(SystemError) {
        var settings = settings
        var others: [Simulation] = []
        for profile in [
            VictronGX.profile, SMALV.profile, GrowattLV.profile, PylontechRS485.profile, GrowattRS485.profile,
            SunSpecBattery.profile,
        ] {
            let simulation = try Simulation(.inverter(.init(profile: profile)))
            guard let place = simulation.busPlace else { continue }
            settings.others.append(.init(id: "\(profile.sheet.id)", place: place, profile: profile))
            others.append(simulation)
        }
        let port = try ListeningSocket().port
        settings.port = port
        let readers = Readers(8, port: port)
        print("the same with \(settings.others.count + 2) inverters, one of them eight energy managers")
        try readers.start()
        steady(path, settings, stage)
        let (latencies, unanswered) = readers.stop()
        for simulation in others { simulation.stop() }
        Table.row(
            "Modbus TCP, question to answer: 99th percentile", latencies.percentile(99), "ms", atMost: 2,
            places: 2,
            note:
                "median \(Measure.fixed(latencies.median, 2)), highest \(Measure.fixed(latencies.highest, 2)) ms; "
                + "\(latencies.count) answers, \(unanswered) missing")
    }

    private static func steady(_ path: String, _ settings: GatewaySettings, _ stage: GatewayStage) {
        guard let file = settings.write(poll: "1 s"), let child = start(path, file, stage) else {
            return Table.missing("resident memory, processor time, period", "the gateway sends nothing")
        }
        stage.periods.begin()
        let pulse = Pulse()
        try? pulse.start()
        let before = child.processorSeconds
        let begin = MonotonicClock.now()
        stage.run(for: .seconds(Int64(steadySeconds))) { true }
        let used = child.processorSeconds - before
        let share = used / ((MonotonicClock.now() - begin).inMilliseconds / 1_000) * 100
        let (memory, most) = (
            child.memory() / 1_000, "at most \(Measure.fixed(child.memory("VmHWM") / 1_000)) MB"
        )
        let time = "user and system over \(steadySeconds) s, polled once a second"
        if settings.others.isEmpty {
            Table.row("resident memory", memory, "MB", atMost: 15, note: most)
            Table.row("processor time, share of a core", share, "%", atMost: 1, places: 2, note: time)
        } else {
            // The targets are for one inverter.
            Table.row("resident memory", "\(Measure.fixed(memory)) MB", note: most)
            Table.row("processor time, share of a core", "\(Measure.fixed(share, 2)) %", note: time)
        }
        tellPeriods(stage.periods, beside: pulse.stop())
        stop(child, stage)
    }

    private static func tellPeriods(_ periods: FramePeriods, beside machine: Sample) {
        let jitter = periods.deviations
        Table.row(
            "period of a frame, off by: 99th percentile", jitter.percentile(99), "ms", atMost: 2, places: 2,
            note:
                "median \(Measure.fixed(jitter.median, 2)), highest \(Measure.fixed(jitter.highest, 2)) ms; "
                + "\(jitter.count) periods of \(periods.identifiers) identifiers; load average \(Machine.load)"
        )
        Table.row(
            "a bare timer meanwhile, off by: 99th percentile",
            "\(Measure.fixed(machine.percentile(99), 2)) ms",
            note: "highest \(Measure.fixed(machine.highest, 2)) ms: the machine, without the gateway")
    }

    /// One cell rises by a millivolt with each answer, and the limit falls with it.
    private static func falling(_ path: String, _ settings: GatewaySettings, _ stage: GatewayStage) {
        let what = "last byte in to falling limit out"
        guard let file = settings.write(poll: "100 ms"), let child = start(path, file, stage) else {
            return Table.missing(what, "the gateway sends nothing")
        }
        stage.begin(falls: falls)
        stage.run(for: .seconds(120)) { stage.latencies.count + stage.unseenFalls < falls }
        let latencies = stage.latencies
        let note = "\(latencies.count) falls, \(stage.unseenFalls) not seen before the next question; "
        Table.row(what + ": median", latencies.median, "ms", atMost: 20, places: 2)
        Table.row(
            what + ": 99th percentile", latencies.percentile(99), "ms", atMost: 20, places: 2,
            note: note + "highest \(Measure.fixed(latencies.highest, 2)) ms; load average \(Machine.load)")
        stop(child, stage)
    }
}

/// The settings file of the gateway that is measured.
struct GatewaySettings {
    let folder: String
    let lines: [String]
    let packPath: String
    let busPath: String
    /// Inverters beside the one that is measured.
    var others: [Other] = []
    /// Where energy managers read; `nil` if none does.
    var port: UInt16?

    /// An inverter beside the one that is measured.
    struct Other {
        let id: String
        let place: String
        let profile: InverterProfile

        /// Its link; an adapter on CAN, a serial port otherwise.
        var link: String {
            profile.serial == nil
                ? "{slcan: \(place), bitrate: 500 kbit/s}" : "{serial: \(place), baud: 9600}"
        }
    }

    init(folder: String, lines: [String], packPath: String, busPath: String) {
        self.folder = folder
        self.lines = lines
        self.packPath = packPath
        self.busPath = busPath
    }

    /// Writes the file and returns its path.
    func write(poll: String) -> String? {
        var text = "links:\n"
        for (index, path) in (lines + [packPath]).enumerated() {
            text += "  line\(index): {serial: \(path), baud: 115200}\n"
        }
        text += "  can: {slcan: \(busPath), bitrate: 500 kbit/s}\n"
        for other in others { text += "  \(other.id): \(other.link)\n" }
        if let port { text += "  lan: {tcp_listen: \(port)}\n" }
        text += "packs:\n"
        for index in lines.indices { for address in 1...5 { text += pack(line: index, address: address) } }
        text += pack(line: lines.count, address: Int(GatewayStage.packAddress))
        text += "inverters:\n  - {link: can, profile: pylontech-lv-can}\n"
        for other in others { text += "  - {link: \(other.id), profile: \(other.id)}\n" }
        if port != nil { text += "  - {link: lan, profile: sunspec-battery, reads_only: true}\n" }
        text += """
            gateway: {poll: \(poll), socket: \(folder)/busbar.sock, state: none, journal: none}
            limits:
              charge_current: 2000 A
              discharge_current: 2000 A
              highest_cell: {3.350 V: 100 %, 3.600 V: 0 %}
              absolute_maximum_cell: 3.60 V
              hold: 1 s
              ramp: 100 A/s

            """
        let path = "\(folder)/busbar.yaml"
        return File.write(text, to: path) ? path : nil
    }

    private func pack(line: Int, address: Int) -> String {
        """
          - {name: P\(line)-\(address), link: line\(line), driver: jk-modbus, address: \(address), cells: 16,
             capacity: 280 Ah, charge_current: 50 A, discharge_current: 50 A}

        """
    }
}
