import BatteryModel
import BusCodec
import BusDiagnosis
import InverterProfiles
import Testing

@Suite("Who speaks on a CAN bus")
struct CANNamingTests {
    /// Frames as a log has them, said once a second.
    struct Log {
        var name: String
        var frames: [String]
        /// The talkers: role, and what is said about them.
        var talkers: [String]
    }

    /// `351#0011` or, with 29 bits, `00004210#00`.
    private static func frame(_ text: String) -> CANFrame {
        let parts = text.split(separator: "#", omittingEmptySubsequences: false)
        var digits = Array(parts[1].filter { $0 != " " })[...]
        var bytes: [UInt8] = []
        while digits.count > 1 {
            bytes.append(UInt8(String(digits.prefix(2)), radix: 16) ?? 0)
            digits = digits.dropFirst(2)
        }
        return CANFrame(
            identifier: UInt32(parts[0], radix: 16) ?? 0, isExtended: parts[0].count > 3, payload: bytes.span)
    }

    static func passing(_ frames: [String], seconds: Int = 30) -> [Passing] {
        (0..<seconds).flatMap { second in
            frames.enumerated().map {
                Passing(frame: frame($1), at: dawn + .milliseconds(Int64(second) * 1_000 + Int64($0) * 20))
            }
        }
    }

    /// What is said of a talker in one line.
    static func line(_ talker: Talker) -> String {
        let best =
            talker.candidates.first.map { "\($0.id) \($0.dialect)" } ?? talker.remark.map { "\($0)" } ?? "?"
        return "\(talker.role): \(best)" + (talker.sender.map { ", \($0)" } ?? "")
    }

    private static let pylontech = [
        "351#1402740E740ECC01", "355#1A006400", "356#7A13F2FE6B01", "359#000000000A504E", "35C#C000",
        "35E#50594C4F4E202020",
    ]
    private static let jkAsDeye = [
        "351#9E027C016C07C601", "355#6300640000000000", "356#521600002B010000", "359#0000000001504E00",
        "35C#C000000000000000", "35E#4A4B2D424D530000", "370#1E001D00F50DF30D", "371#0400030001000300",
    ]
    private static let seplosAsSMA = [
        "351#4002080708070002", "355#46006400761B0000", "356#3E160000F9000000", "35A#AAAAAA02AAAAAA02",
        "35E#534D412020202020", "35F#0000000122010000",
    ]
    private static let v13 = [
        "351#1002C012C012C201", "355#540060000000", "356#7B13E9FE6B01", "35A#0000000000000000",
        "35E#50594C4F4E202020", "35F#4C4901033C02AA00",
    ]

