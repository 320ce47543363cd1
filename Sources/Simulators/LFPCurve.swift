/// The open-circuit voltage of an LFP cell over its state of charge.
///
/// Straight lines between the corners that textbooks and data sheets of prismatic cells agree on at 25 °C. The ends
/// reach a little beyond empty and full, so that a cell can be overcharged.
struct LFPCurve: Sendable {
    private static let corners: [(socPermille: Int, millivolts: Double)] = [
        (-20, 2_000), (0, 2_500), (50, 3_000), (100, 3_180), (200, 3_240), (300, 3_275), (400, 3_288),
        (500, 3_294), (600, 3_305), (700, 3_325), (900, 3_335), (950, 3_345), (980, 3_370), (990, 3_400),
        (1_000, 3_450), (1_020, 3_800),
    ]

    /// The states of charge between which a cell still has a voltage here, in thousandths.
    static let socPermille: ClosedRange<Double> = -20...1_020

    /// The curve, worked out once.
    static let shared = LFPCurve()

    /// The voltage at each thousandth, so that none has to be looked for.
    private let millivolts: [Double]

    private init() {
        var table: [Double] = []
        for (low, high) in zip(Self.corners, Self.corners.dropFirst()) {
            for soc in low.socPermille..<high.socPermille {
                let part = Double(soc - low.socPermille) / Double(high.socPermille - low.socPermille)
                table.append(low.millivolts + part * (high.millivolts - low.millivolts))
            }
        }
        millivolts = table + Self.corners.suffix(1).map(\.millivolts)
    }

    /// The voltage of a cell that rests, in millivolts.
    func millivolts(atSOCPermille soc: Double) -> Double {
        let place = min(max(soc - Self.socPermille.lowerBound, 0), Double(millivolts.count - 1))
        let low = min(Int(place), millivolts.count - 2)
        return millivolts[low] + (place - Double(low)) * (millivolts[low + 1] - millivolts[low])
    }
}
