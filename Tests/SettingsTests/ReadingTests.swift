import BatteryModel
import ChargeControl
import Settings
import Testing
import YAMLFile

private func read(_ text: String) throws(SettingsProblems) -> BusbarSettings {
    try BusbarSettings.read(text: text, file: "busbar.yaml", knowing: catalogue)
}

@Test("a sound file has no problem")
func soundFile() {
    #expect(report(soundText) == "")
}

@Test("what is not written has the defaults of the control settings")
func defaults() throws {
    let settings = try read(soundText)
    let plain = ControlSettings(bankChargeMilliamps: 200_000, bankDischargeMilliamps: 250_000)
    #expect("\(settings.control)" == "\(plain)")
    #expect(settings.pollInterval == .seconds(1))
    #expect(settings.socketPath == "/run/busbar/busbar.sock")
    #expect(settings.inverter.dialect == nil)
    #expect(settings.inverter.period == nil)
    #expect(settings.inverter.padsFrames)
    #expect(settings.packs.allSatisfy { !$0.listen && $0.readMode == .frames && $0.control.without == .none })
}

@Test("the chemistry brings its own defaults", arguments: [Chemistry.lfp, .nmc, .lto])
func chemistryDefaults(chemistry: Chemistry) throws {
    let settings = try read(soundText + "  chemistry: \(chemistry)\n")
    let plain = ControlSettings(
        chemistry: chemistry, bankChargeMilliamps: 200_000, bankDischargeMilliamps: 250_000)
    #expect("\(settings.control)" == "\(plain)")
}

private let everything = """
    links:
      'bus one':
        serial: /dev/ttyUSB0
        format: 8e2
      roof:
        slcan_tcp: '[fe80::1]:2000'
        bitrate: 0.5 Mbit/s
    packs:
      - {name: Keller Süd, link: bus one, driver: jk-modbus, address: 0x0F, listen: true, read: registers, cells: 15,
         capacity: 100500 mAh, charge_current: 0.5A, discharge_current: 1 A, share: 100 %,
         without: [bms_limit, switch_state, cell_temperature, mosfet_temperature]}
    inverter: {link: roof, profile: pylontech-lv-can, dialect: v1.2, padding: true, period: 500 ms}
    limits:
      chemistry: nmc
      charge_current: 2 A
      discharge_current: 3 A
      charge_voltage_per_cell: 4.05 V
      floor_voltage_per_cell: 3400 mV
      discharge_voltage_per_cell: 3.3 V
      absolute_maximum_cell: 4.15 V
      highest_cell: {4 V: 100 %, 4.1 V: 0 %}
      lowest_cell: {3.2 V: 0 %, 3.4 V: 100 %}
      charge_temperature: {0 °C: 0 %, 10 C: 100 %, 40 °C: 99.5 %, 45 °C: 0 %}
      discharge_temperature: {-10.5 °C: 0 %, 10 °C: 100 %, 50 °C: 0 %}
      mosfet_temperature: {70 °C: 100 %, 80 °C: 0 %}
      fresh: 4 s
      lost: 12 s
      silent: 0.5 min
      start_with: 1
      start_patience: 2 min
      hold: 45 s
      ramp: 2.5 A/s
      connect_difference: 800 mV
      connect_settle: 20 s
      alarm_policy: all_packs
    gateway:
      poll: 500 ms
      socket: /run/it's here.sock

    """

