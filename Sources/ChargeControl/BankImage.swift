public import BatteryModel

/// What is known about every pack and about what stands around the bank, frozen for one step of the control.
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

    /// What a shunt between bank and inverter has reported; it belongs to no pack.
    public struct Shunt: Sendable {
        /// The current of the whole bank in milliamps; charging is positive.
        public var current: Reading<Int32>?
        /// Its state of charge, in thousandths.
        public var soc: Reading<Int32>?

        /// Makes the image of a shunt.
        public init(current: Reading<Int32>? = nil, soc: Reading<Int32>? = nil) {
            self.current = current
            self.soc = soc
        }
    }

    /// The shunt; `nil` where none is configured.
    public var shunt: Shunt?
    /// When somebody else was last heard to speak to the inverter with the battery's identifiers; `nil` if never.
    public var otherTalkerAt: Instant?
    /// The time on the wall; `nil` where the machine does not know it.
    public var wall: WallTime?

    /// What is known about each pack, in the order in which the packs were added to the controller.
    public var packs: InlineArray<16, Pack> = InlineArray(repeating: Pack())

    /// Nothing known about any pack.
    public init() {}
}
