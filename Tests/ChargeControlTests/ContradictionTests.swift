import BatteryModel
import ChargeControl
import Testing

extension Contradiction.Kind {
    /// As many as there are, whatever ``count`` says.
    fileprivate static var allCases: [Contradiction.Kind] {
        (UInt8.min...UInt8.max).compactMap(Contradiction.Kind.init(rawValue:))
    }
}

@Suite("What a BMS is set to, beside the configuration")
struct ContradictionTests {
    /// One setting of a BMS that differs from a sound one.
    struct Row: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var field: PackField
        var value: Int32
        var expected: Contradiction?

        init(_ name: String, _ field: PackField, _ value: Int32, _ kind: Contradiction.Kind, wanted: Int32) {
            testDescription = name
            self.field = field
            self.value = value
            expected = Contradiction(kind, field, found: value, wanted: wanted)
        }

        init(sound name: String, _ field: PackField, _ value: Int32) {
            testDescription = name
            self.field = field
            self.value = value
            expected = nil
        }
    }

    /// A pack that is set as the configuration says: 16 cells of 280 Ah, 100 A in, 150 A out, charged to 3.45 V.
    static func view(_ field: PackField? = nil, _ value: Int32 = 0) -> SettingsView {
        var reading = PackReading()
        let sound: [(PackField, Int32)] = [
            (.configuredCells, 16), (.busAddress, 1), (.batteryType, 0), (.cellOverVoltage, 3_650),
            (.cellUnderVoltage, 2_600), (.designCapacity, 280_000), (.chargeLimit, 120_000),
            (.dischargeLimit, 180_000), (.balanceStart, 3_400), (.fullCell, 3_445),
            (.requestedChargeCell, 3_450), (.canProtocol, 4), (.uart1Protocol, 1),
        ]
        for (field, value) in sound { reading[field] = Reading(value, at: start) }
        if let field { reading[field] = Reading(value, at: start) }
        return SettingsView(
            reading: reading,
            pack: PackSettings(
                cells: 16, capacityMilliampHours: 280_000, chargeMilliamps: 100_000,
                dischargeMilliamps: 150_000),
            control: ControlSettings(bankChargeMilliamps: 200_000, bankDischargeMilliamps: 300_000),
            address: 1)
    }

    static let start = Instant(nanoseconds: 0)

    static let rows: [Row] = [
        Row("another number of cells", .configuredCells, 15, .cellCount, wanted: 16),
        Row("another address", .busAddress, 3, .address, wanted: 1),
        Row("another chemistry", .batteryType, 1, .chemistry, wanted: 0),
        Row(sound: "a type of battery that nobody has listed", .batteryType, 7),
        Row(
            "over-voltage protection at the charge voltage", .cellOverVoltage, 3_450, .overVoltageTooLow,
            wanted: 3_450),
        Row(sound: "over-voltage protection just above it", .cellOverVoltage, 3_451),
        Row(sound: "over-voltage protection as late as the cells bear", .cellOverVoltage, 3_700),
        Row(
            "over-voltage protection later than that", .cellOverVoltage, 3_701, .overVoltageTooHigh,
            wanted: 3_700),
        Row(sound: "over-voltage protection switched off", .cellOverVoltage, 0),
        Row(
            "under-voltage protection at the discharge voltage", .cellUnderVoltage, 2_900,
            .underVoltageTooHigh,
            wanted: 2_900),
        Row(sound: "under-voltage protection just below it", .cellUnderVoltage, 2_899),
        Row("another capacity", .designCapacity, 100_000, .capacity, wanted: 280_000),
        Row(
            "a capacity too large by more than rounding", .designCapacity, 285_601, .capacity, wanted: 280_000
        ),
        Row(sound: "a capacity that differs by rounding", .designCapacity, 285_600),
        Row("less charge current", .chargeLimit, 99_999, .chargeLimit, wanted: 100_000),
        Row("no charge current", .chargeLimit, 0, .chargeLimit, wanted: 100_000),
        Row(
            "protection against a charge current that is allowed", .chargeOverCurrent, 99_000,
            .chargeOverCurrent, wanted: 100_000),
        Row(sound: "protection against a charge current that is not", .chargeOverCurrent, 100_000),
        Row(
            "protection against a discharge current that is allowed", .dischargeOverCurrent, 149_000,
            .dischargeOverCurrent, wanted: 150_000),
        Row(sound: "just the charge current", .chargeLimit, 100_000),
        Row("less discharge current", .dischargeLimit, 149_999, .dischargeLimit, wanted: 150_000),
        Row("balancing begins too high", .balanceStart, 3_451, .balanceStart, wanted: 3_450),
        Row(sound: "balancing begins at the charge voltage", .balanceStart, 3_450),
        Row("full too high", .fullCell, 3_590, .fullCell, wanted: 3_450),
        Row("a higher charge voltage wanted", .requestedChargeCell, 3_600, .chargeVoltage, wanted: 3_450),
    ]

    static func all(_ view: SettingsView) -> [Contradiction] {
        let found = Contradictions(view)
        return Contradiction.Kind.allCases.compactMap { found[$0] }
    }

    @Test("a contradiction has its name and both numbers, and nothing else is one", arguments: rows)
    func row(_ row: Row) {
        #expect(Self.all(Self.view(row.field, row.value)) == (row.expected.map { [$0] } ?? []))
    }

    @Test(
        "a pack that is set as the configuration says contradicts nothing, and so does one that says nothing")
    func nothing() {
        #expect(Self.all(Self.view()) == [])
        var silent = Self.view()
        silent.reading = PackReading()
        silent.speaksCAN = true
        silent.speaksUART = true
        #expect(Self.all(silent) == [])
    }

    @Test("a port that speaks to inverters by itself is named")
    func ports() {
        var view = Self.view(.uart1Protocol, 5)
        view.speaksCAN = true
        view.speaksUART = true
        #expect(
            Self.all(view) == [
                Contradiction(.canProtocol, .canProtocol, found: 4, wanted: 4),
                Contradiction(.uartProtocol, .uart1Protocol, found: 5, wanted: 5),
            ])
    }

    @Test("every kind has its place, and one that does harm is a warning")
    func kinds() {
        #expect(Contradiction.Kind.allCases.count == Contradiction.Kind.count)
        #expect(
            Contradiction.Kind.allCases.map(\.rawValue) == (0..<UInt8(Contradiction.Kind.count)).map { $0 })
        let warnings = Contradiction.Kind.allCases.filter {
            Contradiction($0, .soc, found: 0, wanted: 0).level == .warning
        }
        #expect(
            warnings == [
                .cellCount, .address, .chemistry, .overVoltageTooLow, .overVoltageTooHigh,
                .underVoltageTooHigh,
                .chargeOverCurrent, .dischargeOverCurrent,
            ])
    }
}
