import ChargeControl
import TestSupport
import Testing

/// Curves from a measured quantity to the part of a current that is allowed.
@Suite struct CurveTests {
    typealias Point = Curve.Point

    struct Row: Sendable {
        var curve: String
        var corners: [Point]
        var input: Int32
        var permille: Int32
    }

    /// The numbers of `docs/safety.md` for LFP.
    static let charge = [
        Point(3_375, 1_000), Point(3_400, 250), Point(3_425, 50), Point(3_450, 5), Point(3_500, 0),
    ]
    static let discharge = [
        Point(2_800, 0), Point(2_900, 5), Point(3_000, 50), Point(3_100, 250), Point(3_190, 1_000),
    ]

    static let rows: [Row] =
        [
            (Int32.min, Int32(1_000)), (3_374, 1_000), (3_375, 1_000), (3_376, 970), (3_399, 280),
            (3_400, 250),
            (3_401, 242), (3_425, 50), (3_426, 48), (3_449, 6), (3_450, 5), (3_451, 4), (3_460, 4),
            (3_461, 3),
            (3_490, 1), (3_491, 0), (3_500, 0), (3_501, 0), (Int32.max, 0),
        ].map { Row(curve: "charge", corners: charge, input: $0, permille: $1) }
        + [
            (Int32.min, Int32(0)), (2_800, 0), (2_819, 0), (2_820, 1), (2_899, 4), (2_900, 5), (2_950, 27),
            (3_000, 50), (3_050, 150), (3_100, 250), (3_101, 258), (3_189, 991), (3_190, 1_000),
            (Int32.max, 1_000),
        ].map { Row(curve: "discharge", corners: discharge, input: $0, permille: $1) }
        + [
            Row(curve: "one corner", corners: [Point(0, 700)], input: .min, permille: 700),
            Row(curve: "one corner", corners: [Point(0, 700)], input: .max, permille: 700),
            Row(curve: "widest", corners: [Point(.min, 0), Point(.max, 1_000)], input: 0, permille: 500),
            Row(
                curve: "widest", corners: [Point(.min, 0), Point(.max, 1_000)], input: .max - 1, permille: 999
            ),
            Row(
                curve: "widest, falling", corners: [Point(.min, 1_000), Point(.max, 0)], input: 0,
                permille: 499),
        ]

    @Test(arguments: rows)
    func `between corners the part lies on the line, rounded down, and beyond the ends it stays`(row: Row) {
        #expect(
            makeCurve(row.corners)?.permille(at: row.input) == row.permille, "\(row.curve) at \(row.input)")
    }

    @Test func `no input is given more than the line allows, or 1/1000 less`() throws {
        var random = SeededRandom(seed: 53)
        var faults: [String] = []
        for _ in 0..<300 {
            let corners = randomCorners(&random)
            let curve = try #require(makeCurve(corners))
            for _ in 0..<50 {
                let input = Int32.random(in: -600...600, using: &random)
                let exact = line(corners, Double(input))
                let got = Double(curve.permille(at: input))
                if got > exact + 1e-6 || got < exact - 1 + 1e-6 {
                    faults.append("\(corners) at \(input): \(got)")
                }
            }
        }
        #expect(faults == [])
    }

    @Test func `a curve whose corners only fall never rises`() throws {
        var random = SeededRandom(seed: 59)
        var faults: [String] = []
        for _ in 0..<100 {
            var corners = randomCorners(&random)
            let parts = corners.map(\.permille).sorted(by: >)
            for index in corners.indices { corners[index].permille = parts[index] }
            let curve = try #require(makeCurve(corners))
            let values = (Int32(-600)...600).map { curve.permille(at: $0) }
            if zip(values, values.dropFirst()).contains(where: { $0 < $1 }) { faults.append("\(corners)") }
        }
        #expect(faults == [])
    }

    @Test(arguments: [
        [], [Point(0, 1_001)], [Point(0, -1)], [Point(0, 0), Point(0, 1)], [Point(1, 0), Point(0, 1)],
        [Point(0, 0), Point(1, 1), Point(2, 1_001)], (0..<9).map { Point($0, 0) },
    ])
    func `corners that are none, too many, not rising or out of 0 to 1000 are refused`(corners: [Point]) {
        #expect(makeCurve(corners) == nil)
    }

    @Test func `a curve keeps its corners`() throws {
        let corners = (0..<8).map { Point($0, 1_000 - $0) }
        let curve = try #require(makeCurve(corners))
        #expect((0..<curve.count).map { curve[$0] } == corners)
    }

    @Test func `curves are equal if their corners are`() throws {
        let one = try #require(makeCurve([Point(0, 1), Point(1, 2)]))
        #expect(Curve([Point(0, 1), Point(1, 2)] as [2 of Point]) == one)
        #expect(makeCurve([Point(0, 1)]) != one)
        #expect(makeCurve([Point(0, 1), Point(1, 3)]) != one)
    }

    @Test func `the presets for LFP are the corners of the safety rules`() {
        let settings = ControlSettings(bankChargeMilliamps: 1, bankDischargeMilliamps: 1)
        #expect(settings.highestCell == makeCurve(Self.charge))
        #expect(settings.lowestCell == makeCurve(Self.discharge))
    }

    @Test(arguments: [Chemistry.lfp, .nmc, .lto])
    func `every preset allows nothing at its ends and everything in its middle`(chemistry: Chemistry) {
        let settings = ControlSettings(
            chemistry: chemistry, bankChargeMilliamps: 1, bankDischargeMilliamps: 1)
        #expect(settings.highestCell.permille(at: settings.absoluteMaximumCellMillivolts) == 0)
        #expect(settings.highestCell.permille(at: settings.floorVoltageMillivoltsPerCell) == 1_000)
        #expect(settings.lowestCell.permille(at: 0) == 0)
        #expect(settings.lowestCell.permille(at: settings.chargeVoltageMillivoltsPerCell) == 1_000)
        #expect(
            [-50, 0, 10, 250, 550, 600].map { settings.chargeTemperature.permille(at: $0) } == [
                0, 0, 125, 1_000, 0, 0,
            ])
        #expect(
            [-100, -50, 250, 550].map { settings.dischargeTemperature.permille(at: $0) } == [
                0, 125, 1_000, 0,
            ])
        #expect(
            [0, 700, 800, 900].map { settings.mosfetTemperature.permille(at: $0) } == [1_000, 1_000, 250, 0])
    }

    private func makeCurve(_ corners: [Point]) -> Curve? { Curve(corners.span) }

    private func randomCorners(_ random: inout SeededRandom) -> [Point] {
        let inputs = Set(
            (0..<Int.random(in: 1...8, using: &random)).map { _ in
                Int32.random(in: -500...500, using: &random)
            })
        return inputs.sorted().map { Point($0, .random(in: 0...1_000, using: &random)) }
    }

    private func line(_ corners: [Point], _ input: Double) -> Double {
        let next = corners.firstIndex { Double($0.input) >= input } ?? corners.count
        if next == corners.count { return Double(corners[next - 1].permille) }
        if next == 0 { return Double(corners[0].permille) }
        let (low, high) = (corners[next - 1], corners[next])
        let along = (input - Double(low.input)) / Double(high.input - low.input)
        return Double(low.permille) + along * Double(high.permille - low.permille)
    }
}
