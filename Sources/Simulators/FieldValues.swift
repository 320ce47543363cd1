public import BatteryModel

/// Numbers by field, found without hashing: what a BMS is set to is looked at in every step.
///
/// A field that is not in it reads `nil`.
public struct FieldValues: Sendable, Hashable, ExpressibleByDictionaryLiteral {
    private var values = [Int32?](repeating: nil, count: PackField.count)

    /// Takes fields with their values; of two for one field the later counts.
    public init(dictionaryLiteral elements: (PackField, Int32)...) {
        for (field, value) in elements { self[field] = value }
    }

    /// The value of `field` in the unit of the field; `nil` if it has none.
    public subscript(field: PackField) -> Int32? {
        get { values[Int(field.rawValue)] }
        set { values[Int(field.rawValue)] = newValue }
    }

    /// Writes every value into `reading`.
    func report(into reading: inout PackReading, at now: Instant) {
        for (number, value) in values.enumerated() {
            guard let value, let field = PackField(rawValue: UInt8(number)) else { continue }
            reading[field] = Reading(value, at: now)
        }
    }
}
