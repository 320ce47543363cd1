import BusCodec

/// Reads lines exactly as `candump -l` writes them, eight bytes at a time.
///
///     (1436509052.249713) vcan0 044#2A366C2BBA
///     (1436509052.249713) vcan0 12345678#2A366C2BBA R
///
/// It is strict: what it does not take, ``TextLines`` reads, or says what is wrong with it. What it takes means the same
/// there.
enum CandumpLine {
    /// So many bytes must be there from the beginning of a line on; the longest line is shorter.
    static let room = 96

    /// Reads the line that begins at `start`.
    ///
    /// - Parameters:
    ///   - bytes: Bytes with ``room`` from `start` on.
    ///   - start: Where the line begins.
    ///   - number: Its number, for the frame.
    ///   - batch: Is given the frame.
    /// - Returns: Where the next line begins; `nil` if this line is not one of these.
    @inline(__always)
    static func read(_ bytes: RawSpan, from start: Int, number: Int, into batch: inout BatchMaker) -> Int? {
        precondition(start >= 0 && start &+ room <= bytes.byteCount)
        let line = Line(bytes: bytes)
        var place = start
        guard let nanoseconds = line.time(&place, &batch.second) else { return nil }
        var (link, key) = (line.sameName(&place, batch.links.usual), LinkNames.Key())
        if link == nil {
            guard let name = line.name(&place) else { return nil }
            key = name
        }
        guard let identifier = line.identifier(&place) else { return nil }
        var payload: (word: UInt64, length: UInt8) = (0, 8)
        var way: RecordedItem.Direction?
        if let word = line.eightBytesAndEnd(&place) {
            payload.word = word
        } else {
            guard let found = line.payload(&place), let direction = line.end(&place) else { return nil }
            (payload, way) = (found, direction.way)
        }
        // Last, because what is no frame gives a link no name.
        if link == nil { link = batch.links.number(of: key) }
        guard let link else { return nil }
        var frame = CANFrame(
            identifier: identifier.number, isExtended: identifier.isExtended, length: payload.length)
        frame.word = payload.word
        batch.add(
            RecordedFrame(
                frame: frame, nanoseconds: nanoseconds, direction: way, link: link, place: number))
        return place
    }
}

/// The parts of a line; each moves on behind what it has read, and is `nil` where something else stands.
private struct Line: ~Escapable {
    let bytes: RawSpan

    @_lifetime(copy bytes)
    @inline(__always)
    init(bytes: RawSpan) { self.bytes = bytes }

