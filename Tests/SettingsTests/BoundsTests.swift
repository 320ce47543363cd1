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
    ("charge_voltage_per_cell", ["3.001 V", "3.49 V"], ["2.499 V", "3.651 V"]),
    ("floor_voltage_per_cell", ["2.9 V", "3.449 V"], ["2.499 V", "3.651 V"]),
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
]

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
