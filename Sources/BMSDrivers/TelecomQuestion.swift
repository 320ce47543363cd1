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

/// A question of a driver that speaks a member of the telecom family: which, and how often.
struct TelecomQuestion: Sendable {
    /// What the line sees of it.
    var poll: Poll
    /// CID2.
    var command: UInt8
    /// Whether its INFO is one byte, the address once more; otherwise it has none.
    var namesPack: Bool
    /// Bytes of INFO in its answer; `nil` where they depend on the pack.
    ///
    /// An answer does not say which question it answers, so a late one must be told by its shape.
    var length: ClosedRange<Int>?
    /// Where in its answer a text stands, if one does; for the same reason it must be one.
    var text: Range<Int>?

    /// Makes a question.
    init(
        _ poll: Poll, command: UInt8, namesPack: Bool, length: ClosedRange<Int>? = nil,
        text: Range<Int>? = nil
    ) {
        self.poll = poll
        self.command = command
        self.namesPack = namesPack
        self.length = length
        self.text = text
    }

    /// INFO that asks for all packs of a group at once.
    private static let everyPack: UInt8 = 0xFF
    private static let tellVersion: UInt8 = 0x4F
    private static let unknownCommand: UInt8 = 0x04
    private static let invalidData: UInt8 = 0x06
}

// MARK: - The host side

extension TelecomQuestion {
    /// Writes it to the pack at `address`.
    func write(to address: UInt8, in dialect: TelecomDialect, into buffer: inout RequestBuffer) {
        var info = ByteBuffer<1>()
        if namesPack { info.append(address) }
        TelecomFrame(
            version: dialect.version, address: address, deviceClass: dialect.deviceClass, code: command
        ).encode(info: info.bytes, into: &buffer)
    }

    /// Finds the next frame on a line whose driver asks `questions`.
    ///
    /// An answer does not say which question it answers. A question for all packs of a group is one whose answer is
    /// not read.
    static func scan<let count: Int>(
        _ head: Span<UInt8>, among questions: [count of TelecomQuestion], in dialect: TelecomDialect
    ) -> ScanStep<LineItem> {
        switch TelecomFrame.scan(head) {
        case .incomplete: .incomplete
        case .noise(let cause): .noise(cause)
        case .item(let frame, let length):
            .item(item(frame, head.extracting(first: length), questions, dialect), length: length)
        }
    }

    private static func item<let count: Int>(
        _ frame: TelecomFrame, _ characters: Span<UInt8>, _ questions: [count of TelecomQuestion],
        _ dialect: TelecomDialect
    ) -> LineItem {
        guard dialect.speaks(frame) else { return LineItem(.other, address: frame.address) }
        if frame.code == 0 { return LineItem(.answer, address: frame.address) }
        if let poll = index(of: frame.code, in: questions) {
            var info = ByteBuffer<1>()
            TelecomFrame.readInfo(of: characters, into: &info)
            let isForAll = info.count > 0 && info[0] == everyPack
            return LineItem(.request, address: frame.address, poll: isForAll ? nil : poll)
        }
        if dialect.refuses(frame.code) {
            return LineItem(.refusal, address: frame.address, code: frame.code)
        }
        return LineItem(.request, address: frame.address)
    }

    private static func index<let count: Int>(
        of command: UInt8, in questions: [count of TelecomQuestion]
    ) -> Int? {
        for index in questions.indices where questions[index].command == command { return index }
        return nil
    }

    /// Has `read` put the INFO of an answer into `reading`, all of it or nothing.
    ///
    /// - Throws: ``AnswerError`` if it is no such answer, or ``AnswerError/signal(_:)`` with what `read` throws.
    func decode(
        _ answer: Span<UInt8>, in dialect: TelecomDialect, _ now: Instant, _ reading: inout PackReading,
        read: (
            _ command: UInt8, _ info: Span<UInt8>, _ now: Instant, _ reading: inout PackReading
        ) throws(SignalError) -> Void
    ) throws(AnswerError) {
        guard case .item(let frame, let end) = TelecomFrame.scan(answer), frame.code == 0,
            dialect.speaks(frame)
        else { throw .wrongStructure }
        var info = ByteBuffer<256>()
        TelecomFrame.readInfo(of: answer.extracting(first: end), into: &info)
        let got = frame.infoCharacters / 2
        guard got == info.count, length?.contains(got) ?? true else {
            throw .wrongLength(needed: length?.lowerBound ?? info.count, got: got)
        }
        if let text, !Self.isText(info.bytes.extracting(text)) { throw .wrongStructure }
        var next = reading
        do throws(SignalError) {
            try read(command, info.bytes, now, &next)
        } catch {
            throw .signal(error)
        }
        reading = next
    }
}

extension TelecomQuestion {
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

// MARK: - The battery side

extension TelecomQuestion {
    /// Writes what a battery that knows `reading` answers to `request`; nothing if it is not asked, or does not know.
    ///
    /// `write` puts the INFO of an answer to `command` into its bytes and returns how many there are. The answer has
    /// VER of the question, as inverters expect it.
    static func answer<let count: Int>(
        _ request: Span<UInt8>, among questions: [count of TelecomQuestion], in dialect: TelecomDialect,
        _ addresses: ClosedRange<UInt8>, from reading: borrowing PackReading,
        into buffer: inout AnswerBuffer,
        write: (
            _ command: UInt8, _ address: UInt8, _ reading: borrowing PackReading,
            _ info: inout MutableSpan<UInt8>
        ) throws(SignalError) -> Int
    ) {
        guard case .item(var frame, let length) = TelecomFrame.scan(request),
            addresses.contains(frame.address)
        else { return }
        if let own = reading[.busAddress]?.value, own != Int32(frame.address) { return }
        let item = item(frame, request.extracting(first: length), questions, dialect)
        guard item.kind == .request else { return }
        let command = frame.code
        var info = InlineArray<160, UInt8>(repeating: 0)
        var bytes = info.mutableSpan
        var size = 0
        if item.poll != nil {
            do throws(SignalError) {
                size = try write(command, frame.address, reading, &bytes)
            } catch {
                return
            }
            frame.code = 0
        } else if dialect.tellsVersion, command == tellVersion {
            frame.code = 0
        } else {
            frame.code = index(of: command, in: questions) == nil ? unknownCommand : invalidData
        }
        frame.encode(info: info.span.extracting(first: size), into: &buffer)
    }
}
