import BatteryModel
import BusCodec

// Where things stand in an answer, for functions that complete one and for those that dissect one.

extension SerialFrame {
    /// The registers that a question asks for.
    var registers: Range<Int> { Int(code)..<Int(code) + Int(count) }

    /// Where a register stands in the payload that answers this question; `nil` if it was not asked for.
    func place(of register: Int) -> Int? {
        registers.contains(register) ? (register - registers.lowerBound) * 2 : nil
    }
}

extension Span where Element == UInt8 {
    /// The 16-bit number at `place`, most significant byte first; `nil` outside of what there is.
    func word(at place: Int) -> UInt16? {
        guard place >= 0, place + 1 < count else { return nil }
        return UInt16(self[place]) << 8 | UInt16(self[place + 1])
    }
}

extension ByteBuffer {
    /// Writes a byte at `place`; one outside of what was asked for is left out.
    mutating func set(byte: UInt8, at place: Int) {
        guard place >= 0, place < count else { return }
        self[place] = byte
    }

    /// Writes a 16-bit number, most significant byte first; what is outside of what was asked for is left out.
    mutating func set(big number: UInt16, at place: Int?) {
        guard let place else { return }
        set(byte: UInt8(number >> 8), at: place)
        set(byte: UInt8(truncatingIfNeeded: number), at: place + 1)
    }

    /// Writes a 32-bit number in the same way.
    mutating func set(long number: UInt32, at place: Int) {
        set(big: UInt16(number >> 16), at: place)
        set(big: UInt16(truncatingIfNeeded: number), at: place + 2)
    }

    /// Writes the characters of a text, filled up with `padding`.
    mutating func set(_ text: ASCIIText?, characters: Int, padding: UInt8 = 0, at place: Int) {
        for index in 0..<characters {
            let character = text.flatMap { index < $0.count ? $0[index] : nil } ?? padding
            set(byte: character, at: place + index)
        }
    }

    /// Adds the characters of a text, filled up with zeros.
    mutating func append(_ text: ASCIIText?, characters: Int) {
        append(zeros: characters)
        set(text, characters: characters, at: count - characters)
    }
}
