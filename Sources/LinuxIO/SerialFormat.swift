public import BatteryModel

/// How bytes go over a serial line: speed and the shape of a character.
public struct SerialFormat: Sendable, Equatable {
    /// Speed in bits per second; any rate the hardware can make.
    public var baud: Int
    /// Data bits per character, 5…8.
    public var dataBits: Int
    /// The check bit.
    public var parity: Parity
    /// Stop bits, 1 or 2.
    public var stopBits: Int

    /// The check bit of a character.
    public enum Parity: Character, Sendable {
        /// No check bit.
        case none = "N"
        /// The number of ones including the check bit is even.
        case even = "E"
        /// The number of ones including the check bit is odd.
        case odd = "O"
    }

    /// Makes a format; eight data bits, no parity and one stop bit unless told otherwise.
    public init(baud: Int, dataBits: Int = 8, parity: Parity = .none, stopBits: Int = 1) {
        precondition(
            baud > 0 && baud <= Int(UInt32.max) && (5...8).contains(dataBits) && (1...2).contains(stopBits))
        self.baud = baud
        self.dataBits = dataBits
        self.parity = parity
        self.stopBits = stopBits
    }

    /// Makes a format from a speed and a text such as `8N1` or `7e2`; nil if the text is none or the speed 0.
    public init?(baud: Int, shape: String) {
        let letters = Array(shape.uppercased())
        guard baud > 0, baud <= Int(UInt32.max), letters.count == 3,
            let parity = Parity(rawValue: letters[1]),
            let dataBits = letters[0].wholeNumberValue, (5...8).contains(dataBits),
            let stopBits = letters[2].wholeNumberValue, (1...2).contains(stopBits)
        else { return nil }
        self.init(baud: baud, dataBits: dataBits, parity: parity, stopBits: stopBits)
    }

    /// Bits a character takes on the wire, start and stop bits included.
    public var bitsPerCharacter: Int { 1 + dataBits + (parity == .none ? 0 : 1) + stopBits }

    /// The time a number of characters takes on the wire, rounded up.
    public func wireTime(characters: Int) -> Interval {
        let bits = Int64(characters) * Int64(bitsPerCharacter)
        return Interval(nanoseconds: (bits * 1_000_000_000 + Int64(baud) - 1) / Int64(baud))
    }
}

extension SerialFormat: CustomStringConvertible {
    /// The form installers write: `9600 8N1`.
    public var description: String { "\(baud) \(dataBits)\(parity.rawValue)\(stopBits)" }
}
