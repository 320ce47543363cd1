import BatteryModel
import BusCodec

/// What the members of the telecom family put around their commands, see ``BusCodec/TelecomFrame``.
struct TelecomDialect: Sendable {
    /// VER of a question.
    var version: UInt8
    /// VER of frames that belong to the protocol.
    var versions: ClosedRange<UInt8>
    /// CID1 of all frames.
    var deviceClass: UInt8 = 0x46
    /// Return codes that refuse, besides 0x01 to 0x0F, which all members have in common.
    var refusals: ClosedRange<UInt8>?
    /// Whether 4F, "which version do you speak", is answered with a frame that has nothing but its VER.
    var tellsVersion = false

    /// Whether `frame` belongs to the protocol.
    func speaks(_ frame: TelecomFrame) -> Bool {
        versions.contains(frame.version) && frame.deviceClass == deviceClass
    }

    /// Whether `code` is a return code that refuses.
    func refuses(_ code: UInt8) -> Bool { (0x01...0x0F).contains(code) || refusals?.contains(code) ?? false }
}

/// What stands behind the cells and sensors of an answer, see ``TelecomLayout``.
struct TelecomFields: Sendable {
    /// How many bytes are known.
    var length: Int
    /// How many bytes there may be behind them.
    var tail = 0
    /// The number of further fields and the byte it stands in, where the protocol has one.
    ///
    /// Another number is another protocol.
    var number: (count: UInt8, byte: Int)?
}

/// What an answer of the telecom family looks like.
///
/// An answer does not say which question it answers, so a late one must be told by its shape.
enum TelecomShape: Sendable {
    /// The values of cells and sensors, and the fields behind them.
    case values(TelecomFields)
    /// A code for each cell and sensor, and the fields behind them, which begin with those of current and voltage.
    ///
    /// 01 and 02 are alarms of `level`; where `isTwoWay` the charge and the discharge current have codes of their own.
    case codes(TelecomFields, isTwoWay: Bool, AlarmLevel)
    /// No cells and no sensors: rows alone, in so many bytes, and where `text` stands there must be one.
    case rows(ClosedRange<Int>, text: Range<Int>? = nil)
}

/// A question of a driver that speaks a member of the telecom family: which, and how often.
struct TelecomQuestion: Sendable {
    /// What the line sees of it.
    var poll: Poll
    /// CID2; rows and alarm bits of the answer have it as their container.
    var command: UInt8
    /// Whether its INFO is one byte, the address once more; otherwise it has none.
    var namesPack: Bool
    /// What its answer looks like.
    var shape: TelecomShape

    /// Makes a question.
    init(_ poll: Poll, command: UInt8, namesPack: Bool, _ shape: TelecomShape) {
        self.poll = poll
        self.command = command
        self.namesPack = namesPack
        self.shape = shape
    }

    /// Writes it to the pack at `address`.
    func write(to address: UInt8, in dialect: TelecomDialect, into buffer: inout RequestBuffer) {
        var info = ByteBuffer<1>()
        if namesPack { info.append(address) }
        TelecomFrame(
            version: dialect.version, address: address, deviceClass: dialect.deviceClass, code: command
        ).encode(info: info.bytes, into: &buffer)
    }

    /// Checks that INFO of `got` bytes, of which `info` have been kept, can be an answer to it.
    ///
    /// - Throws: ``AnswerError`` if its length or what should be a text says that it is not.
    func check(_ info: Span<UInt8>, of got: Int) throws(AnswerError) {
        guard case .rows(let length, let text) = shape else {
            if got != info.count { throw .wrongLength(needed: info.count, got: got) }
            return
        }
        guard got == info.count, length.contains(got) else {
            throw .wrongLength(needed: length.lowerBound, got: got)
        }
        if let text, !Self.isText(info.extracting(text)) { throw .wrongStructure }
    }

    /// Whether `bytes` are printable characters, filled up with zeros or spaces.
    private static func isText(_ bytes: Span<UInt8>) -> Bool {
        var isFilling = false
        for index in bytes.indices {
            if bytes[index] == 0 {
                isFilling = true
            } else if !(0x20...0x7E).contains(bytes[index]) || isFilling && bytes[index] != 0x20 {
                return false
            }
        }
        return true
    }
}
