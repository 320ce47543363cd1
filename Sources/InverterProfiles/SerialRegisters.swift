import BusCodec

// What is written into an answer that is made of registers, whatever part of a block was asked for.

extension SerialFrame {
    /// Where a register stands in the payload that answers this question; `nil` if it was not asked for.
    func place(of register: UInt16) -> Int? {
        guard register >= code, Int(register) < Int(code) + Int(count) else { return nil }
        return Int(register - code) * 2
    }
}

extension SerialPayload {
    /// The register at a place, most significant byte first; `nil` behind the end.
    func register(at place: Int) -> UInt16? {
        place + 1 < count ? UInt16(self[place]) << 8 | UInt16(self[place + 1]) : nil
    }

    /// Writes a register, most significant byte first; nothing happens behind the end.
    mutating func set(_ value: UInt16, at place: Int?) {
        guard let place, place + 1 < count else { return }
        self[place] = UInt8(value >> 8)
        self[place + 1] = UInt8(truncatingIfNeeded: value)
    }
}
