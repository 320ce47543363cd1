/// The open-circuit voltage of an LFP cell over its state of charge.
///
/// Straight lines between the corners that textbooks and data sheets of prismatic cells agree on at 25 °C. The ends
/// reach a little beyond empty and full, so that a cell can be overcharged.
enum LFPCurve {
    private struct Corner: Sendable {
        var socPermille: Double
        var millivolts: Double

        init(_ socPermille: Double, _ millivolts: Double) {
            self.socPermille = socPermille
            self.millivolts = millivolts
        }
    }

    private static let corners: [Corner] = [
        Corner(-20, 2_000), Corner(0, 2_500), Corner(50, 3_000), Corner(100, 3_180), Corner(200, 3_240),
        Corner(300, 3_275), Corner(400, 3_288), Corner(500, 3_294), Corner(600, 3_305), Corner(700, 3_325),
        Corner(900, 3_335), Corner(950, 3_345), Corner(980, 3_370), Corner(990, 3_400), Corner(1_000, 3_450),
        Corner(1_020, 3_800),
    ]

    /// The states of charge between which a cell still has a voltage here, in thousandths.
    static let socPermille: ClosedRange<Double> = -20...1_020

    /// The voltage of a cell that rests, in millivolts.
    static func millivolts(atSOCPermille soc: Double) -> Double {
        let upper = corners.firstIndex { $0.socPermille >= soc } ?? corners.count - 1
        guard upper > 0 else { return corners[0].millivolts }
        let (low, high) = (corners[upper - 1], corners[upper])
        let part = (min(soc, high.socPermille) - low.socPermille) / (high.socPermille - low.socPermille)
        return low.millivolts + part * (high.millivolts - low.millivolts)
    }
}
