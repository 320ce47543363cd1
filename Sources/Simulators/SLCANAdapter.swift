public import BusCodec

/// The adapter side of SLCAN: takes commands, answers them, and passes frames between its host and a CAN bus.
///
/// A value without descriptor. Understands `S0`…`S8`, `O`, `L`, `C`, `t`, `T`, `r`, `R`, `F`, `V`, `N`, `X` and
/// `Z0`; everything else is refused. An empty line is not answered. Source: LAWICEL CAN232 manual version 3
/// (February 2010), chapter "Available CAN232 ASCII commands".
public struct SLCANAdapter: Sendable {
    /// What happened so far.
    public struct Statistics: Sendable, Hashable {
        /// Frames from the host to the bus.
        public var framesOut: UInt64 = 0
        /// Frames from the bus to the host.
        public var framesIn: UInt64 = 0
        /// Commands that were carried out.
        public var commands: UInt64 = 0
        /// Commands that were refused.
        public var refused: UInt64 = 0
        /// Frames lost because the channel was closed or its bit rate wrong.
        public var lost: UInt64 = 0

        /// Nothing happened.
        public init() {}
    }

    /// What a byte from the host completed.
    public struct Step: Sendable, Equatable {
        /// The answer to the host, CR or BEL included.
        public var reply: [UInt8]
        /// The frame to put on the bus.
        public var frame: CANFrame?
    }

    /// The bit rate of the bus.
    public let busKilobits: Int32
    /// The bit rate the host has chosen; `nil` if none yet.
    public private(set) var channelKilobits: Int32?
    /// Whether the host has opened the channel.
    public private(set) var isOpen = false
    /// What happened so far.
    public private(set) var statistics = Statistics()

    private var isListenOnly = false
    private var line: [UInt8] = []
    private var isOverlong = false

    /// Makes an adapter with a closed channel.
    ///
    /// - Parameter busKilobits: The bit rate of the bus; at another one nothing is heard.
    public init(busKilobits: Int32 = 500) { self.busKilobits = busKilobits }

    /// Takes the next byte from the host.
    ///
    /// - Returns: What it completed; `nil` within a line.
    public mutating func receive(_ byte: UInt8) -> Step? {
        guard byte == Self.carriageReturn else {
            // Some hosts end their lines with CR LF.
            if byte == 0x0A, line.isEmpty { return nil }
            if line.count < Self.longestLine { line.append(byte) } else { isOverlong = true }
            return nil
        }
        defer {
            line.removeAll(keepingCapacity: true)
            isOverlong = false
        }
        guard let command = line.first else { return nil }
        let step = isOverlong ? nil : obey(command)
        guard let step else {
            statistics.refused += 1
            return Step(reply: [Self.bell], frame: nil)
        }
        statistics.commands += 1
        return step
    }

    /// The line for the host that says what was heard on the bus; `nil` if the host cannot hear it.
    public mutating func heard(_ frame: CANFrame) -> [UInt8]? {
        guard isOnBus, let line = SLCAN.encode(frame) else {
            statistics.lost += 1
            return nil
        }
        statistics.framesIn += 1
        return line.bytes.indices.map { line.bytes[$0] }
    }

    /// Whether the channel is open at the bit rate of the bus.
    public var isOnBus: Bool { isOpen && channelKilobits == busKilobits }

    private static let carriageReturn: UInt8 = 0x0D
    private static let bell: UInt8 = 0x07
    /// `T`, eight digits of identifier, length, sixteen digits of bytes.
    private static let longestLine = 26
    private static let kilobits: [Int32] = [10, 20, 50, 100, 125, 250, 500, 800, 1_000]
}

extension SLCANAdapter {
    /// Carries a command out; `nil` if it is refused.
    private mutating func obey(_ command: UInt8) -> Step? {
        switch command {
        case UInt8(ascii: "t"), UInt8(ascii: "r"): return transmit(reply: "z\r")
        case UInt8(ascii: "T"), UInt8(ascii: "R"): return transmit(reply: "Z\r")
        case UInt8(ascii: "S"):
            guard !isOpen, line.count == 2, (0x30...0x38).contains(line[1]) else { return nil }
            channelKilobits = Self.kilobits[Int(line[1] - 0x30)]
            return Self.reply("\r")
        case UInt8(ascii: "O"), UInt8(ascii: "L"):
            guard !isOpen, line.count == 1, channelKilobits != nil else { return nil }
            isOpen = true
            isListenOnly = command == UInt8(ascii: "L")
            return Self.reply("\r")
        case UInt8(ascii: "C"):
            guard isOpen, line.count == 1 else { return nil }
            isOpen = false
            return Self.reply("\r")
        case UInt8(ascii: "F"):
            guard isOpen, line.count == 1 else { return nil }
            // At the wrong bit rate every frame is an error on the wire.
            return Self.reply(isOnBus ? "F00\r" : "FA4\r")
        case UInt8(ascii: "V"): return line.count == 1 ? Self.reply("V1013\r") : nil
        case UInt8(ascii: "N"): return line.count == 1 ? Self.reply("NSIM1\r") : nil
        case UInt8(ascii: "X"): return line.count == 2 ? Self.reply("\r") : nil
        case UInt8(ascii: "Z"): return line == Array("Z0".utf8) ? Self.reply("\r") : nil
        default: return nil
        }
    }

    private mutating func transmit(reply: String) -> Step? {
        guard isOpen, !isListenOnly else { return nil }
        var scanner = SLCANScanner()
        for byte in line { _ = scanner.receive(byte) }
        guard case .frame(let frame, nil) = scanner.receive(Self.carriageReturn) else { return nil }
        guard isOnBus else {
            statistics.lost += 1
            return Self.reply(reply)
        }
        statistics.framesOut += 1
        return Step(reply: Array(reply.utf8), frame: frame)
    }

    private static func reply(_ text: String) -> Step { Step(reply: Array(text.utf8), frame: nil) }
}
