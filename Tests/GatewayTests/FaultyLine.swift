import BatteryModel
import TestSupport

/// What the faults that are at work make of the answers on the line.
final class FaultyLine {
    /// The faults that are at work now.
    var active: [LineFault] = []
    private var random: SeededRandom
    private var kept: [Int: [UInt8]] = [:]
    private var held: VirtualPlant.Answer?

    init(seed: UInt64) { random = SeededRandom(seed: seed) }

    /// The pieces that arrive of an answer, each with how much later.
    func spoil(_ answer: VirtualPlant.Answer) -> [VirtualPlant.Piece] {
        var pieces = [VirtualPlant.Piece(answer)]
        for fault in active where fault.pack == answer.pack || fault.pack > 3 {
            guard Int.random(in: 0..<100, using: &random) < max(fault.amount, 10) else { continue }
            pieces = apply(fault, to: pieces, answer)
        }
        if let held, !active.contains(where: { $0.kind == .swap }) {
            pieces.append(VirtualPlant.Piece(held))
            self.held = nil
        }
        if kept[answer.pack] == nil || !active.contains(where: { $0.kind == .stuck }) {
            kept[answer.pack] = answer.bytes
        }
        return pieces
    }

    /// Noise, as long as it is.
    func noise() -> [UInt8] { random.bytes(Int.random(in: 1...60, using: &random)) }

    private func apply(
        _ fault: LineFault, to pieces: [VirtualPlant.Piece], _ answer: VirtualPlant.Answer
    ) -> [VirtualPlant.Piece] {
        switch fault.kind {
        case .dropAnswers: return []
        case .dropBytes: return pieces.map(shortened)
        case .flip: return pieces.map { flipped($0, fault.amount) }
        case .duplicate: return pieces + pieces.map { $0.later(.milliseconds(Int64(fault.amount) * 10)) }
        case .delay: return pieces.map { $0.later(.milliseconds(Int64(fault.amount) * 15)) }
        case .wrongPack:
            guard let other = kept.keys.sorted().first(where: { $0 != answer.pack }), let bytes = kept[other]
            else { return pieces }
            return pieces.map { $0.saying(bytes) }
        case .stuck: return kept[answer.pack].map { bytes in pieces.map { $0.saying(bytes) } } ?? pieces
        case .swap: return swapped(pieces, answer)
        case .silence, .babble, .serialDown, .canDown, .asleep, .inverterSilent: return pieces
        }
    }

    private func shortened(_ piece: VirtualPlant.Piece) -> VirtualPlant.Piece {
        var bytes = piece.bytes
        for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
            bytes.remove(at: Int.random(in: bytes.indices, using: &random))
        }
        return piece.saying(bytes)
    }

    private func flipped(_ piece: VirtualPlant.Piece, _ amount: Int) -> VirtualPlant.Piece {
        var bytes = piece.bytes
        // One bit is always found out; more than one can slip through a sum of eight bits.
        guard !bytes.isEmpty else { return piece }
        bytes[Int.random(in: bytes.indices, using: &random)] ^= 1 << UInt8(amount % 8)
        return piece.saying(bytes)
    }

    /// Keeps one answer back and lets it go behind the next.
    private func swapped(
        _ pieces: [VirtualPlant.Piece], _ answer: VirtualPlant.Answer
    ) -> [VirtualPlant.Piece] {
        guard let earlier = held else {
            held = answer
            return []
        }
        held = nil
        return pieces + [VirtualPlant.Piece(earlier).later(.milliseconds(5))]
    }
}
