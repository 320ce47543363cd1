import BatteryModel
import BusCodec
import InverterProfiles
import Testing

@Suite("Growatt low voltage: real frames")
struct GrowattLVGoldenTests {
    private let profile = GrowattLV.profile

    @Test("hold", arguments: GrowattLVGolden.all)
    func hold(_ golden: GoldenFrame) {
        #expect(golden.problems(with: profile) == [])
    }

    private func sent(_ identifier: UInt32, _ bank: BankReading, dialect: UInt8 = 0) throws -> [UInt8] {
        let index = try #require(profile.index(ofIdentifier: identifier))
        let frame = try profile.encode(frame: index, bank: bank, options: ProfileOptions(dialect: dialect))
        return frame.payload.indices.map { frame.payload[$0] }
    }

    private func sample(_ changes: [BankField: Int32]) -> BankReading {
        var generator = SplitMix(state: 11)
        var bank = BankReading.random(using: &generator)
        for field in [BankField.chargeEnabled, .dischargeEnabled] { bank[field] = Reading(1, at: noon) }
        for field in [BankField.chargeCurrentLimit, .dischargeCurrentLimit] {
            bank[field] = Reading(100_000, at: noon)
        }
        for (field, value) in changes { bank[field] = Reading(value, at: noon) }
        return bank
    }

    @Test("a stop is said three times: limit, output bit and enable bit")
    func stop() throws {
        for (limit, enable, bytes, output, request) in [
            (.chargeCurrentLimit, .chargeEnabled, 2...3, 0x40, 0x80),
            (.dischargeCurrentLimit, .dischargeEnabled, 4...5, 0x20, 0x40),
        ] as [(BankField, BankField, ClosedRange<Int>, UInt8, UInt8)] {
            for bank in [sample([limit: 0]), sample([limit: 99]), sample([enable: 0])] {
                let status = try sent(0x311, bank)
                #expect(status[bytes].allSatisfy { $0 == 0 })
                #expect(status[7] & 0x60 == 0x60 & ~output)
                #expect(try sent(0x319, bank)[0] & 0xC0 == 0xC0 & ~request)
            }
        }
    }

    @Test("what flows is said as standby, charging or discharging; nobody knows: standby")
    func activity() throws {
        for (activity, code) in [(0, 1), (1, 2), (2, 3)] as [(Int32, UInt8)] {
            #expect(try sent(0x311, sample([.activity: activity]))[7] & 3 == code)
        }
        var unknown = sample([:])
        unknown[.activity] = nil
        #expect(try sent(0x311, unknown)[7] & 3 == 1)
    }

    @Test("Rev_05 has the number of cells in 0x323 and not in 0x312")
    func cellCount() throws {
        let bank = sample([.cells: 16])
        #expect(try sent(0x312, bank)[7] == 16)
        #expect(try sent(0x312, bank, dialect: 1)[7] == 0)
        #expect(try sent(0x323, bank, dialect: 1)[0] == 16)
        #expect(throws: EncodeError.notInDialect) { try sent(0x323, bank) }
    }

    @Test("what the packs differ in is said in Rev_05, once every pack reports its SOC")
    func extremes() throws {
        let bank = sample([
            .soc: 550, .highestTemperature: 267, .lowestTemperature: -21, .highestTemperatureNumber: 2,
            .lowestTemperatureNumber: 4, .highestSOC: 619, .lowestSOC: 480,
        ])
        #expect(try sent(0x322, bank, dialect: 1) == [0x01, 0x0B, 0xFF, 0xEB, 2, 4, 61, 48])
        #expect(throws: EncodeError.notInDialect) { try sent(0x322, bank) }
        let freezing = try sent(0x322, sample([.lowestTemperature: 0]), dialect: 1)
        #expect(freezing[2...3] == [0xFF, 0xFF], "0 is no temperature")
        for field in [BankField.highestSOC, .lowestSOC] {
            var silent = bank
            silent[field] = nil
            #expect(throws: EncodeError.self) { try sent(0x322, silent, dialect: 1) }
        }
        let index = try #require(profile.index(ofIdentifier: 0x322))
        #expect(!profile.frame(index).isRequired)
    }