    @inline(__always)
    private func eight(_ place: Int) -> UInt64 {
        UInt64(littleEndian: bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: place, as: UInt64.self))
    }

    @inline(__always)
    private func byte(_ place: Int) -> UInt8 {
        bytes.unsafeLoad(fromUncheckedByteOffset: place, as: UInt8.self)
    }

    /// `(1436509052.249713) `, in nanoseconds; `second` is the one read last.
    @inline(__always)
    func time(_ place: inout Int, _ second: inout LastSecond) -> Int64? {
        // The usual form: ten digits and six. Many lines in a row have the same ten.
        let tail = eight(place + 12)
        guard tail >> 48 == 0x2029, let micros = Digits8.value(tail << 16 | 0x3030) else {
            return otherTime(&place)
        }
        let head = (eight(place), eight(place + 4))
        if head != second.text {
            guard byte(place) == 0x28, byte(place + 11) == 0x2E, let first = Digits8.value(eight(place + 1)),
                let ninth = digit(place + 9), let tenth = digit(place + 10)
            else { return otherTime(&place) }
            second = LastSecond(text: head, seconds: first * 100 + ninth * 10 + tenth)
        }
        guard second.seconds < 9_000_000_000 else { return nil }
        place += 20
        return second.seconds * 1_000_000_000 + micros * 1_000
    }

    /// The same with other numbers of digits.
    @inline(never)
    private func otherTime(_ place: inout Int) -> Int64? {
        guard byte(place) == 0x28 else { return nil }
        var next = place + 1
        guard let seconds = digits(&next, most: 10), seconds.value < 9_000_000_000, byte(next) == 0x2E
        else { return nil }
        next += 1
        guard var (fraction, count) = digits(&next, most: 9), byte(next) == 0x29, byte(next + 1) == 0x20
        else { return nil }
        while count < 9 { (fraction, count) = (fraction * 10, count + 1) }
        place = next + 2
        return seconds.value * 1_000_000_000 + fraction
    }

    private func digits(_ place: inout Int, most: Int) -> (value: Int64, count: Int)? {
        var (value, count): (Int64, Int) = (0, 0)
        while count < most, let digit = digit(place) {
            (value, count) = (value * 10 + digit, count + 1)
            place += 1
        }
        return count > 0 ? (value, count) : nil
    }

    @inline(__always)
    private func digit(_ place: Int) -> Int64? {
        let value = byte(place) &- 0x30
        return value < 10 ? Int64(value) : nil
    }

    /// The name that the line before has; `nil` for another.
    @inline(__always)
    func sameName(_ place: inout Int, _ usual: LinkNames.Usual) -> UInt16? {
        guard eight(place) & usual.mask == usual.text else { return nil }
        place += usual.length
        return usual.number
    }

    /// `vcan0 `, at most 15 characters.
    @inline(__always)
    func name(_ place: inout Int) -> LinkNames.Key? {
        let first = eight(place)
        var count = Self.lengthBeforeBlank(first)
        guard count > 0 else { return nil }
        if count < 8 {
            place += count + 1
            return LinkNames.Key(low: first & Self.low(count), high: 0)
        }
        let second = eight(place + 8)
        count = Self.lengthBeforeBlank(second)
        guard count < 8 else { return nil }
        place += count + 9
        return LinkNames.Key(low: first, high: second & Self.low(count))
    }

    /// How many bytes come before the first blank; 8 if there is none.
    @inline(__always)
    private static func lengthBeforeBlank(_ word: UInt64) -> Int {
        let other = word ^ 0x2020_2020_2020_2020
        let zeros = (other &- 0x0101_0101_0101_0101) & ~other & 0x8080_8080_8080_8080
        return zeros.trailingZeroBitCount >> 3
    }

    /// A mask of the first `count` bytes, of fewer than eight.
    @inline(__always)
    private static func low(_ count: Int) -> UInt64 { 1 &<< UInt64(8 * count) &- 1 }

    /// `351#`, or `12345678#`.
    @inline(__always)
    func identifier(_ place: inout Int) -> (number: UInt32, isExtended: Bool)? {
        let digits = HexDigits(eight(place))
        if digits.count == 3, byte(place + 3) == 0x23 {
            place += 4
            let number = UInt32(truncatingIfNeeded: digits.standardIdentifier)
            return number <= CANFrame.maximumStandardIdentifier ? (number, false) : nil
        }
        guard digits.count == 8, byte(place + 8) == 0x23 else { return nil }
        place += 9
        let number = digits.packed.byteSwapped
        return number <= CANFrame.maximumExtendedIdentifier ? (number, true) : nil
    }

    /// `2802F4012003E001` and the line end, which most lines have; `nil` for anything else.
    ///
    /// Beside ``payload(_:)``, because where the next line begins is known here without counting digits, and the
    /// processor goes on with it at once.
    @inline(__always)
    func eightBytesAndEnd(_ place: inout Int) -> UInt64? {
        let (first, second) = (HexDigits(eight(place)), HexDigits(eight(place + 8)))
        guard first.others | second.others == 0, byte(place + 16) == 0x0A else { return nil }
        place += 17
        return UInt64(first.packedWhole) | UInt64(second.packedWhole) << 32
    }

    /// `2A366C2BBA`, up to eight bytes.
    @inline(__always)
    func payload(_ place: inout Int) -> (word: UInt64, length: UInt8)? {
        let first = HexDigits(eight(place))
        guard first.count == 8 else {
            place += first.count
            return first.count & 1 == 0 ? (UInt64(first.packed), UInt8(first.count / 2)) : nil
        }
        let second = HexDigits(eight(place + 8))
        place += 8 + second.count
        guard second.count & 1 == 0 else { return nil }
        return (UInt64(first.packed) | UInt64(second.packed) << 32, UInt8(4 + second.count / 2))
    }

    /// Nothing, or ` R` or ` T`, and the line end.
    @inline(__always)
    func end(_ place: inout Int) -> (way: RecordedItem.Direction?, Void)? {
        if byte(place) == 0x0A {
            place += 1
            return (nil, ())
        }
        var way: RecordedItem.Direction?
        if byte(place) == 0x20 {
            switch byte(place + 1) {
            case 0x52: way = .received
            case 0x54: way = .sent
            default: return nil
            }
            place += 2
        }
        if byte(place) == 0x0D { place += 1 }
        guard byte(place) == 0x0A else { return nil }
        place += 1
        return (way, ())
    }
}

