public import BusCodec

/// Feeds a grammar the same bytes in every way in which a line can deliver them, and spoiled in every way in which
/// a line can spoil them.
///
/// Ask it for ``failures(in:)`` and expect none:
///
///     let verifier = DripFeedVerifier { bytes, _ in ModbusRTU.scanAnswer(bytes) }
///     let failures = verifier.failures(in: [hex("01 03 02 00 42 38 75")])
///     #expect(failures.isEmpty, "\(failures.joined(separator: "\n"))")
public struct DripFeedVerifier<Item: Equatable & Sendable> {
    /// Tells what the bytes at the head of a stream are, and is told whether a silence follows them.
    public typealias Grammar = (Span<UInt8>, Bool) -> ScanStep<Item>

    private let grammar: Grammar
    private let dontCare: Set<Int>
    private let needsSilence: Bool
    private let flipStride: Int
    private let seed: UInt64

    /// The most failures that are reported; one fault often shows in thousands of ways.
    public static var maximumFailures: Int { 20 }

    /// Makes a verifier.
    ///
    /// - Parameters:
    ///   - dontCare: Positions of bytes within each sample that no checksum covers and no meaning depends on.
    ///   - needsSilence: Whether a sample is only understood when a silence follows it, so that samples glued
    ///     together need not be the same items as samples one by one.
    ///   - flipStride: 1 to flip every bit of a sample, n to flip every nth; coprime to 8, so that all bits of a
    ///     byte get their turn.
    ///   - seed: Begins the random sequence for pieces and garbage.
    ///   - grammar: What is verified.
    public init(
        dontCare: Set<Int> = [], needsSilence: Bool = false, flipStride: Int = 1, seed: UInt64 = 1,
        grammar: @escaping Grammar
    ) {
        self.grammar = grammar
        self.dontCare = dontCare
        self.needsSilence = needsSilence
        self.flipStride = flipStride
        self.seed = seed
    }

    /// What is wrong with the grammar, one text for each failure; empty if nothing is.
    ///
    /// Each sample is all the bytes of one or more items, without noise.
    public func failures(in samples: [[UInt8]]) -> [String] {
        var report = Report(maximum: Self.maximumFailures)
        var random = SeededRandom(seed: seed)
        checkGlued(samples, &random, &report)
        for (index, sample) in samples.enumerated() where !report.isFull {
            let clean = feed([sample])
            guard !clean.found.isEmpty, clean.noise.allSatisfy({ $0 == 0 }) else {
                report.add("sample \(index) is not understood: \(hexText(sample))")
                continue
            }
            let next = samples[(index + 1) % samples.count]
            checkGarbage(index, sample, clean, &random, &report)
            checkTruncated(index, sample, clean, next, &report)
            checkFlipped(index, sample, clean, next, &report)
        }
        return report.failures
    }

    private func feed(_ stretches: [[UInt8]]) -> Feeding<Item> {
        Feeding(stretches, cut: { [$0[...]] }, grammar: grammar)
    }

    /// Feeds a stream in every way of cutting it and demands the same result; returns it.
    @discardableResult
    private func feedAllWays(
        _ what: String, _ stretches: [[UInt8]], _ random: inout SeededRandom, _ report: inout Report
    ) -> Feeding<Item> {
        let whole = feed(stretches)
        for cutting in Cutting.allCases {
            let other = Feeding(
                stretches, cut: { cutting.pieces(of: $0, using: &random) }, grammar: grammar)
            if other != whole {
                report.add(
                    "\(what), cut \(cutting): \(summary(other)) instead of \(summary(whole)) in "
                        + stretches.map(hexText).joined(separator: " | "))
            }
        }
        return whole
    }

