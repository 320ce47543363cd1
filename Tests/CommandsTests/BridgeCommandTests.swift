import ChargeControl
import Commands
import InverterProfiles
import Settings
import Testing
import YAMLFile

@Suite("busbar bridge")
struct BridgeCommandTests {
    private static let rest = "--cells 16 --capacity 200Ah --charge 100A --discharge 80.5A"
    private static let usual =
        "bridge --from pylontech-lv-can --source /dev/ttyACM0 --to victron-can --sink can0 " + rest

    @Test("prints settings that say the same")
    func config() throws {
        let outcome = try run(Self.usual + " --from-dialect V1.3 --name rack --print-config")
        #expect(outcome.code == .success && outcome.errors.isEmpty)
        try Snapshot.expect(outcome.output, "bridge-config")
        let settings = try BusbarSettings.read(text: outcome.output, file: "printed", knowing: .builtIn)
        #expect(settings.packs.map(\.driver) == ["pylontech-lv-can"] && settings.packs[0].dialect == "V1.3")
        #expect(settings.packs[0].control.dischargeMilliamps == 80_500)
        #expect(settings.control.bankDischargeMilliamps == 80_500)
        #expect(settings.packs[0].control.without.contains(.singleCells))
    }

    /// Each form of a link, and what the settings make of it.
    private static let links: [(from: String, link: String, setting: String)] = [
        ("pylontech-lv-can", "can1", "{socketcan: 'can1'}"),
        ("pylontech-lv-can", "/dev/ttyACM1", "{slcan: '/dev/ttyACM1'}"),
        ("pylontech-lv-can", "/dev/ttyACM1@1000000", "{slcan: '/dev/ttyACM1', baud: 1000000}"),
        ("pylontech-lv-can", "10.0.0.2:20001", "{slcan_tcp: '10.0.0.2:20001'}"),
        ("pylontech-lv-rs485", "/dev/ttyUSB0", "{serial: '/dev/ttyUSB0'}"),
        ("pylontech-lv-rs485", "/dev/ttyUSB0@19200", "{serial: '/dev/ttyUSB0', baud: 19200}"),
        ("pylontech-lv-rs485", "serial.lan:4001", "{tcp: 'serial.lan:4001'}"),
    ]

    @Test("a link is an interface, a port or a converter, as the profile needs it", arguments: links.indices)
    func link(_ index: Int) throws {
        let (from, link, setting) = Self.links[index]
        let outcome = try run(
            "bridge --from \(from) --source \(link) --to victron-can --sink can0 \(Self.rest) --print-config")
        #expect(outcome.code == .success && outcome.errors.isEmpty)
        #expect(outcome.output.contains("battery: \(setting)\n"))
    }

    static let refusals = [
        Refusal("bridge", "busbar bridge: --from is missing; add --from ID"),
        Refusal(
            usual.replacing("can0", with: "/dev/ttyACM0"),
            "busbar bridge: --source and --sink are both '/dev/ttyACM0'; battery and inverter must not share"),
        Refusal(
            usual.replacing("pylontech-lv-can --source /dev/ttyACM0", with: "eg4-rs485 --source can1"),
            "busbar bridge: --source is 'can1', but eg4-rs485 is spoken on a serial line; write the path of"),
        Refusal(
            usual.replacing("--cells 16", with: "--cells 33"),
            "busbar bridge: --cells is 33; it must be 4 to 32"),
        Refusal(
            usual.replacing("200Ah", with: "0.5Ah"),
            "busbar bridge: --capacity is '0.5Ah'; it must be a capacity"),
        Refusal(
            usual.replacing("can0", with: "host:0"), "busbar bridge: --sink is 'host:0'; it must be can0 for"),
        Refusal(
            usual + " --to-dialect v9", "busbar bridge: there is no dialect of victron-can called 'v9'"),
        Refusal(usual + " --from-dialect v9", "busbar bridge: there is no dialect of pylontech-lv-can"),
    ]

    @Test("refuses what cannot be meant, with what to do instead", arguments: refusals)
    func refused(_ refusal: Refusal) throws {
        let outcome = try run(refusal.line)
        #expect(outcome.code == .usage && outcome.output.isEmpty)
        #expect(outcome.errors.hasPrefix(refusal.said), "\(outcome.errors)")
    }

    @Test("says which value a protocol never tells, whether the battery or the inverter needs it")
    func unfit() throws {
        let source = try run(
            "bridge --from givenergy-rs485 --source /dev/ttyUSB0 --to victron-can --sink can0 \(Self.rest)")
        #expect(source.code == .failure)
        #expect(source.errors.contains("a battery does not tell CVL in it"))
        let sink = try run(
            "bridge --from growatt-rs485 --from-dialect LI4 --source /dev/ttyUSB0 --to victron-can --sink can0 "
                + Self.rest)
        #expect(sink.code == .failure && sink.errors.contains("the inverter needs 'temperature'"))
    }

    @Test("two names of one port are refused before anything is opened")
    func samePort() throws {
        let file = try TemporaryFile("")
        let outcome = try run(
            "bridge --from pylontech-lv-can --source \(file.path) --to victron-can --sink /tmp/../\(file.path) "
                + Self.rest)
        #expect(outcome.code == .failure && outcome.errors.contains("are the same port"))
    }
}
