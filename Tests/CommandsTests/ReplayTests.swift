import BatteryModel
import BusCodec
import Commands
import Gateway
import Glibc
import LinuxIO
import Recordings
import Settings
import Testing

@Suite("busbar replay --to", .serialized)
struct ReplayTests {
    static let mixed = """
        # busbar 0.1.0
        (1763805600.000000) packs > 01 03 00 01 00 01 D5 CA
        (1763805600.010000) can0 < 351#2802F401
        (1763805600.150000) packs < 01 03 02
        (1763805600.150000) packs ! down: unplugged
        (1763805600.200000) packs < 0A 46 3F 16
        (1763805600.190000) can0 > 355#3200
        (1763805600.210000) can0 < 20000080#0000000000000000

        """

    /// What is played, with which options, what arrives there, and how long it takes at least.
    static let all: [(what: String, options: String, bytes: [UInt8], milliseconds: Int64)] = [
        ("a line", "PTY@115200", [1, 3, 0, 1, 0, 1, 0xD5, 0xCA, 1, 3, 2, 0x0A, 0x46, 0x3F, 0x16], 200),
        (
            "one direction, faster", "PTY@115200 --only received --speed 10",
            [1, 3, 2, 0x0A, 0x46, 0x3F, 0x16], 5
        ),
        ("the other at once", "PTY@115200 --only sent --speed max", [1, 3, 0, 1, 0, 1, 0xD5, 0xCA], 0),
        (
            "a bus behind an adapter", "slcan:PTY --speed max --link can0",
            Array("\r\r\rC\rS6\rO\rt35142802F401\rt35523200\rC\r".utf8), 0
        ),
    ]

    @Test("sends what was on a link at its times", arguments: all)
    func plays(what: String, options: String, bytes: [UInt8], milliseconds: Int64) throws {
        let file = try TemporaryFile(Self.mixed)
        let line = try CountingLine()
        let start = MonotonicClock.now()
        let outcome = try run("replay \(file.path) --to \(options.replacing("PTY", with: line.path))")
        #expect((MonotonicClock.now() - start).milliseconds >= milliseconds)
        #expect(outcome.code == .success && outcome.errors.isEmpty)
        // The status that an adapter is asked for each second says nothing to the bus.
        #expect(line.heard() == bytes)
        #expect(outcome.output.contains("stood behind something later") == false)
    }

    @Test("counts what stands behind something later, and sends it at once")
    func backwards() throws {
        let file = try TemporaryFile("(5.0) can0 351#01\n(4.0) can0 351#02\n(5.0) can0 351#03\n")
        let line = try CountingLine()
        let outcome = try run("replay \(file.path) --to slcan:\(line.path)")
        #expect(outcome.code == .success)
        #expect(outcome.output.contains("1 stood behind something later"))
    }

    @Test("waits for nothing where the times jump, and says where that is")
    func jumps() throws {
        let file = try TemporaryFile("(6.0) can0 351#01\n(1763805600.0) can0 351#02\n(7.0) can0 351#03\n")
        let line = try CountingLine()
        let outcome = try run("replay \(file.path) --to slcan:\(line.path) --speed 0.01")
        #expect(outcome.code == .success)
        #expect(
            outcome.errors.contains(
                "2 lines jump in time; the first is line 2: from 1970-01-01 00:00:06 to 2025-"))
        #expect(outcome.output.contains("the times jump at 2 places; nothing was waited for there"))
    }

    @Test(
        "sends nothing where that is not clear, or not wanted",
        arguments: [
            ("FILE --to can0", "add --yes"), ("FILE --to /dev/ttyS0@9600", "add --yes"),
            ("FILE --to slcan:/dev/ttyS0", "add --yes"), ("FILE --to localhost:1", "add --yes"),
            ("FILE --to vcan0 --link packs", "has no frames of 'packs'"),
            ("TWO --to vcan0", "has frames of 'can0', 'can1'; choose one with --link"),
            ("EMPTY --to vcan0", "the recording has no frames"),
            ("/no/such/file --to vcan0", "'/no/such/file' cannot be read"),
            ("- --to vcan0", "the standard input cannot be played"),
            ("BAD --to vcan0", "2 lines cannot be read; the first is line 1"),
        ])
    func nothing(words: String, says: String) throws {
        let files = [
            "FILE": try TemporaryFile(Self.mixed), "EMPTY": try TemporaryFile(""),
            "TWO": try TemporaryFile("(1.0) can0 351#00\n(1.0) can1 351#00\n"),
            "BAD": try TemporaryFile("hello\nthere\n"),
        ]
        var line = words
        for (name, file) in files { line = line.replacing(name, with: file.path) }
        let outcome = try run("replay \(line)")
        #expect(outcome.code == .failure)
        #expect(outcome.errors.contains(says))
    }

    @Test(
        "refuses what cannot be",
        arguments: [
            ("replay a.log", "add --to LINK or --gateway SETTINGS"), ("replay --to vcan0", "FILE is missing"),
            ("replay a --to vcan0 --gateway b", "choose one"),
            ("replay a --gateway b --loop", "--gateway sends nothing"),
            ("replay a --to vcan0 --speed 0", "--speed is '0'"),
            ("replay a --to vcan0 --only both", "it must be one of received, sent"),
        ])
    func refusals(line: String, words: String) throws {
        let outcome = try run(line)
        #expect(outcome.code == .usage)
        #expect(outcome.errors.contains(words))
    }
}

