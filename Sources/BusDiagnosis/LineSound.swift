/// What a UART makes of bytes that were sent otherwise than it listens: at another rate, with a parity bit, or with A and
/// B swapped.
///
/// A line carries levels, and a UART looks at them where its own rate tells it to. So what it hears of known bytes follows
/// from the bytes, and need not be guessed.
public struct LineSound: Sendable, Equatable {
    /// What stands behind the eight bits of a character.
    public enum Parity: UInt8, Sendable {
        /// The stop bit.
        case none
        /// A bit that makes the number of ones even.
        case even
        /// A bit that makes the number of ones odd.
        case odd
    }

    /// The rate at which the bytes are sent, and the one at which is listened, in baud.
    public var sentRate: Int32, heardRate: Int32
    /// The parity with which they are sent; the listener expects none.
    public var parity: Parity
    /// Whether A and B are swapped, which turns every level round.
    public var isSwapped: Bool
    /// Whether the listener takes a stop bit that is missing for the start bit of the next character; others wait until
    /// the line is 1.
    public var takesStopForStart: Bool

    /// Makes a sound.
    public init(
        sentRate: Int32, heardRate: Int32, parity: Parity = .none, isSwapped: Bool = false,
        takesStopForStart: Bool = false
    ) {
        self.sentRate = sentRate
        self.heardRate = heardRate
        self.parity = parity
        self.isSwapped = isSwapped
        self.takesStopForStart = takesStopForStart
    }

    /// What is heard of `bytes`, with the line at rest before and behind them.
    public func heard(_ bytes: [UInt8]) -> [UInt8] {
        let levels = levels(of: bytes)
        // Places on the line, counted so that half a bit of either side is a whole number.
        let (bit, unit) = (Int64(sentRate) * 2, Int64(heardRate) * 2)
        var sound: [UInt8] = []
        var place = 1
        while let edge = levels.indices.dropFirst(place).first(where: { levels[$0 - 1] && !levels[$0] }) {
            var start = Int64(edge) * unit
            var goesOn = !level(levels, (start + bit / 2) / unit)
            place = edge + 1
            while goesOn {
                var byte: UInt8 = 0
                for number in 0..<8 where level(levels, (start + bit * Int64(3 + 2 * number) / 2) / unit) {
                    byte |= 1 << UInt8(number)
                }
                sound.append(byte)
                let stop = (start + bit * 19 / 2) / unit
                place = max(place, Int(stop) + 1)
                goesOn = takesStopForStart && byte != 0 && !level(levels, stop) && stop < levels.count
                start += bit * 9
            }
        }
        return sound
    }

    /// The levels of the line, one for each bit that is sent, and one before them.
    private func levels(of bytes: [UInt8]) -> [Bool] {
        var levels = [!isSwapped]
        for byte in bytes {
            levels.append(isSwapped)
            for bit in 0..<8 { levels.append((byte >> UInt8(bit) & 1 == 1) != isSwapped) }
            if parity != .none {
                let isOdd = byte.nonzeroBitCount & 1 == 1
                levels.append((isOdd == (parity == .even)) != isSwapped)
            }
            levels.append(!isSwapped)
        }
        return levels
    }

    /// Behind the end the line is at rest.
    private func level(_ levels: [Bool], _ place: Int64) -> Bool {
        place < levels.count ? levels[Int(place)] : !isSwapped
    }
}
