import BatteryModel

/// How the bank's current divides over its packs: by what the operator has measured, else by capacity.
struct Sharing: Sendable {
    /// The parts, in millionths of the whole bank.
    private var weights: InlineArray<16, Int64> = InlineArray(repeating: 0)

    /// Works out the parts once for all: a configured share wins, the rest divides by capacity.
    init(_ packs: [16 of PackSettings?]) {
        var configured: Int64 = 0
        var openCapacity: Int64 = 0
        for index in packs.indices {
            guard let pack = packs[index] else { continue }
            if let share = pack.sharePermille {
                configured += Int64(share)
            } else {
                openCapacity += Int64(pack.capacityMilliampHours)
            }
        }
        let open = max(1_000 - configured, 1)
        for index in packs.indices {
            guard let pack = packs[index] else { continue }
            if let share = pack.sharePermille {
                weights[index] = max(Int64(share) * 1_000, 1)
            } else {
                weights[index] = max(
                    open * 1_000 * Int64(pack.capacityMilliampHours) / max(openCapacity, 1), 1)
            }
        }
    }

    /// The sum of the parts of the packs in `members` (bit n for pack n).
    func total(of members: UInt16) -> Int64 {
        var sum: Int64 = 0
        for index in weights.indices where members & 1 << UInt16(index) != 0 { sum += weights[index] }
        return sum
    }

    /// The part of the current that flows through `pack` when `members` share it, in thousandths, rounded up.
    func permille(of pack: Int, among members: UInt16) -> Int32 {
        let whole = total(of: members)
        guard whole > 0, members & 1 << UInt16(pack) != 0 else { return 0 }
        return Int32((weights[pack] * 1_000 + whole - 1) / whole)
    }

    /// The current of the whole bank at which `pack` carries `limit`, rounded down.
    ///
    /// Where more than one pack is `wired` a tenth is kept back, because the parts are never exactly known; a
    /// lost pack counts as wired although it is not among `members`.
    func bankLimit(for limit: Int32, of pack: Int, among members: UInt16, wired: UInt16) -> Int32 {
        let margin: Int64 = wired.nonzeroBitCount > 1 ? Self.marginPermille : 1_000
        let whole = Int64(limit) * total(of: members) / weights[pack] * margin / 1_000
        return Int32(clamping: whole)
    }

    private static let marginPermille: Int64 = 900
}