@Suite("busbar replay --gateway")
struct GatewayReplayTests {
    static let settings = """
        links:
          pack line: {serial: /dev/ttyUSB0, baud: 9600}
          can: {socketcan: can0}
        packs:
          - {name: A, link: pack line, driver: jk-modbus, address: 1, cells: 16, capacity: 280 Ah, charge_current: 100 A, discharge_current: 100 A}
        inverters:
          - {link: can, profile: pylontech-lv-can}
        limits: {charge_current: 100 A, discharge_current: 100 A}

        """

    /// Takes everything, as fast as a serial line does.
    private struct Output: GatewayOutput {
        let tape: BusTape
        var now = Instant(nanoseconds: 0)

        func send(_ bytes: Span<UInt8>, bus: Int) -> Instant? {
            let end = now + .milliseconds(Int64(bytes.count))
            tape.add(bytes, .sent, bus: bus, at: end)
            return end
        }

        func send(_ frame: CANFrame, bus: Int) -> Bool {
            tape.add(frame, .sent, bus: bus, at: now)
            return true
        }

        func send(answer bytes: Span<UInt8>, bus: Int) -> Instant? { send(bytes, bus: bus) }
        func send(answer bytes: Span<UInt8>, bus: Int, caller: Int) -> Bool { false }
        func hangUp(bus: Int, caller: Int) {}
    }

    /// A recording of a gateway whose pack says nothing, in virtual time.
    private static func recording() throws -> String {
        let configuration = GatewayConfiguration(
            try BusbarSettings.read(text: settings, file: "test", knowing: .builtIn))
        let tape = BusTape()
        var now = Instant(nanoseconds: 1_000_000_007)
        var core = GatewayCore(configuration, at: now)
        var recorder = CoreRecorder(tape, configuration, at: now)
        var output = Output(tape: tape)
        for bus in 0..<2 {
            recorder.note(.up, bus: bus, at: now)
            core.bus(bus, isUp: true, at: now)
        }
        for second in 0..<20 {
            let frame = CANFrame(identifier: 0x305, length: 8)
            recorder.received(frame, bus: 1, at: now)
            core.received(frame, bus: 1, at: now)
            let wall = WallTime(unixSeconds: 1_763_805_600 + Int64(second))
            recorder.note(.wall(wall), at: now)
            core.setWall(wall)
            let end = now + .seconds(1)
            while now < end {
                output.now = now
                recorder.step(at: now)
                now = min(max(core.step(at: now, &output), now + .microseconds(10)), end)
            }
        }
        var place = BusTape.Place.start
        let items = TapeItems(configuration.buses.map(\.name), ahead: 1_763_805_600_000_000_000)
        var writer = try #require(RecordingFormat.named("busbar").flatMap(RecordingWriter.init))
        let bytes = tape.read(from: &place).entries.flatMap { writer.write(items.item($0)) }
        return "# busbar 0.1.0\n" + String(decoding: bytes, as: UTF8.self)
    }

    @Test("finds nothing where nothing has changed, and the first of what has")
    func compares() throws {
        let text = try Self.recording()
        let settings = try TemporaryFile(Self.settings)
        let same = try run("replay \(try TemporaryFile(text).path) --gateway \(settings.path)")
        #expect(same.code == .success && same.errors.isEmpty)
        #expect(same.output.contains(" 0 different\n") && same.output.contains("told 20 times"))
        #expect(text.contains(" pack_line > 01 "))
        let lines = text.split(separator: "\n")
        let asked = try #require(lines.last { $0.contains(" pack_line > ") })
        let damaged = try TemporaryFile(text.replacing(asked, with: asked.dropLast(2) + "00"))
        let other = try run("replay \(damaged.path) --gateway \(settings.path)")
        #expect(other.code == .failure)
        #expect(other.output.contains(" 1 different\n"))
        #expect(other.output.contains("recorded pack_line 01 "))
        let json = try run("replay \(damaged.path) --gateway \(settings.path) --json")
        #expect(json.output.contains(#""different":1,"has_beginning":true"#))
    }

    @Test(
        "says what a recording lacks",
        arguments: [
            ("(1.0) can9 < 351#00\n", "it has the link 'can9', and the settings have pack_line, can"),
            ("351#00\n", "it has no times"), ("", "the recording is empty"),
            ("(1.0) can < 351#00\nhm\n", "1 line cannot be read: line 2"),
        ])
    func lacks(text: String, words: String) throws {
        let settings = try TemporaryFile(Self.settings)
        let outcome = try run("replay \(try TemporaryFile(text).path) --gateway \(settings.path)")
        #expect(outcome.code == .failure)
        #expect(outcome.errors.contains(words))
    }

    @Test("says when the beginning is missing, orders were given and times go back")
    func notes() throws {
        let text = """
            (5.0) can ! up
            (6.0) - ! order: 1 by anna
            (5.0) can < 305#0000000000000000
            """
        let settings = try TemporaryFile(Self.settings)
        let outcome = try run("replay \(try TemporaryFile(text).path) --gateway \(settings.path)")
        #expect(outcome.code == .success)
        for words in [
            "does not have the beginning", "1 orders were given, the first at 1970-01-01 00:00:06",
            "1 lines stand behind",
        ] {
            #expect(outcome.output.contains(words))
        }
    }
}