    @Test(
        "a pack is said to be full or empty only if the bank is",
        arguments: [
            (550, 1_000, 0, 99, 1), (1_000, 1_000, 995, 100, 99), (0, 4, 0, 0, 0),
            (990, 1_000, 1_000, 99, 99),
            (4, 9, 3, 1, 1),
        ] as [(Int32, Int32, Int32, UInt8, UInt8)])
    func ends(_ soc: Int32, _ highest: Int32, _ lowest: Int32, _ high: UInt8, _ low: UInt8) throws {
        let bank = sample([.soc: soc, .highestSOC: highest, .lowestSOC: lowest])
        #expect(try sent(0x322, bank, dialect: 1)[6...7] == [high, low])
    }

    @Test("a capacity beyond 655.35 Ah is said as that, and the bank can see it")
    func largeBank() throws {
        let bank = sample([.capacity: 840_000, .remainingCapacity: 500_000])
        #expect(try sent(0x314, bank)[0...3] == [0xC3, 0x50, 0xFF, 0xFF])
        var capped: [String] = []
        profile.visitCapped(bank: bank) { row, value, said in capped.append("\(row.name) \(value) \(said)") }
        #expect(capped == ["full_capacity 840000 655350"])
    }

    @Test("the voltages of single cells are shown")
    func singleCells() throws {
        let golden = try #require(GrowattLVGolden.details.first { $0.identifier == 0x318 })
        var shown: [String: SignalContent] = [:]
        let index = profile.visitSignals(of: golden.frame, known: BankReading()) { row, content in
            shown[row.name.description] = content
        }
        #expect(index == profile.index(ofIdentifier: 0x318))
        #expect(
            shown == [
                "cell_13": .number(3_475), "cell_14": .number(3_468), "cell_15": .number(3_472),
                "cell_16": .number(3_471),
            ])
    }

    @Test("the flags of 0x323 are understood, and end with 0x312")
    func newFlags() {
        var reading = BankReading()
        let flags: [UInt8] = [16, 0, 0, 0, 0x80, 0x80, 0x02, 0x01]
        _ = profile.decode(CANFrame(identifier: 0x323, payload: flags.span), at: noon, into: &reading)
        #expect(
            reading.alarms?.value
                == alarms(
                    protections: [.currentSensorFault, .connectRefused],
                    warnings: [.chargeOverCurrent, .limitsIgnored]))
        let zeros = [UInt8](repeating: 0, count: 8)
        _ = profile.decode(
            CANFrame(identifier: 0x312, payload: zeros.span), dialect: 1, at: noon, into: &reading)
        #expect(reading.alarms?.value == alarms(warnings: [.limitsIgnored]))
    }
}

/// Growatt low voltage.
///
/// G1: raw logic captures of JK and Seplos with a Growatt inverter in victorstoica114/sigrok-pylon-bms-decoders,
/// decoded again with bit stuffing and CRC-15 checked. "-": from the table of the protocol alone.
enum GrowattLVGolden {
    static let status: [GoldenFrame] = [
        captured(0x301, "0B 16 21 2C 37 42 4D 58", "G1 (inverter)", [.inverterAlive: 1]),
        captured(0x311, "02 40 01 7C 07 6C 00 69", "G1 (JK)", limits(57_600, 38_000, 190_000)),
        captured(0x311, "02 40 07 08 07 08 00 69", "G1 (Seplos)", limits(57_600, 180_000, 180_000)),
        GoldenFrame(
            identifier: 0x312, bytes: "00 00 00 00 01 00 00 10", kind: .captured, source: "G1 (Seplos)",
            numbers: [.packs: 1, .cells: 16], alarms: AlarmSet()),
        GoldenFrame(
            identifier: 0x312, bytes: "80 C8 10 04 01 00 00 10", kind: .computed, source: "-",
            numbers: [.packs: 1, .cells: 16],
            alarms: alarms(
                protections: [
                    .dischargeOverCurrent, .internalCommunication, .chargeOverTemperature,
                    .dischargeOverTemperature,
                ], warnings: [.cellOverVoltage, .imbalance])),
        captured(
            0x313, "16 4B 00 00 01 3D 56 64", "G1 (JK)",
            [.voltage: 57_070, .current: 0, .highestTemperature: 317, .soc: 860, .soh: 1000]),
        captured(
            0x313, "15 B3 00 00 01 0B 46 64", "G1 (Seplos)",
            [.voltage: 55_550, .current: 0, .highestTemperature: 267, .soc: 700, .soh: 1000]),
    ]

