import BatteryModel
import BusCodec
import InverterProfiles
import Testing

// The recipe of docs/adding-a-protocol.md, followed to the letter with an invented protocol. All that a contributor
// writes stands in this file, in the three parts that would be three files: the profile, its row in the table and its
// golden table. Only public declarations are used.

// MARK: - 1. Sources/InverterProfiles/RecipeSolar.swift

/// Recipe Solar, invented: 29-bit identifiers, big-endian words, alarms in the shared pairs of 0x35A.
private enum RecipeSolar {
    static let profile = InverterProfile(
        sheet: sheet, frameCount: frames.count, frame: { frames[$0] },
        visitRows: { container, visit in
            for index in rows.indices where container == nil || rows[index].container == container {
                visit(rows[index])
            }
            AlarmPairs.visitRows(container, visit)
        },
        prepare: prepare, mend: mend)

    private static let sheet = ProfileSheet(
        id: "recipe-solar-can", name: "Recipe Solar (CAN)", inverters: "none, it is invented",
        link: .can(bitrateKilobits: 250), dialects: ["V1", "V2", "", ""], period: .milliseconds(500),
        keepAlive: KeepAlive(identifier: 0x18F0_0001, isExtended: true), stop: "Both limits 0 A.",
        silence: "Unknown.", isExperimental: true, evidence: "invented")

    private static let second: UInt8 = 1 << 1
    private static let text: StaticString = "invented"
    private static let limits = FrameRow(0x18F0_0010, "limits", isExtended: true, source: text)
    private static let state = FrameRow(
        0x18F0_0011, "state", isExtended: true, lengths: FrameLengths(6, 8), source: text)
    private static let alive = FrameRow(
        0x18F0_0001, "alive", isExtended: true, .fromInverter, lengths: 1, isRequired: false, source: text)

    private static let frames: [_ of FrameRow] = [
        limits, state,
        FrameRow(AlarmPairs.identifier, "alarms", every: 5, source: text),
        alive,
    ]

    private static let rows: [_ of BankRow] = [
        BankRow(
            "cvl", in: limits.container, byte: 0, bits: 16, .big, times: 100, unit: .millivolts,
            range: 100...75_000, rounding: .down, .number(.chargeVoltageLimit)),
        BankRow(
            "dvl", in: limits.container, byte: 2, bits: 16, .big, times: 100, unit: .millivolts,
            range: 0...75_000, rounding: .up, .number(.dischargeVoltageLimit)),
        BankRow(
            "ccl", in: limits.container, byte: 4, bits: 16, .big, times: 1_000, unit: .milliamps,
            range: 0...500_000, rounding: .down, .number(.chargeCurrentLimit)),
        BankRow(
            "dcl", in: limits.container, byte: 6, bits: 16, .big, times: 1_000, unit: .milliamps,
            range: 0...500_000, rounding: .down, .number(.dischargeCurrentLimit)),
        BankRow(
            "soc", in: state.container, byte: 0, bits: 16, .big, over: 10, unit: .permille, range: 0...1_000,
            rounding: .down, .number(.soc)),
        BankRow(
            "voltage", in: state.container, byte: 2, bits: 16, .big, times: 10, unit: .millivolts,
            range: 0...655_350, .number(.voltage)),
        BankRow(
            "current", in: state.container, byte: 4, bits: 16, .big, signed: true, times: -100,
            unit: .milliamps, range: -3_276_700...3_276_700, .number(.current)),
        BankRow(
            "temperature", in: state.container, byte: 6, bits: 8, signed: true, times: 10, unit: .decicelsius,
            range: -500...1_250, dialects: second, .number(.temperature)),
        BankRow(
            "wish", in: state.container, byte: 7, bits: 8, unit: .choice, dialects: second, .shown),
        BankRow("zero", in: alive.container, byte: 0, bits: 8, nil, .reserved),
    ]

    /// Currents below 2 A make this inverter switch to and fro (invented).
    private static func prepare(_ bank: inout BankReading, _ options: ProfileOptions) {
        for field in [BankField.chargeCurrentLimit, .dischargeCurrentLimit] {
            guard let limit = bank[field], (1..<2_000).contains(limit.value) else { continue }
            bank[field]?.value = 0
        }
    }

    /// One maker sends whole percents (invented).
    private static func mend(_ frame: inout CANFrame, _ known: HeardBefore) {
        guard frame.isExtended, frame.identifier == state.identifier, frame.bytes[0] == 0xFF else { return }
        let hundredths = min(UInt16(frame.bytes[1]), 100) * 100
        frame.bytes[0] = UInt8(hundredths >> 8)
        frame.bytes[1] = UInt8(truncatingIfNeeded: hundredths)
    }
}

// MARK: - 2. The row in ProfileTable.profiles

private let table: [_ of InverterProfile] = [PylontechLV.profile, RecipeSolar.profile]