    private static let logs: [Log] = [
        Log(
            name: "a Pylontech US3000", frames: pylontech,
            talkers: ["battery: pylontech-lv-can V1.2, a Pylontech battery, or one that copies its lengths"]),
        Log(
            name: "a US5000 with new firmware", frames: v13,
            talkers: [
                "battery: pylontech-lv-can V1.3, a Pylontech battery with new firmware, or one that copies it"
            ]),
        Log(
            name: "a JK BMS for Deye, and the inverter", frames: jkAsDeye + ["305#0000000000000000"],
            talkers: [
                "battery: pylontech-lv-can V1.2, a JK BMS in its Pylontech, Deye or GoodWe mode",
                "inverter: an inverter that shows that it is there",
            ]),
        Log(
            name: "a Seplos BMS for SMA", frames: seplosAsSMA,
            talkers: ["battery: sma-lv-can Sunny Island, a Seplos BMS in its SMA mode"]),
        Log(
            name: "Pylontech high voltage",
            frames: [
                "00004200#0000000000000000", "00004210#A00FFC74E2043264", "00004220#8C0AE9074A794A79",
                "00007310#0100020101020000",
            ],
            talkers: [
                "foreign: Pylontech high voltage, as Deye, Solis and Growatt use it too, which Busbar does not speak"
            ]),
        Log(
            name: "an inverter that asks for Pylontech high voltage", frames: ["00004200#0200000000000000"],
            talkers: [
                "inverter: an inverter that asks for a Pylontech high voltage battery and hears no answer"
            ]),
        Log(
            name: "SolaX",
            frames: [
                "00001871#0100010000000000", "00001872#8A0F520CCD005E01", "00001873#6D0D00005D00A301",
                "00001877#0000000053001D10",
            ], talkers: ["foreign: SolaX high voltage, which Busbar does not speak"]),
        Log(
            name: "FoxESS",
            frames: ["00001871#0100010000000000", "00001872#8A0F520CCD005E01", "00001879#0035000000000000"],
            talkers: ["foreign: FoxESS high voltage, which Busbar does not speak"]),
        Log(
            name: "BYD HVS with its inverter",
            frames: [
                "151#00474F4F44574500", "110#0920064001000100", "150#260C271000F300FA",
                "1D0#08490000 00B40308", "210#00BE00B400000000",
            ], talkers: ["foreign: BYD HVS or HVM high voltage, which Busbar does not speak"]),
        Log(
            name: "an inverter that looks for BYD HVS", frames: ["151#0053554E47524F57"],
            talkers: ["inverter: an inverter that looks for a BYD high voltage battery and hears no answer"]),
        Log(
            name: "SMA high voltage",
            frames: [
                "158#AAAA6AAAAAAAAAAA", "358#12400C8001000100", "3D8#132E27100045F900",
                "458#000073AE00006464", "4D8#10620016016803 08", "518#014A01251010FFFF",
            ],
            talkers: [
                "foreign: SMA high voltage, as BYD Battery-Box H and HVS use it, which Busbar does not speak"
            ]),
        Log(
            name: "Sungrow SBR",
            frames: [
                "500#0000000000000000", "700#0000000000000000", "701#0000000000000000",
                "702#88131027C0128025", "704#7807F6FF7807FA00", "705#0000000000000000",
                "706#0000000000000000", "714#0501D08411020C84",
            ], talkers: ["foreign: Sungrow SBR, which Busbar does not speak"]),
        Log(
            name: "GoodWe high voltage",
            frames: [
                "453#0100000000000000", "455#0000000000000000", "456#0000000000000000",
                "457#0000000000000000", "458#0000000000000000", "45A#0000000000000000",
                "425#0000000000000000",
            ], talkers: ["foreign: GoodWe high voltage, which Busbar does not speak"]),
        Log(
            name: "Growatt high voltage",
            frames: [
                "00003010#00", "00003110#0000000000000000", "00003120#0000000000000000",
                "00003130#0000000000000000",
            ], talkers: ["foreign: Growatt high voltage, which Busbar does not speak"]),
        Log(
            name: "Afore, which has the identifiers of Pylontech",
            frames: [
                "305#0000000000000000", "350#00", "351#0011", "352#00", "353#00", "354#00", "355#00",
                "356#00", "357#00", "358#00", "359#00", "35A#00",
            ],
            talkers: [
                "foreign: Afore high voltage, which Busbar does not speak; its identifiers are those of Pylontech, its frames are not"
            ]),
        Log(
            name: "Sofar high voltage",
            frames: [
                "00000351#C608FA00FA008007", "00000355#31006400FFFFF600", "00000356#36081000D0000100",
                "0000035E#414D415353000000",
            ], talkers: ["foreign: Sofar high voltage, which Busbar does not speak"]),
        Log(
            name: "EcoFlow, recorded",
            frames: ["10003001#AA0384003C2EAC04", "10103001#00000B3C03140101", "10203001#00"],
            talkers: ["foreign: EcoFlow's own bus, which Busbar does not speak"]),
        Log(
            name: "NMEA 2000 with a battery status",
            frames: ["19F21401#00FFFF00000000FF", "18EEFF01#0000000000000000", "19F11201#00"],
            talkers: [
                "foreign: NMEA 2000 or RV-C: the network of a boat or a motor home, or VE.Can of Victron"
            ]),
        Log(
            name: "a lorry", frames: ["0CF00400#0000000000000000", "18FEEE00#0000000000000000"],
            talkers: ["foreign: SAE J1939: a vehicle, an engine or a generator"]),
        Log(
            name: "OBD", frames: ["7DF#0201050000000000", "7E8#0341057B00000000"],
            talkers: ["foreign: the diagnosis socket of a car (OBD)"]),
        Log(
            name: "CANopen", frames: ["080#", "701#05", "181#00112233", "281#0011"],
            talkers: ["foreign: CANopen: machines and drives"]),
        Log(
            name: "a network with identifier 0, which is the number of a register elsewhere",
            frames: ["000#0100", "123#00"],
            talkers: ["unknown: cannot be told: no protocol that is known has these identifiers"]),
        Log(
            name: "an unknown device", frames: ["123#00", "456#00112233"],
            talkers: ["unknown: cannot be told: no protocol that is known has these identifiers"]),
        Log(
            name: "an inverter alone", frames: ["305#0000000000000000"],
            talkers: [
                "inverter: an inverter that waits for a battery: it shows that it is there and hears nobody"
            ]),
        Log(
            name: "a Victron GX alone", frames: ["305#0000000000000000", "307#1234567856494300"],
            talkers: [
                "inverter: an inverter that waits for a battery: it shows that it is there and hears nobody, a Victron GX"
            ]),
        Log(
            name: "somebody asks Daly packs", frames: ["18900140#0000000000000000"],
            talkers: ["master: somebody who asks packs of this maker"]),
        Log(
            name: "a pack beside a battery, an inverter and a boat",
            frames: pylontech + [
                "2F4#1302B20F51000000", "4F4#020D03F80C090000", "18F128F4#4006F00A00000000",
                "305#0000000000000000", "19F21401#00FFFF00000000FF",
            ],
            talkers: [
                "battery: pylontech-lv-can V1.2, a Pylontech battery, or one that copies its lengths",
                "pack: jk-can ", "inverter: an inverter that shows that it is there",
                "foreign: NMEA 2000 or RV-C: the network of a boat or a motor home, or VE.Can of Victron",
            ]),
    ]

