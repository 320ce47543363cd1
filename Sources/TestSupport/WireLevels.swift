/// The levels of a serial line over time, and what a UART makes of them.
///
/// For wires that are swapped and speeds that differ: a byte is a start bit of 0, eight bits with the lowest first, and
/// a stop bit of 1, as levels of sixteen samples each; the UART samples where a real one does, in the middle of a bit.
public struct WireLevels: Sendable {
    /// How a UART goes on after a character whose stop bit is 0.
    public enum Resync: Sendable, CaseIterable {
        /// It waits until the line is 1.
        case waitsForIdle
        /// It takes the wrong stop bit for the start bit of the next character, as a 16550 does; after a break it waits.
        case takesStopForStart
    }

    /// What a UART has received.
    public struct Received: Sendable, Equatable {
        /// The characters, those with a wrong stop bit included.
        public var bytes: [UInt8] = []
        /// Characters with a wrong stop bit, breaks included.
        public var framingErrors = 0
        /// Characters of nothing but 0.
        public var breaks = 0

        /// Makes what was received, without errors.
        public init(bytes: [UInt8] = []) { self.bytes = bytes }
    }

    private static let samplesOfBit = 16
    private let baud: Int32
    private var levels: [Bool] = []

    /// A line on which nothing was sent yet.
    public init(baud: Int32) { self.baud = baud }

    /// Lets the line rest for so many bits.
    public mutating func rest(bits: Int) { add(true, bits: bits) }

    /// Sends bytes without a pause between them; with a parity bit if `makesOdd` says whether the ones shall be odd.
    public mutating func send(_ bytes: [UInt8], parity makesOdd: Bool? = nil) {
        for byte in bytes {
            add(false)
            for bit in 0..<8 { add(byte >> UInt8(bit) & 1 == 1) }
            if let makesOdd { add((byte.nonzeroBitCount & 1 == 1) != makesOdd) }
            add(true)
        }
    }

    /// The same with A and B swapped.
    public var swapped: WireLevels {
        var other = self
        other.levels = levels.map { !$0 }
        return other
    }

    /// What a UART at `baud` receives; before the first level it has seen 1.
    public func received(at baud: Int32? = nil, _ resync: Resync = .waitsForIdle) -> Received {
        let bit = Double(Self.samplesOfBit) * Double(self.baud) / Double(baud ?? self.baud)
        var received = Received()
        var (place, before) = (0, true)
        while place < levels.count {
            guard before, !levels[place] else {
                before = levels[place]
                place += 1
                continue
            }
            var start: Double? = Double(place)
            while let edge = start {
                start = nil
                guard let (byte, stop) = character(from: edge, bit) else { return received }
                guard !isFalseStart(edge, bit) else {
                    (place, before) = (Int(edge) + 1, false)
                    break
                }
                (place, before) = (Int(edge + 9.5 * bit), stop)
                received.bytes.append(byte)
                guard !stop else { break }
                received.framingErrors += 1
                if byte == 0 { received.breaks += 1 }
                if resync == .takesStopForStart, byte != 0 { start = edge + 9 * bit }
            }
        }
        return received
    }

    private mutating func add(_ level: Bool, bits: Int = 1) {
        levels += Array(repeating: level, count: bits * Self.samplesOfBit)
    }

    private func isFalseStart(_ edge: Double, _ bit: Double) -> Bool { levels[Int(edge + bit / 2)] }

    /// The eight bits behind the start bit at `edge`, and the level of the stop bit; `nil` if the recording ends before.
    private func character(from edge: Double, _ bit: Double) -> (byte: UInt8, stop: Bool)? {
        guard Int(edge + 9.5 * bit) < levels.count else { return nil }
        var byte: UInt8 = 0
        for number in 0..<8 where levels[Int(edge + (1.5 + Double(number)) * bit)] {
            byte |= 1 << UInt8(number)
        }
        return (byte, levels[Int(edge + 9.5 * bit)])
    }
}
