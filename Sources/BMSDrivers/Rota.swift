import BatteryModel

/// Whose turn it is on a line.
struct Rota: Sendable {
    /// Number of packs.
    private(set) var count = 0
    /// No absent pack is asked before that while others are there.
    var probesFrom: Instant
    private var addresses: InlineArray<16, UInt8> = InlineArray(repeating: 0)
    private var turns: InlineArray<16, PackSlot.Turn> = InlineArray(repeating: PackSlot.Turn())

    init(at now: Instant) {
        probesFrom = now
    }

    /// Adds a pack and returns its number; `nil` if the line is full or the address is taken.
    mutating func add(_ address: UInt8) -> Int? {
        guard count < PackLine.maximumPacks, index(of: address) == nil else { return nil }
        addresses[count] = address
        count += 1
        return count - 1
    }

    /// What pack number `index` is to be asked next.
    subscript(index: Int) -> PackSlot.Turn {
        get { turns[index] }
        set { turns[index] = newValue }
    }

    func address(of index: Int) -> UInt8 { addresses[index] }

    func index(of address: UInt8) -> Int? {
        for index in 0..<count where addresses[index] == address { return index }
        return nil
    }

    /// The longest time between two readings of a pack; `nil` while no pack has one.
    var cycle: Interval? {
        var longest: Interval?
        for index in 0..<count {
            if let own = turns[index].cycle { longest = max(longest ?? .zero, own) }
        }
        return longest
    }

    /// The pack that comes next.
    ///
    /// To ask an absent one costs the others a time-out, so they have three times as long before the next is asked.
    var next: Int {
        let turns = turns.span
        var (there, absent): (Int?, Int?) = (nil, nil)
        for index in 0..<count {
            let rival = turns[index].isAbsent ? absent : there
            if let rival, !turns[index].isBefore(turns[rival]) { continue }
            if turns[index].isAbsent { absent = index } else { there = index }
        }
        guard let there else { return absent ?? 0 }
        guard let absent else { return there }
        return max(turns[absent].due, probesFrom) < turns[there].due ? absent : there
    }
}
