import BatteryModel
import BusCodec

/// A question of a driver that reads Modbus registers or bits: which, and how often.
struct RegisterQuestion: Sendable {
    /// What the line sees of it.
    var poll: Poll
    /// Function 3 or 4; 1 or 2 for bits.
    var function: ModbusRTU.Function
    /// The first register or bit; rows of the answer have it as their ``SignalRow/container``.
    var register: UInt16
    /// How many registers or bits.
    var count: UInt16

    /// How many bytes answer it.
    var byteCount: Int { function.readsBits ? (Int(count) + 7) / 8 : 2 * Int(count) }

    /// Makes a question.
    init(_ poll: Poll, _ function: ModbusRTU.Function = .readHolding, register: UInt16, count: UInt16) {
        self.poll = poll
        self.function = function
        self.register = register
        self.count = count
    }

    /// Writes it to the pack at `address`.
    func write(to address: UInt8, into buffer: inout RequestBuffer) {
        ModbusRTU.encodeRead(function, address: address, register: register, count: count, into: &buffer)
    }

    /// The place of the registers or bits in an answer to it.
    ///
    /// - Throws: ``AnswerError`` if it is not such an answer, or not as long as was asked for.
    func data(in answer: Span<UInt8>) throws(AnswerError) -> Range<Int> {
        guard
            case .item(let frame, _) = ModbusRTU.scan(
                answer, accepting: .answers, bits: function.readsBits),
            frame.function == function, case .readAnswer(let got) = frame.kind
        else { throw .wrongStructure }
        guard got == byteCount else { throw .wrongLength(needed: byteCount, got: got) }
        return 3..<3 + byteCount
    }

    /// What a Modbus frame is on a line whose driver asks `questions`.
    ///
    /// An answer does not say which registers it carries.
    static func item<let count: Int>(
        _ frame: ModbusRTU.Frame, among questions: [count of RegisterQuestion]
    ) -> LineItem {
        switch frame.kind {
        case .readRequest(let register, let registers):
            LineItem(
                .request, address: frame.address,
                poll: index(of: frame.function, register, registers, in: questions))
        case .writeRequest: LineItem(.request, address: frame.address)
        case .readAnswer: LineItem(.answer, address: frame.address)
        case .writeAnswer: LineItem(.other, address: frame.address)
        case .exception(let code): LineItem(.refusal, address: frame.address, code: code)
        }
    }

    /// Which of `questions` a request asks; `nil` if none.
    static func index<let count: Int>(
        of function: ModbusRTU.Function, _ register: UInt16, _ registers: UInt16,
        in questions: [count of RegisterQuestion]
    ) -> Int? {
        for index in questions.indices
        where questions[index].function == function && questions[index].register == register
            && questions[index].count == registers
        {
            return index
        }
        return nil
    }
}