// MARK: - 3. Tests/InverterProfilesTests/RecipeSolarGoldenTests.swift

/// What Recipe Solar's frames say.
///
/// "-": from the table of the protocol alone.
private enum RecipeSolarGolden {
    static let all: [GoldenFrame] = [
        GoldenFrame(
            identifier: 0x18F0_0010, isExtended: true, bytes: "02 28 01 E0 00 32 00 50", kind: .computed,
            source: "-",
            numbers: [
                .chargeVoltageLimit: 55_200, .dischargeVoltageLimit: 48_000, .chargeCurrentLimit: 50_000,
                .dischargeCurrentLimit: 80_000,
            ]),
        GoldenFrame(
            identifier: 0x18F0_0011, isExtended: true, bytes: "1B 6C 14 BE 00 07", kind: .computed,
            source: "-", numbers: [.soc: 702, .voltage: 53_100, .current: -700]),
        GoldenFrame(
            identifier: 0x18F0_0011, isExtended: true, bytes: "1B 6C 14 BE 00 07 F6 00", kind: .computed,
            source: "-", dialect: 1,
            numbers: [.soc: 702, .voltage: 53_100, .current: -700, .temperature: -100]),
        GoldenFrame(
            identifier: 0x18F0_0011, isExtended: true, bytes: "FF 46 14 BE 00 07", kind: .computed,
            source: "-", numbers: [.soc: 700, .voltage: 53_100, .current: -700],
            differsBecause: "the other maker sends whole percents"),
        GoldenFrame(
            identifier: 0x35A, bytes: "A6 AA AA 02 AA AA AA 02", kind: .computed, source: "-",
            alarms: alarms(protections: [.cellOverVoltage])),
        GoldenFrame(
            identifier: 0x18F0_0001, isExtended: true, bytes: "00", kind: .computed, source: "-",
            numbers: [.inverterAlive: 1]),
    ]
}

@Suite("The recipe for a new profile")
struct NewProfileRecipeTests {
    private let profile = table[1]

    @Test("golden frames hold", arguments: RecipeSolarGolden.all)
    fileprivate func hold(_ golden: GoldenFrame) {
        #expect(golden.problems(with: profile) == [])
    }

    @Test("what runs for every profile of the table runs for it")
    func everyCheckOfTheTable() throws {
        let checks = ProfileTableTests()
        checks.lints(profile)
        try checks.roundTrip(profile)
        checks.noise(profile)
    }

    @Test("it is scheduled, with its rare frame in every fifth set")
    func schedule() {
        var schedule = FrameSchedule(profile, dialect: 0, start: noon)
        var sent: [UInt32: Int] = [:]
        for slot in 0..<50 as Range<Int64> {
            let now = noon + .milliseconds(100 * slot)
            while let index = schedule.next(at: now) {
                sent[profile.frame(index).identifier, default: 0] += 1
            }
        }
        #expect(sent == [0x18F0_0010: 10, 0x18F0_0011: 10, 0x35A: 2])
    }

    @Test("its highest limits, its alarms and its quirk are known from the rows")
    func facts() throws {
        #expect(profile.highest(.chargeCurrentLimit) == 500_000)
        #expect(profile.visibleKinds(at: .warning, dialect: 0).contains(.imbalance))
        #expect(profile.obstacle(bank: BankReading()) != nil)
        var generator = SplitMix(state: 3)
        var bank = BankReading.random(using: &generator)
        bank[.chargeCurrentLimit] = Reading(1_999, at: noon)
        let frame = try profile.encode(frame: 0, bank: bank)
        #expect(frame.bytes[4] == 0 && frame.bytes[5] == 0)
    }

    @Test("a mistake in the table is found", arguments: Mistake.allCases)
    func mistakes(_ mistake: Mistake) {
        var broken = profile
        let rows = profile.visitRows
        broken.visitRows = { (container: UInt32?, visit: (BankRow) -> Void) in
            rows(container) { row in
                var row = row
                mistake.spoil(&row)
                visit(row)
            }
        }
        #expect(ProfileLints.problems(of: broken).count == 1, "\(ProfileLints.problems(of: broken))")
    }

    /// What a newcomer may get wrong in a row.
    enum Mistake: CaseIterable {
        case roundsToNearest, substitutesLimit, wrongUnit, tooLong, noSuchFrame

        func spoil(_ row: inout BankRow) {
            switch self {
            case .roundsToNearest where row.meaning == .number(.chargeVoltageLimit): row.rounding = .nearest
            case .substitutesLimit where row.meaning == .number(.dischargeCurrentLimit): row.substitute = 0
            case .wrongUnit where row.meaning == .number(.voltage): row.unit = .milliamps
            case .tooLong where row.meaning == .number(.current):
                row.byte = 5
                row.dialects = 1
            case .noSuchFrame where row.meaning == .number(.temperature): row.container = 0x123
            default: break
            }
        }
    }
}
