public import BatteryModel

/// What a pack has said, field by field, for showing it.
public struct DecodedAnswer: Sendable {
    /// A number with its unit.
    public struct Field: Sendable {
        /// Its name.
        public var name: String
        /// What it says.
        public var value: DecodedFrame.Value
        /// The unit of the value; empty for one without.
        public var unit: String
    }

    /// Alarms that stand at one level.
    public struct Alarms: Sendable {
        /// The level.
        public var level: String
        /// Their names.
        public var names: [String]
    }

    /// The numbers, in the order of the model.
    public var fields: [Field] = []
    /// Cell voltages in millivolts, in order; `nil` for a cell that is not there.
    public var cellMillivolts: [UInt16?] = []
    /// Resistances of the balance leads in milliohms, in order.
    public var wireMilliohms: [UInt16?] = []
    /// Alarms at every level, the most serious first; `nil` if nothing was said about alarms.
    public var alarms: [Alarms]?
    /// Texts by which the pack says what it is, with their names, earlier ones among them; empty ones are left out.
    public var identity: [(name: String, text: String)] = []

    /// Describes a reading.
    ///
    /// - Parameters:
    ///   - reading: What is known about the pack.
    ///   - instant: Only what was measured then; `nil` for everything.
    public init(_ reading: PackReading, measuredAt instant: Instant? = nil) {
        for raw in 0..<UInt8(PackField.count) {
            guard let field = PackField(rawValue: raw), let number = Self.value(reading[field], instant)
            else { continue }
            fields.append(
                Field(
                    name: "\(field.name)", value: field.unit.displayed(number), unit: "\(field.unit.symbol)"))
        }
        cellMillivolts = Self.value(reading.cellMillivolts, instant)?.all ?? []
        wireMilliohms = Self.value(reading.wireMilliohms, instant)?.all ?? []
        alarms = Self.value(reading.alarms, instant).map { alarms in
            [AlarmLevel.protection, .warning, .info].map {
                Alarms(level: Wording.level($0), names: Wording.alarmNames(alarms[$0]))
            }
        }
        guard let known = Self.value(reading.identity, instant) else { return }
        for raw in 0..<UInt8(6) {
            guard let field = IdentityField(rawValue: raw), known[field].count > 0 else { continue }
            identity.append((CaseName.of(field), known[field].string))
        }
    }

    private static func value<Value>(_ reading: Reading<Value>?, _ instant: Instant?) -> Value? {
        guard let reading, instant.map({ $0 == reading.at }) ?? true else { return nil }
        return reading.value
    }

    /// Tells whether nothing is said.
    public var isEmpty: Bool {
        fields.isEmpty && cellMillivolts.isEmpty && wireMilliohms.isEmpty && alarms == nil && identity.isEmpty
    }
}

extension Unit {
    /// An integer of the model in this unit, as it is shown.
    func displayed(_ number: Int32) -> DecodedFrame.Value {
        switch self {
        case .onOff: .flag(number != 0)
        case .bits: .bits(UInt64(UInt32(bitPattern: number)))
        default: .decimal(Digits.text(Int64(number), in: self))
        }
    }
}
