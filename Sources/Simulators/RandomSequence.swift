/// Numbers that look like chance and are the same for the same seed (SplitMix64).
public struct RandomSequence: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// Begins a sequence.
    public init(seed: UInt64) { state = seed }

    /// The next number, all 64 bits of it.
    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// The next number between -1 and 1.
    mutating func nextDeviation() -> Double {
        Double(next() >> 11) / Double(1 << 52) - 1
    }
}
