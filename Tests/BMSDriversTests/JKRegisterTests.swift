import BMSDrivers
import BatteryModel
import BusCodec
import Testing

/// Registers that were read in other pieces than the driver's own, and what they hold.
struct JKRegisters: Sendable, CustomTestStringConvertible {
    var source: String
    var block: JKBlock
    var first: Int
    var answer: String
    var values: [String: Int64]

    var testDescription: String { source }
}

@Suite struct JKRegisterTests {
    static let pieces: [JKRegisters] = [
        JKRegisters(
            source: "M3: 12 cells, ai-republic issue 179", block: .settings, first: 0x6C,
            answer: "01 03 0A 00 00 00 0C 00 00 00 01 00 00 B9 76",
            values: ["CellCount": 12, "BatChargeEN": 1]),
        JKRegisters(
            source: "M4: the same", block: .status, first: 0x90,
            answer: "01 03 0A 00 00 C0 29 00 00 00 00 00 00 90 24", values: ["BatVol": 49_193, "BatWatt": 0]),
        JKRegisters(
            source: "M5: the same", block: .status, first: 0xA0,
            answer: "01 03 08 00 08 00 00 FF 01 02 63 3C 8A",
            values: ["Alarm": 0x0008_0000, "BalanCurrent": -255, "BalanSta": 2, "SOC": 990]),
        JKRegisters(
            source: "M6: the same", block: .status, first: 0xA6,
            answer: "01 03 08 02 63 00 00 2E 5E 00 00 2F F2",
            values: ["BalanSta": 2, "SOC": 990, "SOCCapRemain": 11_870]),
        JKRegisters(
            source: "M9: PB1A16S15P fw 15.30, phinix-org", block: .settings, first: 0xA0,
            answer: "0003 80" + String(repeating: "00", count: 112)
                + "0016E360 3200 3C32 1800 0000 0000 0000 E264",
            values: [
                "Undocumented110": 0x0016_E360, "Control": 0x3200, "TMPStartHeating": 600,
                "TMPStopHeating": 500,
                "TIMSmartSleep": 24,
            ]),
        JKRegisters(
            source: "M14: computed from A1", block: .status, first: 0x90,
            answer: """
                01 03 28 00 00 68 E4 00 07 4F 60 00 00 45 B1 01 28 01 26 00 00 00 00 00 00 00 58 00 02 F3 B9 00 03
                5B 60 00 00 00 65 01 56 13 E0 E2 4F
                """,
            values: [
                "BatVol": 26_852, "BatWatt": 479_072, "BatCurrent": 17_841, "TempBat1": 296, "TempBat2": 294,
                "Alarm": 0, "SOC": 880, "SOCCapRemain": 193_465, "SOCFullChargeCap": 220_000,
                "SOCCycleCount": 101, "SOCCycleCap": 22_418_400,
            ]),
    ]

    @Test("registers hold what the captured answer says", arguments: pieces)
    func piece(_ row: JKRegisters) throws {
        let answer = bytes(row.answer)
        guard case .item(let item, let length) = JKPB.driver.scan(answer.span, false, false) else {
            Issue.record("not an answer")
            return
        }
        #expect(item == LineItem(.answer, address: answer[0]))
        #expect(length == answer.count)
        let data = Array(answer[3..<(answer.count - 2)])
        for (name, expected) in row.values {
            var signal = try #require(Self.row(name, in: row.block))
            signal.byte -= UInt16(row.first)
            #expect(try signal.value(in: data.span, .big).map { Int64($0) } == expected, "\(name)")
        }
    }

    static func rows(of block: JKBlock) -> [SignalRow<PackMeaning>] {
        switch block {
        case .status: JKPB.statusRows.indices.map { JKPB.statusRows[$0] }
        case .settings: JKPB.settingsRows.indices.map { JKPB.settingsRows[$0] }
        case .about: JKPB.aboutRows.indices.map { JKPB.aboutRows[$0] }
        }
    }

    private static func row(_ name: String, in block: JKBlock) -> SignalRow<PackMeaning>? {
        rows(of: block).first { "\($0.name)" == name }
    }

    @Test("the rows lie in their block, apart from each other, in the unit of their field")
    func table() {
        for block in [JKBlock.status, .settings, .about] {
            var end = 0
            for row in Self.rows(of: block) {
                #expect(row.container == block.rawValue)
                #expect(Int(row.byte) >= end, "\(row.name)")
                end = row.endByte
                switch row.meaning {
                case .number(let field), .information(let field), .sensor(let field, _), .copy(let field):
                    #expect(row.unit == field.unit, "\(row.name)")
                default: break
                }
            }
            #expect(end <= JK55AA.length - JK55AA.headerLength - 1)
        }
    }

    @Test("no field is read from two places")
    func unique() {
        var seen: Set<PackField> = []
        for row in [JKBlock.status, .settings, .about].flatMap(Self.rows) {
            switch row.meaning {
            case .number(let field), .information(let field), .sensor(let field, _):
                #expect(seen.insert(field).inserted, "\(field)")
            default: break
            }
        }
        // What batteries tell instead of single cells stands in no register.
        let told: Set<PackField> = [
            .chargeVoltageLimit, .chargeCurrentLimit, .dischargeCurrentLimit, .highestCell, .lowestCell,
        ]
        let lacking: Set<PackField> = [
            .temperature5, .temperature6, .temperature7, .temperature8, .ambientTemperature, .alarmLevels,
            .chargeOverCurrent, .dischargeOverCurrent,
        ]
        #expect(seen.count == PackField.count - 2 - told.count - lacking.count)
        #expect(seen.isDisjoint(with: told) && seen.isDisjoint(with: lacking))
    }

    @Test(
        "questions are the bytes of the vendor's protocol",
        arguments: [
            (JKQuestion.status, 0, "00 10 16 20 00 01 02 00 00 DB 61"),
            (JKQuestion.status, 1, "01 10 16 20 00 01 02 00 00 D6 F1"),
            (JKQuestion.status, 15, "0F 10 16 20 00 01 02 00 00 9A 91"),
            (JKQuestion.settings, 1, "01 10 16 1E 00 01 02 00 00 D2 2F"),
            (JKQuestion.settings, 7, "07 10 16 1E 00 01 02 00 00 F9 8F"),
            (JKQuestion.about, 1, "01 10 16 1C 00 01 02 00 00 D3 CD"),
            (JKQuestion.limits, 0, "00 03 10 00 00 40 41 2B"),
            (JKQuestion.balancing, 0, "00 03 10 80 00 40 40 C3"),
        ] as [(Int, UInt8, String)])
    func questions(_ poll: Int, _ address: UInt8, _ hex: String) {
        #expect(request(poll, address) == bytes(hex))
    }

    @Test("nothing but the three triggers is ever written")
    func writes() {
        for poll in 0..<JKPB.driver.pollCount {
            for address in UInt8(0)...15 {
                let sent = request(poll, address)
                let isTrigger = JKQuestion.frames.contains(poll)
                #expect(JKPB.driver.poll(poll).mode == (isTrigger ? .frames : .registers))
                #expect(sent[1] == (isTrigger ? 0x10 : 0x03))
                if isTrigger { #expect([0x161C, 0x161E, 0x1620].contains(Int(sent[2]) << 8 | Int(sent[3]))) }
            }
        }
        #expect(JKPB.driver.pollCount == 12)
        #expect(request(12, 1).isEmpty)
        #expect(request(-1, 1).isEmpty)
    }
}
