import BatteryModel
import BusCodec

/// Junctek's battery monitors KG-F, KH-F and KL-F (KG110F, KG140F and kin) at their RS485 or TTL port.
///
/// They answer and do not speak by themselves. A display that is connected asks twice a second, and both can be heard
/// at the port; only where nobody asks does Busbar. The address must be 1, as delivered.
///
/// The current has no sign: which way it flows is a number of its own. The state of charge is not said; it is the
/// charge that is left as a part of the capacity that has been set.
///
/// Sources: Junctek's manuals of KG-F, KH-F and KL-F; captured answers, see the golden table. That 0 is discharging
/// is told by the manual of KH-F, and by the remaining minutes in the captures: they are the charge that is left
/// divided by the current with 0, and the charge that is missing divided by the current with 1.
public enum JunctekShunt {
    /// The row of the table.
    public static let driver = ShuntDriver(
        sheet: ShuntSheet(
            id: "junctek", name: "Junctek KG-F, KH-F, KL-F (RS485, address 1)", baud: 115_200,
            // The longest line lasts 8 ms.
            gap: .milliseconds(100),
            evidence:
                "manuals; captured answers of KG-F and KH-F, both ways of the current; KL-F by its manual"),
        scan: { head, _ in JunctekText.scan(head).map(item) },
        decode: decode,
        say: say,
        questions: ShuntQuestions(silence: .milliseconds(1_500), write: ask))

    /// What is measured.
    private static let values: UInt8 = 50
    /// What has been set.
    private static let settings: UInt8 = 51
    private static let address: UInt8 = 1

    private static func item(_ found: JunctekText.Item) -> ShuntItem {
        switch found {
        case .answer(values), .answer(settings): .message
        case .spoiled: .spoiled
        case .answer, .other: .other
        }
    }

    /// Settings first, because nothing is believed without them, and then in every eighth question.
    private static func ask(_ turn: Int, _ buffer: inout RequestBuffer) {
        JunctekText.ask(turn % 8 == 0 ? settings : values, address: address, into: &buffer)
    }
}

// MARK: - Host

extension JunctekShunt {
    /// A number of an answer: its place behind the sum, and what it can be.
    struct Row: Sendable {
        var name: StaticString
        var place: Int
        var range: ClosedRange<Int64>
    }

    /// In 0.01 V; the monitors bear 120 V.
    static let voltage = Row(name: "voltage", place: 0, range: 0...15_000)
    /// In 0.01 A, without sign; the largest shunt is for 600 A.
    static let current = Row(name: "current", place: 1, range: 0...100_000)
    /// In mAh.
    static let remaining = Row(name: "remaining capacity", place: 2, range: 0...1_000_000_000)
    /// 0 discharging, 1 charging.
    static let direction = Row(name: "current direction", place: 9, range: 0...1)
    /// In 0.1 Ah.
    static let capacity = Row(name: "preset capacity", place: 8, range: 1...100_000)
    /// Whether the current is multiplied with something; the manuals do not say where, so it must be 1.
    static let multiple = Row(name: "current multiple", place: 14, range: 1...1)

    /// The setting is believed for a minute; a display asks for it every second.
    private static let settingsAge = Interval.seconds(60)

    /// KG-F and KL-F answer with 12 numbers, KH-F with 14; settings are at least 15.
    ///
    /// Without fresh settings the answer is refused: then it is not known what the numbers are multiplied with.
    static func decode(
        _ message: Span<UInt8>, _ now: Instant, _ reading: inout ShuntReading
    ) throws(AnswerError) -> Bool {
        guard let answer = JunctekAnswer(message), answer.address == Int64(address) else {
            throw .wrongStructure
        }
        switch answer.command {
        case values:
            guard answer.count == 12 || answer.count == 14 else {
                throw .wrongLength(needed: 12, got: answer.count)
            }
            try takeValues(answer, now, &reading)
            return true
        case settings:
            guard answer.count >= 15 else { throw .wrongLength(needed: 15, got: answer.count) }
            _ = try number(multiple, answer)
            let tenths = try number(capacity, answer)
            reading.capacityMilliampHours = Reading(tenths * 100, at: now)
            return false
        default: throw .wrongStructure
        }
    }

    private static func takeValues(
        _ answer: JunctekAnswer, _ now: Instant, _ reading: inout ShuntReading
    ) throws(AnswerError) {
        guard let full = reading.capacityMilliampHours, now - full.at <= settingsAge else {
            throw .signal(.missing(signal: SignalName(capacity.name)))
        }
        let millivolts = try number(voltage, answer) * 10
        let magnitude = try number(current, answer) * 10
        let isCharging = try number(direction, answer) == 1
        let left = try number(remaining, answer)
        guard left <= full.value else {
            throw .signal(.outOfRange(signal: SignalName(remaining.name), value: Int64(left)))
        }
        let permille = Int64(left) * 1_000 / Int64(full.value)
        reading.voltageMillivolts = Reading(millivolts, at: now)
        reading.currentMilliamps = Reading(isCharging ? magnitude : -magnitude, at: now)
        reading.socPermille = Reading(Int32(truncatingIfNeeded: permille), at: now)
    }

    private static func number(_ row: Row, _ answer: JunctekAnswer) throws(AnswerError) -> Int32 {
        let number = answer[row.place]
        guard row.range.contains(number) else {
            throw .signal(.outOfRange(signal: SignalName(row.name), value: number))
        }
        return Int32(truncatingIfNeeded: number)
    }
}

// MARK: - Shunt

extension JunctekShunt {
    /// Writes the answers of a KG-F to both questions; nothing if it does not know all that they carry.
    static func say(_ reading: ShuntReading, _ buffer: inout AnswerBuffer) {
        guard let capacity = reading.capacityMilliampHours?.value, capacity > 0,
            let soc = reading.socPermille?.value, let current = reading.currentMilliamps?.value,
            let voltage = reading.voltageMillivolts?.value
        else { return }
        // No protections; 100 stands for 0 in what can be negative; the relay is of the usual kind.
        let set: [15 of Int32] = [0, 0, 0, 0, 0, 100, 0, 0, capacity / 100, 100, 100, 100, 0, 0, 1]
        JunctekText.answer(settings, address: address, numbers: set.span, into: &buffer)
        // Rounded up, so that what is read again is not a thousandth less.
        let left = (Int64(capacity) * Int64(soc) + 999) / 1_000
        let told: [12 of Int32] = [
            voltage / 10, abs(current) / 10, Int32(truncatingIfNeeded: left), 0, 0, 0, 125, 0, 0,
            current > 0 ? 1 : 0, 0, 0,
        ]
        JunctekText.answer(values, address: address, numbers: told.span, into: &buffer)
    }
}
