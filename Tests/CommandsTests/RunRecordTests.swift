import BatteryModel
import BusCodec
import Commands
import FoundationEssentials
import Gateway
import LinuxIO
import Recordings
import Simulators
import Synchronization
import Testing

/// A pack and an inverter that a gateway works with, its settings, and the folder in which it keeps things.
private struct RecordedScene {
    private let place: TemporaryFolder
    var folder: String { place.path }
    private let simulation: Simulation
    private let line: String
    private let adapter: String

    init(in folder: TemporaryFolder) throws {
        place = folder
        simulation = try Simulation(SimulationPlan(battery: .init(packs: 1), inverter: .init()))
        line = try #require(simulation.linePlace)
        adapter = try #require(simulation.busPlace)
    }

    func settings(charge: Int = 100) -> String {
        """
        links:
          battery: {serial: \(line), baud: 115200}
          can: {slcan: \(adapter)}
        packs:
          - {name: A, link: battery, driver: jk-modbus, address: 1, cells: 16, capacity: 280 Ah, charge_current: 100 A, discharge_current: 100 A}
        inverter: {link: can, profile: pylontech-lv-can}
        limits: {charge_current: \(charge) A, discharge_current: 100 A, fresh: 1 s, lost: 3 s, silent: 5 s, ramp: 100 A/s}
        gateway: {state: \(folder)/kept/state, journal: none, socket: \(folder)/socket}

        """
    }

    /// Lets the pack fall silent as soon as the inverter may charge.
    func raiseAlarm() throws -> NativeThread {
        try NativeThread(name: "alarm") { [simulation] in
            guard let loop = try? EventLoop() else { return }
            let end = MonotonicClock.now() + .seconds(20)
            while simulation.snapshot.inverter?.understood[.chargeCurrentLimit]?.value ?? 0 < 20_000,
                MonotonicClock.now() < end
            {
                _ = try? loop.wait(until: MonotonicClock.now() + .milliseconds(20))
            }
            simulation.send(.packSilent(pack: 0, true))
        }
    }

    /// The files in a folder whose names begin so.
    func files(_ place: String, _ beginning: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(place)")) ?? []
        return names.filter { $0.hasPrefix(beginning) }.sorted().map { "\(folder)/\(place)/\($0)" }
    }
}

@Suite("What a running gateway keeps of its buses", .timeLimit(.minutes(2)))
struct RunRecordTests {
    @Test("replays byte for byte, shows a changed setting, and has in a file what was before an alarm")
    func wholeLife() throws {
        let folder = try TemporaryFolder()
        let scene = try RecordedScene(in: folder)
        try FileManager.default.createDirectory(
            atPath: "\(folder.path)/kept", withIntermediateDirectories: false)
        let settings = try TemporaryFile(scene.settings())
        let alarm = try scene.raiseAlarm()
        let ran = try run("run --config \(settings.path) --record \(folder.path)/rec --seconds 8")
        alarm.join()
        #expect(ran.code == .success && ran.errors.isEmpty)
        #expect(ran.output.contains("protection: "), "\(ran.output)")
        let recordings = scene.files("rec", "run-")
        #expect(recordings.count == 1)
        try replay(recordings, scene, settings.path)
        let boxes = scene.files("kept", "alarm-")
        #expect(boxes.count == 1 && scene.files("rec", "alarm-").isEmpty)
        let box = try #require(boxes.first)
        try look(into: box)
        try status(names: box, settings.path)
    }

    private func replay(_ files: [String], _ scene: RecordedScene, _ settings: String) throws {
        let same = try run(["replay"] + files + ["--gateway", settings])
        #expect(same.code == .success && same.errors.isEmpty)
        #expect(same.output.contains(" 0 different\n"), "\(same.output)")
        let changed = try TemporaryFile(scene.settings(charge: 30))
        let other = try run(["replay"] + files + ["--gateway", changed.path])
        #expect(other.code == .failure)
        #expect(other.output.contains("recorded can 351#"))
        #expect(other.output.contains("charge_current_limit=") && other.output.contains(" A, now 30 A"))
        #expect(other.output.contains(" times\n"), "what is said again and again stands there once")
        let json = try run(["replay"] + files + ["--gateway", changed.path, "--json"])
        #expect(json.output.contains(#""signals":["charge_current_limit="#))
    }

    /// What a black box has: the settings, the alarm, and both links before it.
    private func look(into box: String) throws {
        let text = String(decoding: try #require(try DurableFile.read(box, limit: 1 << 24)), as: UTF8.self)
        for words in [
            "# black box: protection: ", "# link battery: ", "# | packs:", " ! began\n", " battery > 01 ",
        ] {
            #expect(text.contains(words), "\(words)")
        }
        let limits = try items(box).compactMap { item -> Int? in
            guard case .frame(let frame) = item.content, frame.identifier == 0x351 else { return nil }
            return Int(frame.bytes[2]) | Int(frame.bytes[3]) << 8
        }
        let last = try #require(limits.last)
        #expect(limits.contains { $0 > 100 } && last == 0, "\(limits)")
    }

    /// A gateway that is started later names the file as well.
    private func status(names box: String, _ settings: String) throws {
        let isOver = Atomic(false)
        let asked = Mutex("")
        let asking = try NativeThread(name: "status") {
            guard let loop = try? EventLoop() else { return }
            while !isOver.load(ordering: .acquiring) {
                let found = (try? run("status --config \(settings)"))?.output ?? ""
                if found.contains("Black box") { asked.withLock { $0 = found } }
                _ = try? loop.wait(until: MonotonicClock.now() + .milliseconds(50))
            }
        }
        _ = try run("run --config \(settings) --seconds 2 --quiet")
        isOver.store(true, ordering: .releasing)
        asking.join()
        #expect(asked.withLock { $0 }.contains("Black box \(box)   "))
    }
}
