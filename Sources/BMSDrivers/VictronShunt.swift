import BatteryModel
import BusCodec

/// Victron's battery monitors BMV-7xx and SmartShunt on VE.Direct, in text mode.
///
/// The monitor speaks by itself: once a second a block with the present (`PID`, `V`, `I`, `SOC`, …) and one with
/// history (`H1` …). Facts: Victron, VE.Direct Protocol (19200 baud, 8N1; `V` in mV, `I` in mA, `SOC` in
/// thousandths); recordings of BMV-700, BMV-712 and SmartShunt, see the golden table.
public enum VictronShunt {
    /// The row of the table.
    public static let driver = ShuntDriver(
        sheet: ShuntSheet(
            id: "victron-vedirect", name: "Victron BMV-7xx, SmartShunt (VE.Direct text)", baud: 19_200,
            // A block lasts 75 ms; the next one is due within a second.
            gap: .milliseconds(300),
            evidence: "recorded blocks of BMV-700 (3.07, 3.08), BMV-712 (4.03, 4.08), SmartShunt (4.05, 4.14)"
        ),
        scan: { head, _ in VEDirectText.scan(head).map(item) },
        decode: decode,
        say: say)

    /// A value of the block with the present.
    enum Field: UInt8 {
        case voltage
        case current
        case soc
    }

    /// Where a value stands and what it can be.
    struct Row: Sendable {
        var label: StaticString
        var field: Field
        var range: ClosedRange<Int32>
    }

    /// The values that are read, in the order in which a monitor sends them.
    ///
    /// Voltage to the end of the BMV-700H's input; current to the largest shunt that a BMV can be set to, 9999 A.
    /// Charging is positive, as here: in the recordings the state of charge falls while `I` is negative.
    static let rows: [3 of Row] = [
        Row(label: "V", field: .voltage, range: 0...385_000),
        Row(label: "I", field: .current, range: -9_999_000...9_999_000),
        Row(label: "SOC", field: .soc, range: 0...1_000),
    ]

    private static func item(_ found: VEDirectText.Item) -> ShuntItem {
        switch found {
        case .block: .message
        case .spoiled: .spoiled
        case .hex: .other
        }
    }
}

// MARK: - Host

extension VictronShunt {
    /// What is found in one block.
    private struct Found {
        /// The value of each field; `nil` inside where the monitor says that it does not know it.
        private var values: InlineArray<3, Int32??> = InlineArray(repeating: nil)
        private(set) var error: AnswerError?
        /// Whether it measures something else than a battery.
        private(set) var isMeter = false

        mutating func take(_ label: ASCIIText, _ text: ASCIIText) {
            if label == VictronShunt.mode { isMeter = VEDirectText.number(text) != 0 }
            for index in rows.indices where label == ASCIIText(rows[index].label) {
                if self[rows[index].field] != nil { error = .wrongStructure }
                do throws(AnswerError) {
                    let value = try VictronShunt.value(text, rows[index])
                    values[Int(rows[index].field.rawValue)] = .some(value)
                } catch {
                    self.error = error
                }
            }
        }

        subscript(field: Field) -> Int32?? { values[Int(field.rawValue)] }
    }

    /// The value of a field; `nil` where the monitor says that there is none.
    ///
    /// As long as a monitor is not synchronised, its `SOC` is `---` (VE.Direct Protocol, note to `CE`, `SOC` and
    /// `TTG`).
    private static func value(_ text: ASCIIText, _ row: Row) throws(AnswerError) -> Int32? {
        if text == none { return nil }
        let name = SignalName(row.label)
        guard let number = VEDirectText.number(text) else { throw .signal(.missing(signal: name)) }
        guard row.range.contains(number) else {
            throw .signal(.outOfRange(signal: name, value: Int64(number)))
        }
        return number
    }

    /// A block without current and state of charge is history and says nothing.
    ///
    /// One with current alone is a solar charger's, whose current is not the bank's. `MON` other than 0 is a
    /// monitor that was set up to measure a load or a source.
    static func decode(
        _ block: Span<UInt8>, _ now: Instant, _ reading: inout ShuntReading
    ) throws(AnswerError) -> Bool {
        var found = Found()
        VEDirectText.visitFields(of: block) { label, value in found.take(label, value) }
        if let error = found.error { throw error }
        switch (found[.current], found[.soc]) {
        case (nil, nil): return false
        case (let current?, let soc?):
            guard !found.isMeter else { throw .wrongStructure }
            reading.currentMilliamps = current.map { Reading($0, at: now) }
            reading.socPermille = soc.map { Reading($0, at: now) }
            reading.voltageMillivolts = (found[.voltage] ?? nil).map { Reading($0, at: now) }
            return true
        default: throw .wrongStructure
        }
    }

    fileprivate static let mode = ASCIIText("MON")
    fileprivate static let none = ASCIIText("---")
}

// MARK: - Shunt

extension VictronShunt {
    /// Writes the block with the present as a SmartShunt does.
    static func say(_ reading: ShuntReading, _ buffer: inout AnswerBuffer) {
        VEDirectText.append("PID", "0xA389", to: &buffer)
        for index in rows.indices {
            let value =
                switch rows[index].field {
                case .voltage: reading.voltageMillivolts
                case .current: reading.currentMilliamps
                case .soc: reading.socPermille
                }
            VEDirectText.append(rows[index].label, value?.value, to: &buffer)
        }
        VEDirectText.append("Alarm", "OFF", to: &buffer)
        VEDirectText.append("AR", 0, to: &buffer)
        VEDirectText.append("BMV", "SmartShunt 500A/50mV", to: &buffer)
        VEDirectText.append("FW", "0414", to: &buffer)
        VEDirectText.append("MON", 0, to: &buffer)
        VEDirectText.finish(&buffer)
    }
}
