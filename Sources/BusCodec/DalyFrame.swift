/// A frame of Daly's older protocol ("A5") on UART and RS485: thirteen bytes.
///
///     A5  party  data id  08  data (8 bytes, most significant first)  sum
///
/// The party of a request is the host: 0x40 a PC that asks board 1, 0x41 one that asks board 2 and so on, 0x80
/// Bluetooth, 0x20 GPRS. That of an answer is the board: 1, 2 and so on. The sum is that of the twelve bytes before it,
/// modulo 256.
///
/// What does not fit into eight bytes is answered in several frames; the first byte of their data counts them.
///
/// Source: vendor's protocol V1.2 (maland16/daly-bms-uart, docs); captures of mpp-solar agree.
public struct DalyFrame: Sendable, Equatable {
    /// Who speaks: a host, or a board.
    public var party: UInt8
    /// What is asked for or answered.
    public var id: UInt8
    /// The first byte of data: the number of the frame where frames are numbered.
    public var number: UInt8
    /// How many frames there are.
    public var frames = 1

    /// Length of a frame.
    public static let length = 13
    /// Where the data stand in a frame.
    public static let data = 4..<12

    private static let start: UInt8 = 0xA5
    private static let dataLength: UInt8 = 8
    private static let firstHost: UInt8 = 0x20

    /// Whether a host asks; otherwise a board answers.
    public var isRequest: Bool { party >= Self.firstHost }

    /// Finds a frame at the head of a stream.
    public static func scan(_ head: Span<UInt8>) -> ScanStep<DalyFrame> {
        guard head.count > 0 else { return .incomplete }
        guard head[0] == start, head.count < 4 || head[3] == dataLength else { return .noise(.noStart) }
        guard head.count >= length else { return .incomplete }
        guard head[length - 1] == Checksum.sum8(head.extracting(first: length - 1)) else {
            return .noise(.checksum)
        }
        return .item(DalyFrame(party: head[1], id: head[2], number: head[4]), length: length)
    }

    /// Finds frames of one answer that are numbered one after the other: as many as there are, up to `most`.
    ///
    /// How many a board sends is not said in them; unless there are `most`, the end is where something else follows,
    /// or a silence (`isLast`).
    public static func scanRun(
        _ head: Span<UInt8>, atMost most: Int, isLast: Bool
    ) -> ScanStep<DalyFrame> {
        guard case .item(var run, _) = scan(head) else { return scan(head) }
        while run.frames < most {
            let rest = head.extracting((run.frames * length)..<head.count)
            guard mayContinue(run, rest) else { break }
            switch scan(rest) {
            case .item: run.frames += 1
            case .incomplete where !isLast: return .incomplete
            case .incomplete, .noise: return .item(run, length: run.frames * length)
            }
        }
        return .item(run, length: run.frames * length)
    }

    /// Whether `rest`, as far as it has arrived, has the head of the frame that comes next in `run`.
    private static func mayContinue(_ run: DalyFrame, _ rest: Span<UInt8>) -> Bool {
        let next: [5 of UInt8] = [
            start, run.party, run.id, dataLength, run.number &+ UInt8(truncatingIfNeeded: run.frames),
        ]
        for index in 0..<min(rest.count, next.count) where rest[index] != next[index] { return false }
        return true
    }

    /// Writes a frame; data that are left out are 0.
    ///
    /// - Precondition: `data` has at most eight bytes.
    public static func encode<let size: Int>(
        party: UInt8, id: UInt8, data: Span<UInt8> = Span<UInt8>(), into buffer: inout ByteBuffer<size>
    ) {
        precondition(data.count <= Self.data.count)
        let first = buffer.count
        buffer.append(start)
        buffer.append(party)
        buffer.append(id)
        buffer.append(dataLength)
        buffer.append(data)
        buffer.append(zeros: Self.data.count - data.count)
        buffer.append(Checksum.sum8(buffer.bytes.extracting(first..<buffer.count)))
    }
}
