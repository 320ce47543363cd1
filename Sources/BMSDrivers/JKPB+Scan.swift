import BatteryModel
import BusCodec

extension JKPB {
    /// Finds a record, with its acknowledgement, or a Modbus frame at the head of the line.
    ///
    /// Only addresses 0…15 are taken, so that noise seldom looks like the beginning of a frame.
    static func scan(_ head: Span<UInt8>, listening: Bool, isLast: Bool) -> ScanStep<LineItem> {
        if head[0] == 0x55 { return scanRecord(head, isLast: isLast) }
        guard head[0] <= 15 else { return .noise(.noStart) }
        guard head.count >= 2 else { return .incomplete }
        guard head[1] != ModbusRTU.Function.readInput.rawValue,
            head[1] != ModbusRTU.Function.writeOne.rawValue
        else { return .noise(.noStart) }
        return (listening ? ModbusRTU.scanAny(head) : ModbusRTU.scanAnswer(head)).map(item)
    }

    /// What a Modbus frame is.
    ///
    /// An answer does not say which registers it carries. A write to anything but a trigger is another master's
    /// request like any other, so that its answer is not taken for one to an older question.
    private static func item(_ frame: ModbusRTU.Frame) -> LineItem {
        switch frame.kind {
        case .readRequest(let register, let count):
            LineItem(
                .request, address: frame.address, poll: JKPoll.index(register: register, count: count))
        case .writeRequest(let register, let count):
            LineItem(
                .request, address: frame.address,
                poll: count == 1 ? JKTrigger(rawValue: register).flatMap(JKPoll.index) : nil)
        case .readAnswer:
            LineItem(.answer, address: frame.address)
        case .writeAnswer:
            LineItem(.other, address: frame.address)
        case .exception(let code):
            LineItem(.refusal, address: frame.address, code: code)
        }
    }

    private static func scanRecord(_ head: Span<UInt8>, isLast: Bool) -> ScanStep<LineItem> {
        switch JK55AA.scan(head) {
        case .incomplete: return .incomplete
        case .noise(let cause): return .noise(cause)
        case .item(let kind, let length):
            switch acknowledgement(in: head.extracting(length..<head.count), of: kind) {
            case .found(let address, let end):
                return .item(item(kind, address: address), length: length + end)
            case .undecided where !isLast:
                return .incomplete
            case .undecided, .absent:
                return .item(item(kind, address: nil), length: length)
            }
        }
    }

    private static func item(_ kind: JK55AA.Kind, address: UInt8?) -> LineItem {
        switch kind {
        case .status: LineItem(.answer, address: address, poll: JKPoll.index(of: .status))
        case .settings: LineItem(.answer, address: address, poll: JKPoll.index(of: .settings))
        case .about: LineItem(.answer, address: address, poll: JKPoll.index(of: .about))
        case .logBook, .detailLog: LineItem(.other, address: address)
        }
    }

    /// Whether a record is followed by its acknowledgement.
    private enum Acknowledgement {
        /// It is; `end` counts from the end of the record.
        case found(address: UInt8, end: Int)
        /// More bytes will tell.
        case undecided
        /// It is not.
        case absent
    }

    /// Looks for `aa 10 16 rr 00 01 crc crc` behind a record.
    ///
    /// Up to two zero bytes may stand between; some adapters insert them. As the acknowledgement of address 0
    /// begins with zero as well, each place is tried in turn.
    private static func acknowledgement(in tail: Span<UInt8>, of kind: JK55AA.Kind) -> Acknowledgement {
        for zeros in 0...2 {
            if zeros > 0, tail[zeros - 1] != 0 { return .absent }
            switch acknowledgement(at: zeros, in: tail, of: kind) {
            case .found(let address, let end): return .found(address: address, end: end)
            case .undecided: return .undecided
            case .absent: continue
            }
        }
        return .absent
    }

    /// - Precondition: `tail` has at least `start` bytes.
    private static func acknowledgement(
        at start: Int, in tail: Span<UInt8>, of kind: JK55AA.Kind
    ) -> Acknowledgement {
        guard start < tail.count else { return .undecided }
        guard tail[start] <= 15 else { return .absent }
        var expected = ByteBuffer<8>()
        ModbusRTU.encodeWriteAnswer(
            address: tail[start], register: register(of: kind), count: 1, into: &expected)
        let end = min(start + expected.count, tail.count)
        for index in start..<end where tail[index] != expected.bytes[index - start] { return .absent }
        return end - start == expected.count ? .found(address: tail[start], end: end) : .undecided
    }

    /// The register whose write makes a pack send a record of `kind`.
    private static func register(of kind: JK55AA.Kind) -> UInt16 {
        switch kind {
        case .about: JKTrigger.about.rawValue
        case .settings: JKTrigger.settings.rawValue
        case .status: JKTrigger.status.rawValue
        case .detailLog: 0x1622
        case .logBook: 0x1624
        }
    }
}
