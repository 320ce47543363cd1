import BatteryModel
import Settings
import Testing

/// A key of the section `limits` with the last values inside its bounds and the first outside.
private let bounds: [(key: String, inside: [String], outside: [String])] = [
    ("fresh", ["1 s", "9999 ms"], ["0.999 s", "10.001 s"]),
    ("lost", ["3.001 s", "30 s"], ["2.999 s", "30.001 s"]),
    ("silent", ["5 s", "30 s"], ["4.999 s", "30.001 s"]),
    ("start_patience", ["1 s", "10 min"], ["0.999 s", "600.001 s"]),
    ("hold", ["1 s", "10 min"], ["0 s", "600.001 s"]),
    ("connect_settle", ["1 s", "10 min"], ["0 s", "600.001 s"]),
    ("ramp", ["0.1 A/s", "100 A/s"], ["0.099 A/s", "100.001 A/s"]),
    ("connect_difference", ["0.1 V", "5 V"], ["0.099 V", "5.001 V"]),
    ("charge_voltage_per_cell", ["3.381 V", "3.49 V"], ["2.499 V", "3.651 V"]),
    ("floor_voltage_per_cell", ["2.9 V", "3.375 V"], ["2.499 V", "3.651 V"]),
    ("discharge_voltage_per_cell", ["2.5 V", "3 V"], ["2.499 V", "3.651 V"]),
    ("absolute_maximum_cell", ["3.451 V", "3.65 V"], ["3.45 V", "3.651 V"]),
    ("start_with", ["1", "2"], ["0", "17", "02", "1.5"]),
    (
        "highest_cell", ["{3.4 V: 100 %, 5 V: 0 %}", "{3.4 V: 100 %, 3.451 V: 0 %}"],
        ["{5.001 V: 0 %}", "{3.4 V: 101 %, 5 V: 0 %}"]
    ),
    ("mosfet_temperature", ["{-40 °C: 0 %}", "{150 °C: 0 %}"], ["{-40.1 °C: 0 %}", "{150.1 °C: 0 %}"]),
    ("charge_temperature", ["{-40 °C: 0 %}", "{120 °C: 0 %}"], ["{-40.1 °C: 0 %}", "{120.1 °C: 0 %}"]),
    ("discharge_temperature", ["{-40 °C: 0 %}", "{120 °C: 0 %}"], ["{-40.1 °C: 0 %}", "{120.1 °C: 0 %}"]),
    ("imbalance", ["{1 mV: 50 %}", "{300 mV: 100 %, 3 V: 5 %}"], ["{0 mV: 50 %}", "{3.001 V: 0 %}"]),
    ("charge_soc", ["{0 %: 100 %, 100 %: 10 %}"], ["{-0.1 %: 50 %}", "{100.1 %: 0 %}"]),
    ("discharge_soc", ["{0 %: 10 %, 100 %: 100 %}"], ["{-0.1 %: 50 %}", "{100.1 %: 0 %}"]),
]

/// A key of a section within `limits` with the last values inside its bounds and the first outside.
private let nested: [(section: String, key: String, inside: [String], outside: [String])] = [
    ("stages", "float_voltage_per_cell", ["3.301 V", "3.444 V"], ["2.499 V", "3.651 V"]),
    ("stages", "rebulk_cell", ["2.901 V", "3.374 V"], ["2.499 V", "3.651 V"]),
    ("stages", "absorption_tolerance", ["1 mV", "50 mV"], ["0.9 mV", "51 mV"]),
    ("stages", "absorption_spread", ["1 mV", "79 mV"], ["0 mV", "201 mV"]),
    ("stages", "absorption_time", ["1 min", "0.5 h"], ["59.999 s", "12.001 h"]),
    ("stages", "absorption_patience", ["15 min", "4 h"], ["59.999 s", "24.001 h"]),
    ("stages", "absorption_longest", ["30 min", "48 h"], ["59.999 s", "48.001 h"]),
    ("stages", "rebulk_soc", ["0 %", "98 %"], ["-0.1 %", "98.1 %"]),
    ("stages", "rebulk_spread", ["11 mV", "1 V"], ["9 mV", "1.001 V"]),
    ("stages", "rebulk_settle", ["1 s", "10 min"], ["0.999 s", "600.001 s"]),
    ("stages", "full_charge_every", ["1 d", "365 d"], ["0.9 d", "365.1 d"]),
    ("stages", "request_full_charge", ["true", "false"], ["yes", "1"]),
    ("stages", "voltage_ramp", ["0.1 mV/s", "1 V/s"], ["0.099 mV/s", "1000.001 mV/s"]),
    ("stages", "voltage_hold", ["0 s", "10 min"], ["-1 s", "600.001 s"]),
    ("stages", "soc_target", ["80 %", "99 %"], ["19.9 %", "99.1 %"]),
    ("stages", "soc_target_hysteresis", ["1 %", "50 %"], ["0.9 %", "50.1 %"]),
    (
        "stages", "charge_by", ["{soc: 10 %, time: 0:00}", "{soc: 100 %, time: '23:59'}"],
        [
            "{soc: 9.9 %, time: 6:00}", "{soc: 80 %, time: 24:00}", "{soc: 80 %, time: 6:60}",
            "{soc: 80 %, time: 600}", "{soc: 80 %}", "{time: 6:00}", "80 %", "{soc: 80 %, time: 6:00, at: 1}",
        ]
    ),
    ("soc", "source", ["bms", "counted"], ["BMS", "inverter"]),
    ("soc", "charge_efficiency", ["80 %", "100 %"], ["79.9 %", "100.1 %"]),
    ("soc", "current_offset", ["-5 A", "5 A"], ["-5.001 A", "5.001 A"]),
    ("soc", "step", ["0.1 %", "10 %"], ["0 %", "10.1 %"]),
    ("soc", "stuck", ["1 %", "50 %"], ["0.9 %", "50.1 %"]),
    ("soc", "empty_settle", ["1 s", "10 min"], ["0.999 s", "600.001 s"]),
    ("supervision", "tolerance", ["0 %", "50 %"], ["-0.1 %", "50.1 %"]),
    ("supervision", "tolerance_current", ["0.1 A", "100 A"], ["0.099 A", "100.001 A"]),
    ("supervision", "over_voltage", ["50 mV", "5 V"], ["49 mV", "5.001 V"]),
    ("supervision", "alarm_after", ["1 s", "60 s"], ["0.999 s", "600.001 s"]),
    ("supervision", "act_after", ["10 s", "1 h"], ["0.999 s", "3600.001 s"]),
    ("supervision", "action", ["alarm", "lower_voltage", "stop"], ["none", "Stop"]),
]

