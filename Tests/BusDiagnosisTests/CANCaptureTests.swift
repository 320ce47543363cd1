import BusDiagnosis
import Testing

@Suite("Frames that others have recorded on CAN buses")
struct CANCaptureTests {
    /// A recording, each of its frames said once a second.
    private struct Capture {
        var name: String
        var frames: [String]
        /// The ids of the protocols that are right: one, or several with the same frames.
        var right: [String]
        /// What gives the sender away; `nil` where nothing may.
        var sender: String?
        /// What is found because not all frames were published.
        var found: [String] = []
    }

    private static let captures: [Capture] = [
        Capture(
            name: "Pylontech US2000 or US3000, firmware with V1.2 (setfirelabs)",
            frames: [
                "351#1402740E740ECC01", "355#1A006400", "356#7A13F2FE6B01", "359#000000000A504E", "35C#C000",
                "35E#50594C4F4E202020",
            ], right: ["pylontech-lv-can"], sender: "a Pylontech battery"),
        Capture(
            name: "Pylontech US5000, firmware with V1.3 (setfirelabs)",
            frames: [
                "351#1002C012C012C201", "355#540060000000", "356#7B13E9FE6B01", "35A#0000000000000000",
                "35E#50594C4F4E202020", "35F#4C4901033C02AA00",
            ], right: ["pylontech-lv-can"], sender: "a Pylontech battery with new firmware"),
        Capture(
            name: "JK BMS in its Deye mode, CRC checked (victorstoica114)",
            frames: [
                "351#9E027C016C07C601", "355#6300640000000000", "356#521600002B010000",
                "359#0000000001504E00", "35C#C000000000000000", "35E#4A4B2D424D530000",
                "370#1E001D00F50DF30D", "371#0400030001000300",
            ], right: ["pylontech-lv-can", "deye-lv-can"], sender: "a JK BMS"),
        Capture(
            name: "JK BMS in its GoodWe mode, CRC checked (victorstoica114)",
            frames: [
                "351#9E027C016C07C601", "355#6300640000000000", "356#5316000032010000",
                "359#0000000001504E00", "35C#C000000000000000", "35E#4A4B2D424D530000",
                "370#1F001E00F40DF30D", "371#0400030001000B00",
            ], right: ["pylontech-lv-can", "goodwe-lv-can"], sender: "a JK BMS"),
        Capture(
            name: "JK BMS in its Victron mode, CRC checked (victorstoica114)",
            frames: [
                "351#9E027C016C07C601", "355#630064008E260000", "356#5216000033010000",
                "35A#A8A80200A8A80202", "35F#694C0F2627000000", "372#0100000000000000",
                "373#F30DF40D2F013001", "374#30303A3A30320000", "378#0000000008000000",
            ], right: ["victron-can"], sender: "a JK BMS in its Victron mode"),
        Capture(
            name: "BYD Battery-Box Premium LVS with Venus OS (dfch/BydCanProtocol)",
            frames: [
                "351#480200050005AE01", "355#4300640000000000", "356#BE14F9FF8C000000",
                "35A#AAAAAAAAAAAAAAAA", "35E#4259440000000000", "35F#4C69011769000000",
                "372#0200020001000000", "373#EA0C010D1F012201", "378#400800002B070000",
                "379#9C00000000000000", "35B#0000000000000000", "360#0000000000000000",
                "382#5052454D49554D00",
                "307#1234567856494300",
            ], right: ["byd-lvs-can"], sender: "a BYD Battery-Box Premium LVS"),
        Capture(
            name: "Seplos BMS in its SMA mode, CRC checked (victorstoica114)",
            frames: [
                "351#4002080708070002", "355#46006400761B0000", "356#3E160000F9000000",
                "35A#AAAAAA02AAAAAA02", "35E#534D412020202020", "35F#0000000122010000",
            ], right: ["sma-lv-can"], sender: "a Seplos BMS in its SMA mode"),
        Capture(
            name: "Seplos BMS in its Sofar mode (victorstoica114)",
            frames: [
                "351#4002080708070002", "355#460064006C1B0000", "356#EE150000F8000000",
                "35A#AAAAAA02AAAAAA02", "35E#536F666172202020", "35F#0000000122010000",
            ], right: ["sofar-lv-can"], sender: "a Seplos BMS in its Sofar mode"),
        Capture(
            name: "JK BMS with a Growatt inverter, without 0x312 (victorstoica114)",
            frames: [
                "301#0B16212C37424D58", "311#0240017C076C0069", "313#164B0000013D5664",
                "314#01AE01F400030000", "319#C00DF20DEF010700", "320#4A4B0F260F260F00",
                "323#1000000000000000",
            ], right: ["growatt-lv-can"], sender: "a JK BMS in its Growatt mode",
            found: ["frame-missing"]),
        Capture(
            name: "Seplos BMS with a Growatt inverter, CRC checked (victorstoica114)",
            frames: [
                "301#0B16212C37424D58", "311#0240070807080069", "312#0000000001000010",
                "313#15B30000010B4664", "314#36D87148000A0000", "319#C10D940D8A010100",
                "320#47540A0A00000000", "322#010B010401014646",
            ], right: ["growatt-lv-can"]),
        Capture(
            name: "LG RESU 10 (jens18/lgresu)",
            frames: [
                "351#4102910391030000", "354#04C0001F03000000", "355#4E00630000000000",
                "356#60151C00BD000000", "359#0000000000000000",
            ], right: ["lg-resu-can"]),
        Capture(
            name: "Pytes in its own mode (OpenDTU-OnBattery, PR 1466)",
            frames: [
                "400#38022C01EE02C701", "401#AE0CA50C04000E00", "402#5A005A0000000000",
                "403#0444800204048000", "404#1500640001003600", "405#421400005A001000",
                "406#0000000000000000", "408#01010000000000", "409#A0860100CC520000", "40A#5059544553",
                "40B#1902101121340100", "40D#0000000000000000", "41E#440B0000EB0A0000",
            ], right: ["pytes-can"]),
        Capture(
            name: "Samsung SDI, eight trays (bms-to-inverter, issue 46)",
            frames: [
                "500#A715000055646815", "501#0000000008080000", "502#4502B00EB00EC001",
                "503#840F8B0F800FA715", "504#B715991513161300", "505#0103000000000000",
                "5F0#0100850F850F820F",
            ], right: ["samsung-sdi-can"]),
        Capture(
            name: "Discover AES behind a Lynk II (bms-to-inverter, issue 107)",
            frames: [
                "351#2E02040B040BB001", "354#2C01BA0000000000", "355#3E00640000000000",
                "356#0A0211FFBE000000", "35A#ABAAFEAFAAFAFF", "35E#444953434F564552", "372#00000002",
                "373#01000000",
            ], right: ["discover-can"], sender: "a Discover battery"),
    ]

    @Test("are named, lead to no finding, and the documentation says how")
    func named() throws {
        var lines = ["| recording | named | points | sent by | found |", "|---|---|---|---|---|"]
        for capture in Self.captures {
            let account = CANDiagnosis.account(of: CANNamingTests.passing(capture.frames))
            let battery = try #require(account.talkers.first { $0.role == .battery }, "\(capture.name)")
            let best = try #require(battery.candidates.first)
            #expect(capture.right.contains("\(best.id)"), "\(capture.name): \(best.id)")
            let sender = battery.sender.map { "\($0)" } ?? ""
            if let wanted = capture.sender { #expect(sender.hasPrefix(wanted), "\(capture.name): \(sender)") }
            #expect(account.ids == capture.found, "\(capture.name)")
            lines.append(
                "| \(capture.name) | `\(best.id)` \(best.dialect) | \(best.score) | \(sender) | \(account.ids.map { "`\($0)`" }.joined(separator: ", ")) |"
            )
        }
        try Document.expect(lines.joined(separator: "\n"), "captures")
    }
}