/// The time that was read last, as it stands in its line up to the point, and in seconds.
struct LastSecond {
    /// The first eight bytes, and the eight that begin with the fifth.
    var text: (UInt64, UInt64) = (0, 0)
    var seconds: Int64 = 0
}

/// Eight decimal digits, the first in the lowest byte.
private enum Digits8 {
    /// Their value; `nil` if one of them is no digit.
    @inline(__always)
    static func value(_ word: UInt64) -> Int64? {
        let nibbles = word ^ 0x3030_3030_3030_3030
        // A byte above 9 has a bit above the fourth, or gets one by adding 6.
        guard (nibbles | (nibbles &+ 0x0606_0606_0606_0606)) & 0xF0F0_F0F0_F0F0_F0F0 == 0 else { return nil }
        let pairs = (nibbles &* 10 &+ nibbles >> 8) & 0x00FF_00FF_00FF_00FF
        let fours = (pairs &* 100 &+ pairs >> 16) & 0x0000_FFFF_0000_FFFF
        return Int64((fours &* 10_000 &+ fours >> 32) & 0xFFFF_FFFF)
    }
}

/// Up to eight hexadecimal digits at the beginning of eight bytes, the first in the lowest byte.
private struct HexDigits {
    /// The top bit of each byte that is none.
    let others: UInt64
    /// Their values, one in each byte; those behind are anything.
    private let values: UInt64

    @inline(__always)
    init(_ word: UInt64) {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let tops: UInt64 = 0x8080_8080_8080_8080
        // Below 0x80 a byte plus (0x80 - n) reaches its top bit if it is n or more, and carries nothing over.
        let plain = word & ~tops
        let lower = plain | 0x20 &* ones
        let isDigit = (plain &+ 0x50 &* ones) & ~(plain &+ 0x46 &* ones)
        let isLetter = (lower &+ 0x1F &* ones) & ~(lower &+ 0x19 &* ones)
        others = (~(isDigit | isLetter) | word) & tops
        values = (word & (0x0F &* ones)) &+ ((isLetter & tops) >> 7) &* 9
    }

    /// How many there are before something else comes.
    @inline(__always)
    var count: Int { others.trailingZeroBitCount >> 3 }

    /// Their values, one in each byte; those behind are 0.
    @inline(__always)
    private var nibbles: UInt64 { values & (count == 8 ? .max : 1 &<< UInt64(8 &* count) &- 1) }

    /// The first three as a number.
    @inline(__always)
    var standardIdentifier: UInt64 { (nibbles & 0xF) << 8 | (nibbles >> 8 & 0xF) << 4 | nibbles >> 16 & 0xF }

    /// Pairs as bytes, the first lowest.
    @inline(__always)
    var packed: UInt32 { Self.packed(nibbles) }

    /// The same where all eight are digits.
    @inline(__always)
    var packedWhole: UInt32 { Self.packed(values) }

    @inline(__always)
    private static func packed(_ nibbles: UInt64) -> UInt32 {
        let pairs = (nibbles << 4 | nibbles >> 8) & 0x00FF_00FF_00FF_00FF
        let fours = (pairs | pairs >> 8) & 0x0000_FFFF_0000_FFFF
        return UInt32(truncatingIfNeeded: fours | fours >> 16)
    }
}
