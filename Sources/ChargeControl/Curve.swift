import BatteryModel

/// A piecewise-linear function from a measured quantity to the part of a current that is allowed.
///
/// Points stand in rising order of `input`; beyond the ends the value of the end point holds.
public struct Curve: Sendable, Equatable {
    /// The most points a curve can have.
    public static let maximumPoints = 8

    /// One corner of the curve.
    public struct Point: Sendable, Equatable {
        /// The measured quantity, in the unit the rule reads (millivolts or tenths of a degree Celsius).
        public var input: Int32
        /// The part of the current allowed there, in thousandths, 0…1000.
        public var permille: Int32

        /// Makes a corner.
        public init(_ input: Int32, _ permille: Int32) {
            self.input = input
            self.permille = permille
        }
    }

    /// The number of corners in use, 1…``maximumPoints``.
    public private(set) var count: Int
    private var points: InlineArray<8, Point>

    /// Makes a curve; `nil` unless there are 1…8 points, inputs rise strictly and every part is 0…1000.
    public init?<let size: Int>(_ corners: [size of Point]) {
        self.init(corners.span)
    }

    /// Makes a curve; `nil` unless there are 1…8 points, inputs rise strictly and every part is 0…1000.
    public init?(_ corners: Span<Point>) {
        guard corners.count >= 1, corners.count <= Self.maximumPoints else { return nil }
        points = InlineArray(repeating: corners[0])
        count = corners.count
        for index in corners.indices {
            guard (0...1000).contains(corners[index].permille),
                index == 0 || corners[index - 1].input < corners[index].input
            else { return nil }
            points[index] = corners[index]
        }
    }

    /// Corner number `index`, counted from 0.
    ///
    /// - Precondition: `index` is below ``count``.
    public subscript(index: Int) -> Point {
        precondition(index < count)
        return points[index]
    }

    /// The part of the current allowed at `input`, in thousandths, rounded down.
    public func permille(at input: Int32) -> Int32 {
        if input <= points[0].input { return points[0].permille }
        for index in 1..<max(count, 1) where input <= points[index].input {
            let low = points[index - 1]
            let high = points[index]
            let width = Int64(high.input) - Int64(low.input)
            let along = Int64(input) - Int64(low.input)
            let rise = Int64(high.permille) - Int64(low.permille)
            let scaled = Int64(low.permille) * width + rise * along
            return Int32(truncatingIfNeeded: scaled / width)
        }
        return points[count - 1].permille
    }

    /// Tells whether two curves have the same corners.
    public static func == (lhs: Curve, rhs: Curve) -> Bool {
        guard lhs.count == rhs.count else { return false }
        for index in 0..<lhs.count where lhs.points[index] != rhs.points[index] { return false }
        return true
    }
}

extension Curve {
    /// What has to happen to `input` for the curve to allow more: the nearest corner that allows more.
    func rise(from input: Int32) -> RiseCondition {
        let here = permille(at: input)
        var best: (distance: Int64, rise: RiseCondition)?
        for index in 0..<count where points[index].permille > here {
            let distance = Int64(points[index].input) - Int64(input)
            if let held = best, held.distance.magnitude <= distance.magnitude { continue }
            let corner = points[index].input
            best = (distance, distance < 0 ? .inputBelow(corner) : .inputAbove(corner))
        }
        return best?.rise ?? .configuration
    }
}
