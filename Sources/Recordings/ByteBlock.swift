/// Reads numbers from a block of a binary file; beyond its end there is nothing.
struct ByteBlock {
    let bytes: ArraySlice<UInt8>
    var isBig = false

    init(_ bytes: ArraySlice<UInt8>, isBig: Bool = false) {
        self.bytes = bytes
        self.isBig = isBig
    }

    var count: Int { bytes.count }

    func u8(_ place: Int) -> UInt8? { place < count ? bytes[bytes.startIndex + place] : nil }

    func u16(_ place: Int) -> UInt16? { number(place, 2).map { UInt16(truncatingIfNeeded: $0) } }

    func u32(_ place: Int) -> UInt32? { number(place, 4).map { UInt32(truncatingIfNeeded: $0) } }

    func u64(_ place: Int) -> UInt64? { number(place, 8) }

    /// `length` bytes from `place` on; fewer if the block ends.
    func slice(_ place: Int, _ length: Int) -> ArraySlice<UInt8> { bytes.dropFirst(place).prefix(length) }

    private func number(_ place: Int, _ size: Int) -> UInt64? {
        guard place >= 0, place + size <= count else { return nil }
        var result: UInt64 = 0
        for index in 0..<size {
            let byte = bytes[bytes.startIndex + place + (isBig ? index : size - 1 - index)]
            result = result << 8 | UInt64(byte)
        }
        return result
    }
}

extension [UInt8] {
    /// Adds a number, least significant byte first.
    mutating func append<Number: FixedWidthInteger & UnsignedInteger>(little number: Number) {
        for place in 0..<Number.bitWidth / 8 {
            append(UInt8(truncatingIfNeeded: number >> Number(8 * place)))
        }
    }

    /// Adds a number, most significant byte first.
    mutating func append<Number: FixedWidthInteger & UnsignedInteger>(big number: Number) {
        for place in (0..<Number.bitWidth / 8).reversed() {
            append(UInt8(truncatingIfNeeded: number >> Number(8 * place)))
        }
    }
}
