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
    #expect(settings.inverters[0].dialect == nil)
    #expect(settings.inverters[0].period == nil)
    #expect(settings.inverters[0].keepAlive == .profile)
    #expect(settings.inverters[0].padsFrames)
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
    inverter: {link: roof, profile: pylontech-lv-can, dialect: v1.2, padding: true, period: 500 ms, keep_alive: 20 s}
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
      imbalance: {100 mV: 100 %, 500 mV: 10 %}
      charge_soc: {95 %: 100 %, 100 %: 5 %}
      discharge_soc: {10 %: 0 %, 20 %: 100 %}
      stages:
        float_voltage_per_cell: 3.95 V
        rebulk_cell: 3.8 V
        absorption_tolerance: 6 mV
        absorption_spread: 12 mV
        absorption_time: 20 min
        absorption_patience: 40 min
        absorption_longest: 3 h
        rebulk_soc: 70 %
        rebulk_spread: 90 mV
        rebulk_settle: 90 s
        full_charge_every: 10.5 d
        request_full_charge: true
        voltage_ramp: 2.5 mV/s
        voltage_hold: 2 min
        soc_target: 85 %
        soc_target_hysteresis: 4 %
        charge_by: {soc: 80 %, time: 06:05}
      soc:
        source: counted
        charge_efficiency: 98.5 %
        current_offset: -120 mA
        step: 2 %
        empty_settle: 30 s
        stuck: 15 %
      supervision:
        tolerance: 8 %
        tolerance_current: 3 A
        alarm_after: 15 s
        act_after: 90 s
        action: stop
        over_voltage: 0.5 V
    gateway:
      poll: 500 ms
      socket: /run/it's here.sock
      state: /var/lib/my state
      journal: none

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

    #expect(settings.inverters[0].dialect == "v1.2" && settings.inverters[0].padsFrames)
    #expect(settings.inverters[0].period == .milliseconds(500))
    #expect(settings.inverters[0].keepAlive == .within(.seconds(20)))
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

@Test("every number of stages, SOC and supervision arrives")
func everyStageKey() throws {
    let settings = try read(everything)
    #expect(settings.statePath == "/var/lib/my state" && settings.journalPath == nil)
    let control = settings.control
    #expect(control.imbalance == Curve([.init(100, 1_000), .init(500, 100)]))
    #expect(control.chargeSOC == Curve([.init(950, 1_000), .init(1_000, 50)]))
    #expect(control.dischargeSOC == Curve([.init(100, 0), .init(200, 1_000)]))
    let stages = control.stages
    #expect(stages.floatMillivoltsPerCell == 3_950 && stages.rebulkCellMillivolts == 3_800)
    #expect(stages.absorptionTolerancePerCellMillivolts == 6 && stages.absorptionSpreadMillivolts == 12)
    #expect(stages.absorptionTime == .seconds(1_200) && stages.absorptionPatience == .seconds(2_400))
    #expect(stages.absorptionLongest == .seconds(10_800))
    #expect(stages.rebulkSOCPermille == 700 && stages.rebulkSpreadMillivolts == 90)
    #expect(stages.rebulkSettle == .seconds(90) && stages.fullChargeEvery == .seconds(907_200))
    #expect(stages.requestsFullCharge && stages.voltageRampMicrovoltsPerSecond == 2_500)
    #expect(stages.voltageHold == .seconds(120))
    #expect(stages.socTargetPermille == 850 && stages.socTargetHysteresisPermille == 40)
    #expect(stages.chargeBy == ChargeBy(socPermille: 800, minuteOfDay: 365))
    let soc = control.soc
    #expect(soc.source == .counted && soc.chargeEfficiencyPermille == 985)
    #expect(soc.currentOffsetMilliamps == -120 && soc.stepPermillePerTenSeconds == 20)
    #expect(soc.emptySettle == .seconds(30) && soc.stuckPermille == 150)
    let supervision = control.supervision
    #expect(supervision.tolerancePermille == 80 && supervision.toleranceMilliamps == 3_000)
    #expect(supervision.alarmAfter == .seconds(15) && supervision.actAfter == .seconds(90))
    #expect(supervision.action == .stop && supervision.overVoltageMillivolts == 500)
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
        "  state: /var/lib/busbar/state", "  journal: /var/lib/busbar/journal",
        "    float_voltage_per_cell: 3.375 V", "    absorption_longest: 4 h", "    full_charge_every: 14 d",
        "    voltage_ramp: 1 mV/s", "    source: bms", "    current_offset: 0 A",
        "    action: lower_voltage", "  imbalance: {0.3 V: 100 %, 0.5 V: 50 %, 0.8 V: 5 %}",
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
