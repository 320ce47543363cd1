/// A value and the instant at which it was measured.
///
/// There is no value without its age: whoever wants one has to say how old it may be.
public struct Reading<Value: Sendable>: Sendable {
    /// The value.
    public var value: Value
    /// When it was measured, as near as the driver can tell.
    public var at: Instant

    /// Makes a reading.
    public init(_ value: Value, at: Instant) {
        self.value = value
        self.at = at
    }

    /// How old the value is at `now`; never negative.
    public func age(at now: Instant) -> Interval {
        max(now - at, .zero)
    }

    /// The value if it is at most `oldest` old at `now`, otherwise `nil`.
    public func value(at now: Instant, noOlderThan oldest: Interval) -> Value? {
        age(at: now) <= oldest ? value : nil
    }
}

extension Reading: Equatable where Value: Equatable {}

/// One number for each cell of a pack, up to 32.
public struct CellValues: Sendable, Equatable {
    /// The most cells in a pack.
    public static let maximum = 32

    /// Bit `n` is set where cell `n` (counted from 0) is present.
    public private(set) var present: UInt32 = 0
    private var values: InlineArray<32, UInt16> = InlineArray(repeating: 0)

    /// No cell present.
    public init() {}

    /// The number for cell `index`, counted from 0; `nil` where the cell is absent.
    public subscript(index: Int) -> UInt16? {
        get { present & (1 << UInt32(index)) != 0 ? values[index] : nil }
        set {
            values[index] = newValue ?? 0
            if newValue == nil { present &= ~(1 << UInt32(index)) } else { present |= 1 << UInt32(index) }
        }
    }

    /// Number of cells present.
    public var count: Int { present.nonzeroBitCount }

    /// The sum over the cells present.
    public var sum: Int32 {
        var total: Int32 = 0
        for index in 0..<Self.maximum { total += Int32(self[index] ?? 0) }
        return total
    }

    /// A cell and its value.
    public struct Place: Sendable, Equatable {
        /// The cell, counted from 0.
        public var index: Int
        /// Its value.
        public var value: UInt16
    }

    /// The cell with the greatest value, the first of equals; `nil` if there is none.
    public var highest: Place? { extreme { $0 > $1 } }

    /// The cell with the smallest value, the first of equals; `nil` if there is none.
    public var lowest: Place? { extreme { $0 < $1 } }

    private func extreme(_ beats: (UInt16, UInt16) -> Bool) -> Place? {
        var best: Place?
        for index in 0..<Self.maximum {
            guard let value = self[index] else { continue }
            if let held = best, !beats(value, held.value) { continue }
            best = Place(index: index, value: value)
        }
        return best
    }

    /// Tells whether two packs have the same cells with the same values.
    public static func == (lhs: CellValues, rhs: CellValues) -> Bool {
        guard lhs.present == rhs.present else { return false }
        for index in 0..<maximum where lhs.values[index] != rhs.values[index] { return false }
        return true
    }
}