@Test("the numbers of stages, SOC and supervision are accepted up to their bounds and refused beyond")
func nestedBounds() {
    for (section, key, inside, outside) in nested {
        let line = { (value: String) in soundText + "  \(section):\n    \(key): \(value)\n" }
        for value in inside { #expect(report(line(value)) == "", "\(key): \(value)") }
        for value in outside {
            #expect(report(line(value)).contains("busbar.yaml:31:"), "\(key): \(value)")
        }
    }
}

@Test("the limits are accepted up to their bounds and refused beyond")
func limitBounds() {
    for (key, inside, outside) in bounds {
        for value in inside {
            #expect(report(soundText + "  \(key): \(value)\n") == "", "\(key): \(value)")
        }
        for value in outside {
            #expect(report(soundText + "  \(key): \(value)\n").contains(":30:"), "\(key): \(value)")
        }
    }
}

/// A line of the sound file with the last values inside its bounds and the first outside.
private let lines: [(line: String, inside: [String], outside: [String])] = [
    ("capacity: 280 Ah", ["1 Ah", "5000 Ah"], ["0.999 Ah", "5000.001 Ah"]),
    ("charge_current: 100 A", ["0.1 A", "1000 A"], ["0 A", "0.099 A", "1000.001 A"]),
    ("discharge_current: 150 A", ["0.1 A", "1000 A"], ["0 A", "0.099 A", "1000.001 A"]),
    ("address: 1", ["0", "0x0f", "15"], ["-1", "16", "256", "0x", "0xg", "01", "0x0001"]),
    ("charge_current: 200 A", ["0.1 A", "5000 A"], ["0 A", "0.099 A", "5000.001 A"]),
    ("discharge_current: 250 A", ["0.1 A", "5000 A"], ["0 A", "0.099 A", "5000.001 A"]),
    (
        "name: A", ["1", "x y", "'12345678901234567890123456789012'"],
        ["''", "' x'", "a:b", "'123456789012345678901234567890123'"]
    ),
    ("socketcan: can0", ["fifteen-letters"], ["sixteen--letters", "can 0", "can/0", "'..'"]),
    ("serial: /dev/ttyUSB0", ["/dev/a b"], ["/dev/", "\"/dev/\\0\""]),
]

@Test("the values of packs and links are accepted up to their bounds and refused beyond")
func otherBounds() {
    for (line, inside, outside) in lines {
        let key = line.prefix { $0 != ":" }
        for value in inside {
            #expect(report(Row("", line, "\(key): \(value)", "").text) == "", "\(key): \(value)")
        }
        for value in outside {
            #expect(report(Row("", line, "\(key): \(value)", "").text) != "", "\(key): \(value)")
        }
    }
}

@Test("sixteen packs are read, a seventeenth is a problem")
func packCount() {
    func text(_ count: Int) -> String {
        let packs = (1...count).map { number in
            """
              - {name: P\(number), link: battery, driver: jk-modbus, address: \(number - 1), cells: 16,
                 capacity: 280 Ah, charge_current: 1 A, discharge_current: 1 A}\n
            """
        }
        return """
            links: {battery: {serial: /dev/ttyUSB0}, inverter: {socketcan: can0}}
            inverter: {link: inverter, profile: pylontech-lv-can}
            limits: {charge_current: 1 A, discharge_current: 1 A}
            packs:\n
            """ + packs.joined()
    }
    #expect(report(text(16)) == "")
    #expect(
        report(text(17))
            == "busbar.yaml:37:5: 17 packs; one gateway reads at most 16; remove the others")
}

@Test("a stall of the gateway is accepted up to its bounds and refused beyond")
func stallBounds() throws {
    for (value, limit) in [("0.5 s", 500), ("2 s", 2_000), ("10 s", 10_000)] {
        let text = soundText + "gateway: {stall: \(value)}\n"
        let settings = try BusbarSettings.read(text: text, file: "busbar.yaml", knowing: catalogue)
        #expect(settings.stallLimit == .milliseconds(Int64(limit)))
    }
    for value in ["0.499 s", "10.001 s", "2"] {
        #expect(report(soundText + "gateway: {stall: \(value)}\n") != "", "\(value)")
    }
}
