import Settings
import Testing
import YAMLFile

/// Numbers that look random and are the same on every run (SplitMix64).
private struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

private func isTold(_ bytes: [UInt8]) -> Bool {
    do throws(SettingsProblems) {
        _ = try BusbarSettings.read(bytes: bytes, file: "noise", knowing: catalogue)
        return true
    } catch {
        return !error.problems.isEmpty && error.problems.count <= SettingsProblems.maximumCount
    }
}

@Test("random bytes are told to be a problem", .timeLimit(.minutes(1)))
func randomBytes() {
    var generator = SeededGenerator(state: 1)
    for _ in 0..<4_000 {
        let count = Int.random(in: 0...200, using: &generator)
        let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
        #expect(isTold(bytes))
    }
}

@Test("random pieces of YAML are told to be a problem", .timeLimit(.minutes(1)))
func randomPieces() {
    let pieces = [
        "links", "packs", "limits", "a", "16", "100 A", ": ", ":", "- ", "\n", "\n  ", "\n    ", "{", "}",
        "[", "]",
        ", ", "&x ", "*x", "!t ", "'", "\"", "|\n", ">\n", "? ", "#", "%", "@", "\t", "---\n", "...\n", "\\",
        "°C",
    ]
    var generator = SeededGenerator(state: 2)
    for _ in 0..<3_000 {
        let count = Int.random(in: 1...60, using: &generator)
        let text = (0..<count).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
        #expect(isTold(Array(text.utf8)))
    }
}

@Test("a sound file with a few bytes changed is read or told to be a problem", .timeLimit(.minutes(1)))
func damagedFile() {
    let sound = Array(soundText.utf8)
    var generator = SeededGenerator(state: 3)
    for _ in 0..<3_000 {
        var bytes = sound
        for _ in 0..<Int.random(in: 1...5, using: &generator) {
            let place = Int.random(in: bytes.indices, using: &generator)
            switch Int.random(in: 0...2, using: &generator) {
            case 0: bytes[place] = UInt8.random(in: 0x09...0x7E, using: &generator)
            case 1: bytes.remove(at: place)
            default: bytes.insert(contentsOf: bytes[..<place].suffix(20), at: place)
            }
        }
        #expect(isTold(bytes))
    }
}

/// Shapes that make a careless parser slow, deep or large.
private let hostile: [(name: String, piece: String)] = [
    ("brackets", "["), ("braces", "{"), ("dashes", "- "), ("question marks", "? "), ("quotes", "'"),
    ("commas", "[,"), ("keys", "a: {"), ("anchors", "&a "), ("tabs", "\t\n"), ("line ends", "\n"),
    ("percent signs", "%"), ("one word", "x"), ("lines", "k: v\n"), ("colons", ":"),
    ("block scalars", "|\n "),
    ("pairs", "{a: b}, "),
]

@Test("a megabyte of one shape ends in a problem", .timeLimit(.minutes(1)), arguments: hostile.map(\.piece))
func megabyte(piece: String) {
    let pattern = Array(piece.utf8)
    var bytes: [UInt8] = []
    while bytes.count + pattern.count <= 1 << 20 { bytes += pattern }
    #expect(isTold(bytes))
}
