import Testing

/// A recorded block and what it says.
///
/// Serial numbers are in none of them.
struct VictronBlock: Sendable, CustomTestStringConvertible {
    var source: String
    /// The fields, `label value`, without the checksum.
    var fields: [String]
    var checksum: UInt8
    /// `nil` for a block with history, which says nothing of the present.
    var present: Present?

    struct Present: Equatable {
        var millivolts: Int32?
        var milliamps: Int32?
        var soc: Int32?

        init(_ millivolts: Int32?, _ milliamps: Int32?, _ soc: Int32?) {
            self.millivolts = millivolts
            self.milliamps = milliamps
            self.soc = soc
        }
    }

    var testDescription: String { source }

    /// The block as it is sent.
    var bytes: [UInt8] { VictronBlock.head(fields) + [checksum] }

    /// The lines of a block up to its checksum; the first space of a line stands for the tab.
    static func head(_ fields: [String]) -> [UInt8] {
        (fields + ["Checksum "]).flatMap { field in
            let label = field.prefix { $0 != " " }
            return Array("\r\n\(label)\t\(field.dropFirst(label.count + 1))".utf8)
        }
    }

    /// The block with these fields and the checksum that belongs to them.
    static func made(_ fields: [String]) -> [UInt8] {
        let head = head(fields)
        return head + [0 &- head.reduce(0, &+)]
    }
}

extension VictronBlock {
    /// Recorded by others; the figures stand as they were sent, the line breaks as the protocol has them.
    static let recorded: [VictronBlock] = [
        VictronBlock(
            source: "BMV-700 3.08 discharging; karioja/vedirect a576848, test/bvm702.dump, block 1",
            fields: [
                "PID 0x203", "V 12065", "I -7625", "P -92", "CE -65473", "SOC 839", "TTG 942", "Alarm OFF",
                "Relay OFF", "AR 0", "BMV 700", "FW 0308",
            ], checksum: 0x71, present: Present(12_065, -7_625, 839)),
        VictronBlock(
            source: "the same, later: its checksum is a colon",
            fields: [
                "PID 0x203", "V 12164", "I -2674", "P -33", "CE -65887", "SOC 837", "TTG 2199", "Alarm OFF",
                "Relay OFF", "AR 0", "BMV 700", "FW 0308",
            ], checksum: 0x3A, present: Present(12_164, -2_674, 837)),
        VictronBlock(
            source: "SmartShunt 500 A 4.14 charging at 48 V; jblance/mpp-solar, issue 458",
            fields: [
                "PID 0xA389", "V 53509", "I 23866", "P 1277", "CE -131099", "SOC 548", "TTG -1", "Alarm OFF",
                "AR 0", "BMV SmartShunt 500A/50mV", "FW 0414", "MON 0",
            ], checksum: 0xDF, present: Present(53_509, 23_866, 548)),
        VictronBlock(
            source: "SmartShunt 500 A 4.05 at rest; jblance/mpp-solar 902b210, protocols/ved.py",
            fields: [
                "PID 0xA389", "V 12865", "VS -14", "I 0", "P 0", "CE 0", "SOC 1000", "TTG -1", "Alarm OFF",
                "AR 0", "BMV SmartShunt 500A/50mV", "FW 0405",
            ], checksum: 0x4C, present: Present(12_865, 0, 1_000)),
        VictronBlock(
            source: "the same: history",
            fields: [
                "H1 -32914", "H2 0", "H3 0", "H4 0", "H5 0", "H6 -35652", "H7 12041", "H8 14282", "H9 0",
                "H10 0", "H11 0", "H12 0", "H15 -22", "H16 0", "H17 46", "H18 48",
            ], checksum: 0x1A, present: nil),
        VictronBlock(
            source: "BMV-712 4.03 discharging; dbr/vedirect-rs cf4415c, src/parser.rs",
            fields: [
                "PID 0xA381", "V 12282", "VS 29", "I -2288", "P -28", "CE -74900", "SOC 916", "TTG 10350",
                "Alarm OFF", "Relay OFF", "AR 0", "BMV 712 Smart", "FW 0403",
            ], checksum: 0x7E, present: Present(12_282, -2_288, 916)),
        VictronBlock(
            source: "BMV-712 4.08 without temperature; norbert-walter/LoRa-Boat-Monitor, src/vedirect.h",
            fields: [
                "PID 0xA381", "V 12341", "T ---", "I 0", "P 0", "CE 0", "SOC 1000", "TTG -1", "Alarm OFF",
                "Relay OFF", "AR 0", "BMV 712 Smart", "FW 0408", "MON 0",
            ], checksum: 0x2F, present: Present(12_341, 0, 1_000)),
        VictronBlock(
            source: "BMV-700 3.07 at 24 V; test vector of several parsers, first recorder unknown",
            fields: [
                "PID 0x203", "V 26201", "I 0", "P 0", "CE 0", "SOC 1000", "TTG -1", "Alarm OFF", "Relay OFF",
                "AR 0", "BMV 700", "FW 0307",
            ], checksum: 0xD8, present: Present(26_201, 0, 1_000)),
    ]

    /// HEX messages as they stood between and within blocks.
    static let hexMessages = [
        ":ADBED001A0D5C\n", ":A0202000200000045\n",  // charger; openenergymonitor/emonhub, issue 160
        ":4AAAAFD\n",  // charger; foxharp/ve.direct, issue 1
        ":A2001002200000008\n", ":AD5ED009708EA\n",  // charger; cterwilliger/VeDirectFrameHandler, issue 15
        ":70010007800C6\n",  // SmartShunt; jblance/mpp-solar 902b210, protocols/ved.py
        ":7001000C80076\n",  // printed in Victron's VE.Direct FAQ
    ]
}
