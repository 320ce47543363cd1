public import BatteryModel

/// What is known about every pack, frozen for one step of the control.
public struct BankImage: Sendable {
    /// The most packs in a bank.
    public static let maximumPacks = 16

    /// What is known about one pack.
    public struct Pack: Sendable {
        /// Everything it has reported.
        public var reading: PackReading
        /// The measured time between two readings on its line; `nil` if it is not known yet.
        public var cycle: Interval?

        /// Makes the image of a pack.
        public init(reading: PackReading = PackReading(), cycle: Interval? = nil) {
            self.reading = reading
            self.cycle = cycle
        }
    }

    // Inlinable: a call across modules would copy all packs to read one.
    @usableFromInline
    var packs: InlineArray<16, Pack> = InlineArray(repeating: Pack())

    /// Nothing known about any pack.
    public init() {}

    /// What is known about pack number `index`, in the order in which the packs were added to the controller.
    @inlinable
    public subscript(index: Int) -> Pack {
        get { packs.span[index] }
        set { packs[index] = newValue }
    }
}
