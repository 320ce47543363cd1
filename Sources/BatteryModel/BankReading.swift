/// What is said about the bank on the inverter's bus: by the battery side when it speaks, or as the inverter
/// side has understood it.
public struct BankReading: Sendable {
    /// One place for each ``BankField``; the number is ``BankField/count``.
    // Inlinable: a call across modules would copy all places to read one.
    @usableFromInline
    var fields: InlineArray<44, Reading<Int32>?> = InlineArray(repeating: nil)

    /// Alarms of the bank.
    public var alarms: Reading<AlarmSet>?
    /// The maker's name as it stands on the bus.
    public var maker: Reading<ASCIIText>?

    /// Nothing said yet.
    public init() {}

    /// The number for `field`, in the unit of the field; `nil` if nothing was said about it.
    @inlinable
    public subscript(field: BankField) -> Reading<Int32>? {
        get { fields[Int(field.rawValue)] }
        set { fields[Int(field.rawValue)] = newValue }
    }
}