    static let details: [GoldenFrame] = [
        captured(
            0x314, "01 AE 01 F4 00 03 00 00", "G1 (JK)",
            [.remainingCapacity: 4_300, .capacity: 5_000, .cellSpread: 3, .cycles: 0]),
        captured(
            0x314, "36 D8 71 48 00 0A 00 00", "G1 (Seplos)",
            [.remainingCapacity: 140_400, .capacity: 290_000, .cellSpread: 10, .cycles: 0]),
        captured(0x315, "0D 90 0D 8A 0D 8F 0D 8E", "G1 (Seplos)", [:], differsBecause: "never sent"),
        captured(0x318, "0D 93 0D 8C 0D 90 0D 8F", "G1 (Seplos)", [:], differsBecause: "never sent"),
        captured(0x319, "C0 0D F2 0D EF 01 07 00", "G1 (JK)", cells(3_570, 3_567, 1, 7)),
        captured(
            0x319, "C1 0D 94 0D 8A 01 01 00", "G1 (Seplos)", cells(3_476, 3_466, 1, 1),
            differsBecause: "Seplos calls its LFP cells NMC"),
        captured(
            0x320, "4A 4B 0F 26 0F 26 0F 00", "G1 (JK)", [.version: 0x0F26], maker: "JK",
            differsBecause: "the bank has no clock"),
        captured(0x320, "47 54 0A 0A 00 00 00 00", "G1 (Seplos)", [.version: 0x0A0A], maker: "GT"),
        GoldenFrame(
            identifier: 0x322, bytes: "01 0B 01 04 01 01 46 46", kind: .captured, source: "G1 (Seplos)",
            dialect: 1,
            numbers: [
                .highestTemperature: 267, .lowestTemperature: 260, .highestTemperatureNumber: 1,
                .lowestTemperatureNumber: 1, .highestSOC: 700, .lowestSOC: 700,
            ]),
        GoldenFrame(
            identifier: 0x323, bytes: "10 00 00 00 00 00 00 00", kind: .captured, source: "G1 (JK)",
            dialect: 1, numbers: [.cells: 16], alarms: AlarmSet()),
    ]

    static let all = status + details

    private static func captured(
        _ identifier: UInt32, _ bytes: String, _ source: String, _ numbers: [BankField: Int32],
        maker: String? = nil, differsBecause: String? = nil
    ) -> GoldenFrame {
        GoldenFrame(
            identifier: identifier, bytes: bytes, kind: .captured, source: source, numbers: numbers,
            maker: maker, differsBecause: differsBecause)
    }

    private static func limits(_ cvl: Int32, _ ccl: Int32, _ dcl: Int32) -> [BankField: Int32] {
        [
            .chargeVoltageLimit: cvl, .chargeCurrentLimit: ccl, .dischargeCurrentLimit: dcl,
            .chargeEnabled: 1, .dischargeEnabled: 1, .activity: 0,
        ]
    }

    private static func cells(
        _ high: Int32, _ low: Int32, _ highest: Int32, _ lowest: Int32
    ) -> [BankField: Int32] {
        [
            .highestCell: high, .lowestCell: low, .highestCellNumber: highest, .lowestCellNumber: lowest,
            .chargeEnabled: 1, .dischargeEnabled: 1, .forceCharge: 0,
        ]
    }
}