    @Test("is told from what is heard")
    func talkers() {
        for log in Self.logs {
            let account = CANDiagnosis.account(of: Self.passing(log.frames))
            #expect(
                account.talkers.map(Self.line) == log.talkers,
                "\(log.name): \(account.talkers.first?.candidates.map { ($0.id, $0.dialect, $0.score, $0.reasons.map { ($0.label, $0.value) }) } ?? [])"
            )
        }
    }

    @Test("and real frames, said again and again, are no reason for a finding")
    func real() {
        for log in Self.logs.prefix(4) {
            #expect(CANDiagnosis.account(of: Self.passing(log.frames)).ids == [], "\(log.name)")
        }
    }

    @Test("two brands on one bus are told apart")
    func brands() {
        let one = Bench(speech: .named("growatt-lv-can"), seconds: 40).passing()
        let other = Bench(speech: .named("victron-can"), seconds: 40).passing()
        let account = CANDiagnosis.account(of: Bench.merged(one, other))
        #expect(
            account.talkers.map { "\($0.role) \($0.candidates.first.map { "\($0.id)" } ?? "")" }.sorted()
                == ["battery growatt-lv-can", "battery victron-can", "inverter "])
    }

    @Test("is not guessed from a handful of frames")
    func handful() {
        let account = CANDiagnosis.account(of: Self.passing(["123#00", "124#00"], seconds: 1))
        #expect(account.talkers.map(Self.line) == ["unknown: cannot be told yet: too few frames"])
    }
}
