import TestSupport

/// Something that goes wrong on a wire, at a time and for a time.
struct LineFault: Equatable, Sendable {
    enum Kind: String, CaseIterable, Sendable {
        // What is done to answers.
        case dropAnswers, dropBytes, delay, flip, duplicate, swap, wrongPack, stuck
        // What is done to everything.
        case silence, babble, serialDown, canDown, asleep, inverterSilent
    }

    var kind: Kind
    /// When it begins, in milliseconds after the start.
    var at: Int
    /// How long it lasts, in milliseconds.
    var lasts: Int
    /// The pack it befalls; all packs if there is none of that number.
    var pack: Int
    /// How bad it is, 1…100.
    var amount: Int

    var end: Int { at + lasts }
}

/// What goes wrong in one run.
struct FaultSchedule: Equatable, Sendable, CustomStringConvertible {
    /// Begins the random numbers of what is left to chance: which byte, which bit.
    var seed: UInt64
    var packs: Int
    var faults: [LineFault]

    /// Faults begin within this time; no run looks further.
    static let span = 60_000

    /// Draws a schedule.
    init(seed: UInt64) {
        var random = SeededRandom(seed: seed &* 0x9E37_79B9 &+ 17)
        self.seed = seed
        packs = Int.random(in: 1...4, using: &random)
        faults = []
        for _ in 0..<Int.random(in: 1...6, using: &random) {
            guard let kind = LineFault.Kind.allCases.randomElement(using: &random) else { continue }
            let longest = Bool.random(using: &random) ? 3_000 : 40_000
            let fault = LineFault(
                kind: kind, at: Int.random(in: 0..<Self.span, using: &random),
                lasts: Int.random(in: 50...longest, using: &random),
                // Number 4 is none: all of them.
                pack: Int.random(in: 0...4, using: &random), amount: Int.random(in: 1...100, using: &random))
            faults.append(fault)
        }
        faults.sort { $0.at < $1.at }
    }

    init(seed: UInt64, packs: Int, _ faults: [LineFault]) {
        self.seed = seed
        self.packs = packs
        self.faults = faults
    }

    /// As a test can repeat it.
    var description: String {
        let lines = faults.map { fault in
            "        LineFault(kind: .\(fault.kind), at: \(fault.at), lasts: \(fault.lasts), "
                + "pack: \(fault.pack), amount: \(fault.amount)),\n"
        }
        return "FaultSchedule(\n    seed: \(seed), packs: \(packs),\n    [\n\(lines.joined())    ])"
    }
}
