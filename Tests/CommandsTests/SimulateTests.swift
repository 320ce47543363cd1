import BMSDrivers
import Commands
import Glibc
import InverterProfiles
import Testing

struct SimulateTests {
    /// Every profile that is spoken on CAN.
    private static let profiles = ProfileTable.profiles.indices.map { ProfileTable.profiles[$0] }
        .filter { if case .can = $0.sheet.link { true } else { false } }

    @Test("both sides of every profile open where they are told to, and say so", arguments: profiles)
    func opens(profile: InverterProfile) throws {
        for side in ["inverter", "battery"] {
            let name = "/tmp/busbar-test-\(side)-\(profile.sheet.id)-\(getpid())"
            let outcome = try run("simulate \(side) --profile \(profile.sheet.id) --pty \(name) --for 0")
            #expect(outcome.code == .success && outcome.errors.isEmpty)
            let note = "note: the profile \(profile.sheet.id) is experimental: "
            #expect(outcome.output.contains(note) == profile.sheet.isExperimental)
            #expect(outcome.output.hasSuffix("SLCAN adapter of the \(side) at \(name)\n"))
        }
    }

    private static let drivers = DriverTable.drivers.indices.map { DriverTable.drivers[$0] }
        .map { "\($0.sheet.id)" }

    @Test("packs of every driver have an address of theirs, and say what they report", arguments: drivers)
    func opensPacks(id: String) throws {
        let name = "/tmp/busbar-test-bms-\(id)-\(getpid())"
        let line = "simulate bms --driver \(id) --alarm cell_over_voltage --json --for 10ms --pty \(name)"
        let outcome = try run(line)
        #expect(outcome.code == .success && outcome.errors.isEmpty)
        let isCAN = DriverTable.drivers.indices.map { DriverTable.drivers[$0].sheet }
            .contains { "\($0.id)" == id && $0.wire == .can }
        let words = isCAN ? "SLCAN adapter of the packs" : "packs answer"
        #expect(outcome.output.contains("\(words) at \(name)\n"))
        #expect(outcome.output.contains(#""reports":{"values":{"pack_voltage":{"value":"#))
        #expect(outcome.output.contains(#""alarms":{"protection":["cell_over_voltage"],"warning":[]"#))
    }

    /// Every profile that is spoken on a serial line.
    private static let onLines = ProfileTable.profiles.indices.map { ProfileTable.profiles[$0] }
        .filter { $0.serial != nil }
        .map { "\($0.sheet.id)" }

    @Test("both sides of a profile on a serial line open as bytes, and say so", arguments: onLines)
    func opensLine(id: String) throws {
        for (side, words) in [("inverter", "inverter asks"), ("battery", "battery answers")] {
            let name = "/tmp/busbar-test-\(side)-\(id)-\(getpid())"
            let outcome = try run("simulate \(side) --profile \(id) --address 3 --pty \(name) --for 0")
            #expect(outcome.code == .success && outcome.errors.isEmpty)
            #expect(outcome.output.hasSuffix("\(words) at \(name)\n"))
            let other = try run("simulate \(side) --profile \(id) --tcp 0 --for 0")
            #expect(other.output.contains("\(words) at 127.0.0.1:"))
        }
    }

    @Test("what is spoken over a network says where it is, and what is not is refused with what is")
    func opensNetwork() throws {
        let battery = try run("simulate battery --profile sunspec-battery --modbus-tcp 0 --for 0")
        #expect(battery.code == .success && battery.output.contains("battery answers at 127.0.0.1:"))
        let inverter = try run("simulate inverter --profile sunspec-battery --modbus-tcp 127.0.0.1:1 --for 0")
        #expect(inverter.code == .success && inverter.errors.isEmpty)
        let other = try run("simulate battery --profile pylontech-lv-rs485 --modbus-tcp 0")
        #expect(other.code == .usage)
        #expect(
            other.errors.contains("choose one of sunspec-battery, victron-modbus-battery, or another link"))
        let host = try run("simulate battery --profile sunspec-battery --modbus-tcp localhost:1502")
        #expect(host.code == .usage && host.errors.contains("write only 1502"))
        let word = try run("simulate battery --profile sunspec-battery --modbus-tcp here")
        #expect(word.code == .usage && word.errors.contains("a port from 0 to 65535, or host:port"))
    }

    @Test("a battery on a serial line says first what its script says", arguments: onLines)
    func lineScript(id: String) throws {
        let line = "simulate battery --profile \(id) --json --for 10ms --soc 80 --current -20 --pty"
        let outcome = try run("\(line) /tmp/busbar-test-script-\(id)-\(getpid())")
        #expect(outcome.output.contains(#""packs":[{"address":1,"soc_permille":800,"#))
        #expect(outcome.output.contains(#""questions":0,"answers":0,"refusals":0,"withheld":0"#))
    }

    @Test("what needs CAN is refused for a profile on a serial line", arguments: onLines)
    func refusesLine(id: String) throws {
        for (line, words) in [
            (
                "dbc \(id)",
                "it has no frames for a DBC file; look at what it says with 'busbar profiles \(id)'"
            ),
            (
                "decode --profile \(id) -",
                "it has no frames for a recording of a CAN bus; look at what it says"
            ),
            ("simulate battery --samples 2 --profile \(id)", "it has no frames for --samples; look at what"),
            (
                "simulate battery --socketcan vcan0 --profile \(id)",
                "--socketcan is given, but \(id) is spoken on a serial line; use --serial, --tcp or --pty"
            ),
            (
                "simulate inverter --slcan /dev/null --profile \(id)",
                "--slcan is given, but \(id) is spoken on"
            ),
        ] {
            let outcome = try run(line)
            #expect(outcome.code == .usage && outcome.output.isEmpty)
            #expect(outcome.errors.contains(words))
        }
    }

    @Test("a TCP port can take the place of the terminal")
    func tcp() throws {
        let outcome = try run("simulate battery --tcp 0 --for 0")
        #expect(outcome.output.hasPrefix("SLCAN adapter of the battery at 127.0.0.1:"))
        #expect(try run("simulate bms --tcp 0 --for 0").output.hasPrefix("packs answer at 127.0.0.1:"))
    }

    @Test("the script is what a battery says first")
    func script() throws {
        let line = "simulate battery --json --for 10ms --soc 80 --current -20 --alarm cell_over_voltage"
        let outcome = try run(line)
        #expect(outcome.output.contains(#""packs":[{"address":1,"soc_permille":800,"#))
        #expect(outcome.output.contains(#""frames_sent":0,"frames_withheld":0,"keep_alives":0"#))
    }

    @Test("samples are the same for the same seed, and have every frame of the dialect")
    func samples() throws {
        let line = "simulate battery --profile schneider-lv-can --samples 2 --seed 3"
        try Snapshot.expect(run(line).output, "simulate-samples")
        #expect(try run(line) == run(line))
        #expect(try run(line).output != run("simulate battery --profile schneider-lv-can --samples 2").output)
    }
}
