import BatteryModel
import BusDiagnosis
import Testing

@Suite("How far apart things came")
struct GapHistogramTests {
    /// Gaps in milliseconds, and what the middle one is told to be, with how much it may be off.
    struct Row {
        var gaps: [Int64]
        var median: Int64
        var within: Int64
    }

    private static let rows = [
        Row(gaps: [1_000], median: 1_000, within: 0),
        Row(gaps: Array(repeating: 1_000, count: 60), median: 1_000, within: 0),
        Row(gaps: (0..<60).map { 980 + $0 % 41 }, median: 1_000, within: 5),
        Row(gaps: (1...99).map { $0 * 10 }, median: 500, within: 10),
        Row(gaps: [20, 20, 20, 5_000], median: 20, within: 2),
        Row(gaps: Array(repeating: 100_000, count: 3), median: 100_000, within: 0),
        Row(gaps: Array(repeating: 0, count: 5), median: 0, within: 0),
    ]

    @Test("the middle one is told as it was, and never shorter than the shortest or longer than the longest")
    func medians() throws {
        for row in Self.rows {
            var histogram = GapHistogram()
            for gap in row.gaps { histogram.note(.milliseconds(gap)) }
            let median = try #require(histogram.median)
            #expect((median.milliseconds - row.median).magnitude <= UInt64(row.within), "\(row)")
            for percent: UInt64 in [1, 10, 50, 90, 100] {
                let gap = try #require(histogram.percentile(percent))
                let (shortest, longest) = (try #require(histogram.shortest), try #require(histogram.longest))
                #expect(shortest <= gap && gap <= longest, "\(row), \(percent) %")
            }
        }
        #expect(GapHistogram().median == nil)
    }
}
