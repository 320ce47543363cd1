import Settings
import Testing
import YAMLFile

@Test("all problems of a file are told at once, in its order")
func allAtOnce() {
    let text = """
        links:
          battery:
            serial: /dev/ttyUSB0
            baud: fast
        packs:
          - name: A
            link: batery
            driver: jk
            address: 99
            cells: 16
            capacity: 280
            charge_current: 100 V
            discharge_current: 150 A
            colour: red
        inverter:
          link: battery
          profile: pylontech-lv-can
        limits:
          charge_current: 200 A
          fresh: 10 s
          lost: 5 s
        gateway: {poll: 1 h}
        """
    #expect(
        report(text) == """
            busbar.yaml:4:11: 'baud' is 'fast'; it is one of the usual rates from 1200 to 3000000, without a \
            unit; look it up in the manual of the BMS, often 9600 or 115200
            busbar.yaml:7:11: there is no link 'batery'; known are: battery; did you mean 'battery'?
            busbar.yaml:8:13: there is no driver 'jk'; known are: jk-modbus, jbd, other-listener, can-bms; write one that exists
            busbar.yaml:11:15: 'capacity' is '280', without a unit; it is a capacity; write '280 Ah' or '280 mAh'
            busbar.yaml:12:21: 'charge_current' is '100 V'; a current has another unit; write one of: A, mA
            busbar.yaml:14:5: unknown key 'colour' in pack 1; nothing would ever read it; remove it; known here: \
            name, link, driver, dialect, address, listen, read, cells, capacity, charge_current, \
            discharge_current, share, settings_writable, without
            busbar.yaml:17:12: profile 'pylontech-lv-can' on link 'battery'; it needs a CAN bus (socketcan, slcan \
            or slcan_tcp), and line 2 opens a serial line (serial or tcp); name a link of the right kind, or \
            another profile
            busbar.yaml:19:3: 'discharge_current' is missing in limits; no current is allowed without it; add the \
            most the bank, its cables and its fuses may carry, for example 'discharge_current: 100 A'
            busbar.yaml:21:9: 'lost' is 5 s; it must be above 'fresh', 10 s (line 20): a pack cannot be lost while \
            its readings are fresh; change one of the two
            busbar.yaml:22:17: 'poll' is '1 h'; a time has another unit; write one of: s, ms, min
            """)
}

/// A file and the first words of what is said about it.
struct Whole: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var bytes: [UInt8]
    var expected: String

    init(_ fact: String, _ bytes: [UInt8], _ expected: String) {
        testDescription = fact
        self.bytes = bytes
        self.expected = expected
    }
}

private let wholes: [Whole] = [
    Whole(
        "no byte at all", [],
        "b:1:1: the file is empty; nothing is known of the plant; start from a file in 'examples'"),
    Whole(
        "only a comment", Array("# later\n".utf8),
        "b:1:1: the file is empty; nothing is known of the plant; start from a file in 'examples'"),
    Whole(
        "bytes that are not UTF-8", Array("a: b\nö".utf8) + [0xFF],
        "b:2:2: this is not YAML: invalid leading UTF-8 octet; the file is not plain text in UTF-8; "
            + "save it as UTF-8, or check that it is the right file"),
    Whole(
        "a list", Array("- a\n".utf8),
        "b:1:1: the file is not a mapping; it is made of 'key: value' lines; write its keys below, indented"),
    Whole(
        "more than 1 MiB", [UInt8](repeating: UInt8(ascii: "#"), count: (1 << 20) + 1),
        "b:1:1: the file is larger than 1 MiB; no settings are so long; check that this is the right file"),
    Whole(
        "more values than any plant has", Array(String(repeating: "- a\n", count: 20_000).utf8),
        "b:10000:3: more than 10000 values; no plant needs so many; check that this is the right file"),
]

@Test("a file that is no settings file at all is one problem", arguments: wholes)
func noSettings(whole: Whole) {
    let problems = #expect(throws: SettingsProblems.self) {
        try BusbarSettings.read(bytes: whole.bytes, file: "b", knowing: catalogue)
    }
    #expect(problems?.description == whole.expected)
}

@Test("a byte order mark is no matter")
func byteOrderMark() {
    #expect(report("\u{FEFF}" + soundText) == "")
}

@Test("more than fifty problems are counted, and the first fifty told")
func manyProblems() throws {
    let keys = (1...120).map { "extra\($0): 1\n" }.joined()
    let problems = try #require(
        #expect(throws: SettingsProblems.self) {
            try BusbarSettings.read(text: soundText + keys, file: "b", knowing: catalogue)
        })
    #expect(problems.problems.count == 50)
    #expect(problems.omitted == 70)
    #expect(problems.description.hasSuffix("\nand 70 more"))
    #expect(problems.problems.map(\.mark) == problems.problems.map(\.mark).sorted())
}

/// Ways in which a secret gets into a file where none belongs.
private let leaks = [
    "password: hunter2\n", "mqtt: {password: hunter2}\n", "api_key: {hunter2: hunter2}\n",
    "password: [hunter2\n", "password hunter2: 1\n", "password=hunter2: 1\n",
    "password: hunter2\npassword: hunter2\n",
    "gateway: {poll: 'token hunter2'}\n", "gateway: {socket: 'admin:hunter2@host'}\n",
    "gateway: {token: &hunter2 hunter2}\n",
    "gateway: {poll: {token: hunter2}}\n", "? [password, hunter2]\n: 1\n",
]

@Test("a secret in the wrong place is never repeated", arguments: leaks)
func leak(addition: String) {
    let said = report(soundText + addition)
    #expect(!said.isEmpty)
    #expect(!said.contains("hunter2"))
}

@Test(
    "a secret under a name the operator chose is never repeated",
    arguments: [
        (
            "  battery:\n    serial: /dev/ttyUSB0",
            "  token:\n    serial: hunter2\n    hunter2: 1\n  battery:\n    serial: /dev/ttyUSB0"
        ),
        ("limits:", "limits:\n  highest_cell: {password: hunter2, hunter2 password: 1 %}"),
        ("serial: /dev/ttyUSB0", "serial: /dev/ttyUSB0\n    password hunter2"),
    ])
func chosenName(old: String, new: String) {
    let said = report(Row("", old, new, "").text)
    #expect(!said.isEmpty)
    #expect(!said.contains("hunter2"))
}

@Test("a message never carries a control character or a long text")
func tameMessage() {
    let long = String(repeating: "x", count: 100_000)
    let said = report(soundText + "\"\\e[31m\\0\": 1\n\(long): 1\n")
    #expect(said.unicodeScalars.allSatisfy { $0.value >= 0x20 || $0 == "\n" })
    #expect(said.utf8.count < 1_000)
}
