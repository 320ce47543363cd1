import Settings
import Testing
import YAMLFile

/// A file with nothing wrong in it, that tests change one line of.
let soundText = """
    links:
      battery:
        serial: /dev/ttyUSB0
        baud: 115200
      inverter:
        socketcan: can0
    packs:
      - name: A
        link: battery
        driver: jk-modbus
        address: 1
        cells: 16
        capacity: 280 Ah
        charge_current: 100 A
        discharge_current: 150 A
      - name: B
        link: battery
        driver: jk-modbus
        address: 2
        cells: 16
        capacity: 280 Ah
        charge_current: 100 A
        discharge_current: 150 A
    inverter:
      link: inverter
      profile: pylontech-lv-can
    limits:
      charge_current: 200 A
      discharge_current: 250 A

    """

/// Devices of every shape the checks tell apart.
let catalogue = DeviceCatalogue(
    drivers: [
        .init(
            id: "jk-modbus", addresses: 0...15, defaultBaud: 115_200, readModes: [.frames, .registers],
            canListen: true, canWriteSettings: true),
        .init(id: "jbd", addresses: 1...1, defaultBaud: 9_600),
        .init(id: "other-listener", addresses: 0...15, defaultBaud: 115_200, canListen: true),
        .init(
            id: "can-bms", addresses: 0...7, linkKinds: [.can], defaultBaud: 115_200,
            usualBitrateKbitPerSecond: 250),
    ],
    profiles: [
        .init(id: "pylontech-lv-can", bitrateKbitPerSecond: 500, dialects: ["v1.2", "v1.3"]),
        .init(id: "sma-can", bitrateKbitPerSecond: 500),
        .init(id: "pylontech-rs485", linkKind: .serial, defaultBaud: 9_600),
        .init(id: "sunspec-battery", linkKind: .serial, defaultBaud: 9_600, tcpPort: 502),
    ],
    shunts: [.init(id: "victron-vedirect", defaultBaud: 19_200)])

/// The problems of `text`, one per line; empty if there are none.
func report(_ text: String, knowing devices: DeviceCatalogue = catalogue) -> String {
    do throws(SettingsProblems) {
        _ = try BusbarSettings.read(text: text, file: "busbar.yaml", knowing: devices)
        return ""
    } catch {
        return error.description
    }
}

/// One change to the sound file, and what is said about it.
struct Row: Sendable, CustomTestStringConvertible {
    var fact: String
    var old: String
    var new: String
    var expected: String

    init(_ fact: String, _ old: String, _ new: String, _ expected: String) {
        self.fact = fact
        self.old = old
        self.new = new
        self.expected = expected
    }

    var testDescription: String { fact }

    /// The sound file with the first place of `old` changed.
    var text: String {
        guard let place = soundText.firstRange(of: old) else {
            Issue.record("the sound file has no \(old)")
            return soundText
        }
        return soundText.replacingCharacters(in: place, with: new)
    }
}

extension String {
    func firstRange(of part: String) -> Range<String.Index>? {
        indices.first { self[$0...].hasPrefix(part) }.map { $0..<index($0, offsetBy: part.count) }
    }

    func replacingCharacters(in range: Range<String.Index>, with part: String) -> String {
        String(self[..<range.lowerBound]) + part + String(self[range.upperBound...])
    }
}
