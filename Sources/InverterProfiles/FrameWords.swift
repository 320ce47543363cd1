import BusCodec

/// Little-endian words of a frame, for functions that mend frames.
enum FrameWords {
    /// The word that begins at `byte`; behind the end of a short frame it is made of zeros.
    static func word(at byte: Int, in frame: CANFrame) -> UInt16 {
        UInt16(frame.bytes[byte + 1]) << 8 | UInt16(frame.bytes[byte])
    }

    /// Writes the word that begins at `byte`.
    static func set(_ word: UInt16, at byte: Int, in frame: inout CANFrame) {
        frame.bytes[byte] = UInt8(truncatingIfNeeded: word)
        frame.bytes[byte + 1] = UInt8(word >> 8)
    }
}