@Test("every key of the file arrives")
func everyKey() throws {
    let settings = try read(everything)
    let port = SerialPort(
        path: "/dev/ttyUSB0", baud: 115_200, format: SerialFormat(dataBits: 8, parity: .even, stopBits: 2))
    #expect(settings.link(named: "bus one")?.transport == .serial(port))
    let endpoint = try #require(TCPEndpoint("[fe80::1]:2000"))
    #expect(settings.links.last?.transport == .slcanTCP(endpoint, bitsPerSecond: 500_000))
    #expect(settings.links.last?.mark == SourceMark(line: 5, column: 3))

    let pack = try #require(settings.packs.first)
    #expect(pack.name == "Keller Süd")
    #expect(pack.address == 15 && pack.listen && pack.readMode == .registers)
    #expect(pack.control.cells == 15 && pack.control.capacityMilliampHours == 100_500)
    #expect(pack.control.chargeMilliamps == 500 && pack.control.dischargeMilliamps == 1_000)
    #expect(pack.control.sharePermille == 1_000)
    for source: AbsentSources in [.bmsLimit, .switchState, .cellTemperature, .mosfetTemperature] {
        #expect(pack.control.without.contains(source))
    }
    #expect(!pack.control.without.contains(.alarms))

    #expect(settings.inverter.dialect == "v1.2" && settings.inverter.padsFrames)
    #expect(settings.inverter.period == .milliseconds(500))
    #expect(settings.pollInterval == .milliseconds(500))
    #expect(settings.socketPath == "/run/it's here.sock")

    let control = settings.control
    #expect(control.chemistry == .nmc && control.alarmPolicy == .allPacks)
    #expect(control.chargeVoltageMillivoltsPerCell == 4_050 && control.absoluteMaximumCellMillivolts == 4_150)
    #expect(control.floorVoltageMillivoltsPerCell == 3_400)
    #expect(control.dischargeVoltageMillivoltsPerCell == 3_300)
    #expect(
        control.chargeTemperature == Curve([.init(0, 0), .init(100, 1_000), .init(400, 995), .init(450, 0)]))
    #expect(control.dischargeTemperature[0] == .init(-105, 0))
    #expect(control.silentAfter == .seconds(30) && control.startPatience == .seconds(120))
    #expect(control.startWithPacks == 1 && control.rampMilliampsPerSecond == 2_500)
    #expect(control.connectDifferenceMillivolts == 800 && control.connectSettle == .seconds(20))
}

@Test("the effective text reads back as the same settings", arguments: [soundText, everything])
func effectiveText(text: String) throws {
    let effective = try read(text).effectiveText
    #expect(try read(effective).effectiveText == effective)
}

@Test("the effective text of the sound file shows every default")
func effectiveSnapshot() throws {
    let text = try read(soundText).effectiveText
    for line in [
        "    format: 8N1", "    bitrate: 500 kbit/s", "    listen: false", "    read: frames",
        "    without: []",
        "  padding: true", "  chemistry: lfp", "  charge_voltage_per_cell: 3.45 V",
        "  highest_cell: {3.375 V: 100 %, 3.4 V: 25 %, 3.425 V: 5 %, 3.45 V: 0.5 %, 3.5 V: 0 %}",
        "  silent: 10 s", "  alarm_policy: any_pack", "  poll: 1 s", "  stall: 2 s",
        "  socket: /run/busbar/busbar.sock",
    ] {
        #expect(text.split(separator: "\n").contains(Substring(line)))
    }
}

private let examples = "\(#filePath)".split(separator: "/").dropLast(3).joined(separator: "/")

@Test(
    "the examples have no problem",
    arguments: ["first-light.yaml", "one-pack-slcan.yaml", "listen-to-master.yaml"])
func example(name: String) throws {
    let settings = try BusbarSettings.read(path: "/\(examples)/examples/\(name)", knowing: catalogue)
    #expect(!settings.packs.isEmpty)
}

@Test("a file that is not there is one problem")
func absentFile() {
    let problems = #expect(throws: SettingsProblems.self) {
        try BusbarSettings.read(path: "/nowhere/busbar.yaml", knowing: catalogue)
    }
    #expect(
        problems?.description
            == "/nowhere/busbar.yaml:1:1: the file cannot be read; No such file or directory; "
            + "check the path and the permissions")
}

@Test("a file that never ends is refused at 1 MiB")
func endlessFile() {
    let problems = #expect(throws: SettingsProblems.self) {
        try BusbarSettings.read(path: "/dev/zero", knowing: catalogue)
    }
    #expect(problems?.problems.first?.what == "the file is larger than 1 MiB")
}