    private func checkGlued(_ samples: [[UInt8]], _ random: inout SeededRandom, _ report: inout Report) {
        let apart = feedAllWays("samples with silence between", samples, &random, &report)
        let glued = feedAllWays("samples glued together", [samples.flatMap { $0 }], &random, &report)
        if !needsSilence, glued.found != apart.found {
            report.add("glued together: \(summary(glued)) instead of \(summary(apart))")
        }
    }

    private func checkGarbage(
        _ index: Int, _ sample: [UInt8], _ clean: Feeding<Item>, _ random: inout SeededRandom,
        _ report: inout Report
    ) {
        for length in [1, 2, 3, 7, 40] {
            let garbage = random.bytes(length)
            let more = random.bytes(length)
            let streams = [
                ("garbage before", [garbage + sample]), ("garbage behind", [sample + garbage]),
                ("garbage between", [sample + garbage + sample + more + sample]),
            ]
            for (what, stream) in streams {
                let fed = feedAllWays("sample \(index) with \(what)", stream, &random, &report)
                if !needsSilence, !contains(fed.found, clean.found) {
                    report.add("sample \(index) with \(what) is not found in \(stream.map(hexText))")
                }
            }
            // The bytes alone do not tell where the second one begins; only the cuts must not matter.
            let brokenOff = sample.prefix(min(length, sample.count - 1))
            feedAllWays("sample \(index) behind its own head", [brokenOff + sample], &random, &report)
        }
    }

    private func checkTruncated(
        _ index: Int, _ sample: [UInt8], _ clean: Feeding<Item>, _ next: [UInt8], _ report: inout Report
    ) {
        let expected = feed([next]).found
        for length in 1..<max(sample.count, 1) {
            let cutOff = Array(sample.prefix(length))
            let fed = feed([cutOff, next])
            if fed.found.prefix(fed.foundCounts[0]).map(\.item) == clean.found.map(\.item) {
                report.add("sample \(index) is found in its first \(length) bytes")
            }
            if Array(fed.found.suffix(expected.count)) != expected {
                report.add("no sample is found after a silence after \(length) bytes of sample \(index)")
            }
        }
    }

    private func checkFlipped(
        _ index: Int, _ sample: [UInt8], _ clean: Feeding<Item>, _ next: [UInt8], _ report: inout Report
    ) {
        let expected = feed([next]).found
        for bit in stride(from: 0, to: sample.count * 8, by: flipStride) where !report.isFull {
            var flipped = sample
            flipped[bit / 8] ^= 1 << (bit % 8)
            let place = "bit \(bit % 8) of byte \(bit / 8) of sample \(index)"
            let fed = feed([flipped, next])
            let alone = fed.found.prefix(fed.foundCounts[0])
            if !dontCare.contains(bit / 8), alone.starts(with: clean.found, by: isSame) {
                report.add("\(place) can be flipped unnoticed")
            }
            if Array(fed.found.suffix(expected.count)) != expected {
                report.add("no sample is found after a silence after flipping \(place)")
            }
        }
    }

    /// Whether it is the same item of the same length; the bytes differ by the flipped bit.
    private func isSame(_ one: Feeding<Item>.Found, _ other: Feeding<Item>.Found) -> Bool {
        one.item == other.item && one.bytes.count == other.bytes.count
    }

    private func contains(_ all: [Feeding<Item>.Found], _ wanted: [Feeding<Item>.Found]) -> Bool {
        guard all.count >= wanted.count else { return false }
        return (0...all.count - wanted.count).contains { Array(all[$0..<$0 + wanted.count]) == wanted }
    }

    private func summary(_ fed: Feeding<Item>) -> String {
        "\(fed.found.count) items \(fed.found.map(\.bytes.count)), noise \(fed.noise), pending \(fed.pending)"
    }

    private struct Report {
        let maximum: Int
        private(set) var failures: [String] = []

        init(maximum: Int) { self.maximum = maximum }

        var isFull: Bool { failures.count >= maximum }

        mutating func add(_ failure: String) {
            if !isFull { failures.append(failure) }
        }
    }
}
