public import BMSDrivers
public import BatteryModel
import BusCodec

/// The battery side of a line of packs: hears requests and answers for every pack that is on it, or says for each
/// what it says by itself.
///
/// A value without clock or descriptor. Whoever owns the wire hands it what arrives and sends, when it is due, what
/// ``next(at:)`` gives. Answers follow one another: two masters that ask at once do not make them collide.
public struct SimulatedLine: Sendable {
    /// How fast the line and the packs are.
    public struct Timing: Sendable, Hashable {
        /// Time between the end of a request and the beginning of its answer.
        public var turnaround: Interval
        /// The speed at which bytes are handed over; `nil` hands them over at once.
        ///
        /// For wires that have no speed of their own: on a real serial port it would count twice.
        public var baud: Int32?

        /// Makes a timing; that of a JK-PB unless told otherwise.
        public init(turnaround: Interval = .milliseconds(30), baud: Int32? = 115_200) {
            self.turnaround = turnaround
            self.baud = baud
        }

        /// No waiting at all.
        public static let immediate = Timing(turnaround: .zero, baud: nil)

        /// Time that a number of characters of ten bits takes.
        func wireTime(characters: Int) -> Interval {
            guard let baud else { return .zero }
            return Interval(nanoseconds: Int64(characters) * 10_000_000_000 / Int64(baud))
        }
    }

    /// What happened on the line.
    public struct Statistics: Sendable, Hashable {
        /// Requests heard.
        public var requests: UInt64 = 0
        /// Answers given.
        public var answers: UInt64 = 0
        /// Requests for an address that no pack here has.
        public var ignored: UInt64 = 0
        /// Requests that the pack asked did not answer.
        public var unanswered: UInt64 = 0
        /// Bytes that belong to no request.
        public var noiseBytes: UInt64 = 0

        /// Nothing happened.
        public init() {}
    }

    /// The protocol spoken.
    public let driver: BMSDriver
    /// How fast the line and the packs are.
    public var timing: Timing
    /// What happened so far.
    public private(set) var statistics = Statistics()

    private var scanner = StreamScanner<1024>()
    private var lastByteAt: Instant
    private var wireFreeAt: Instant
    private var pieces: [Piece] = []
    /// When each of the things that packs say by themselves is said next.
    private var broadcasts: [Broadcast] = []
    private var random: RandomSequence

    /// A part of an answer and when its last byte has crossed the wire.
    private struct Piece {
        var due: Instant
        var bytes: [UInt8]
    }

    private struct Broadcast {
        var poll: Int
        var period: Interval
        var due: Instant
    }

    /// Makes a line.
    ///
    /// - Parameters:
    ///   - driver: The protocol.
    ///   - timing: How fast line and packs are.
    ///   - seed: Decides what noise looks like.
    ///   - now: The time now.
    public init(_ driver: BMSDriver, timing: Timing = Timing(), seed: UInt64 = 1, at now: Instant) {
        self.driver = driver
        self.timing = timing
        random = RandomSequence(seed: seed)
        lastByteAt = now
        wireFreeAt = now
        broadcasts = (0..<driver.pollCount).compactMap { poll in
            driver.poll(poll).period.map { Broadcast(poll: poll, period: $0, due: now) }
        }
    }

    /// Has what `packs` say by themselves ready, as far as it is due; nothing for packs that are asked.
    public mutating func broadcast(at now: Instant, packs: [SimulatedPack]) {
        for index in broadcasts.indices where broadcasts[index].due <= now {
            for pack in packs { say(broadcasts[index].poll, of: pack, at: now) }
            broadcasts[index].due = max(broadcasts[index].due + broadcasts[index].period, now)
        }
    }

    /// Settings that were written since ``takeWrites()`` was called last: whoever owns the packs applies them.
    private var writes: [Write] = []

    /// A setting that a pack was told to take.
    public struct Write: Sendable, Hashable {
        /// The address of the pack.
        public var address: UInt8
        /// What is set.
        public var field: PackField
        /// The value, in the unit of the field.
        public var value: Int32
    }

    /// Hands over what was written, once.
    public mutating func takeWrites() -> [Write] {
        defer { writes = [] }
        return writes
    }

    /// Takes bytes that have arrived, and has the answers of `packs` ready.
    public mutating func received(_ bytes: Span<UInt8>, at now: Instant, packs: [SimulatedPack]) {
        if now - lastByteAt >= driver.sheet.timing.gap { hearSilence(at: now, packs: packs) }
        lastByteAt = now
        hear(at: now, packs: packs) { (scanner, grammar, handle) in
            scanner.received(bytes, grammar: grammar, handle: handle)
        }
    }

    /// When the next piece of an answer, or the next thing to say, is due; `nil` if none waits.
    public var nextDue: Instant? {
        let said = broadcasts.map(\.due).min()
        guard let piece = pieces.first?.due else { return said }
        return said.map { min($0, piece) } ?? piece
    }

    /// A piece of an answer to send now; `nil` if none is due.
    public mutating func next(at now: Instant) -> [UInt8]? {
        guard let first = pieces.first, first.due <= now else { return nil }
        return pieces.removeFirst().bytes
    }

    /// Bytes handed over together: those of ten milliseconds, as an adapter does, and at most so many.
    private static let mostPieceBytes = 64
    /// Pieces that may wait; more would be answers nobody waits for any more.
    private static let maximumPieces = 64
    /// The same for what packs say by themselves: sixteen packs have this much to say at once.
    private static let mostBroadcastPieces = 256
}

extension SimulatedLine {
    private mutating func hearSilence(at now: Instant, packs: [SimulatedPack]) {
        hear(at: now, packs: packs) { (scanner, grammar, handle) in
            scanner.silence(grammar: grammar, handle: handle)
        }
    }

    /// The scanner is moved out while its items are handled, because handling them changes the rest of the line.
    private mutating func hear(
        at now: Instant, packs: [SimulatedPack],
        _ feed: (
            inout StreamScanner<1024>, (Span<UInt8>, Bool) -> ScanStep<LineItem>,
            (Span<UInt8>, LineItem) -> Void
        ) -> Void
    ) {
        var moved = scanner
        let driver = driver
        feed(
            &moved, { (head, isLast) in driver.scan(head, true, isLast) },
            { (bytes, item) in
                if item.kind == .request { take(bytes, item, at: now, packs: packs) }
            })
        scanner = moved
        statistics.noiseBytes = scanner.noise.total
    }

    private mutating func take(
        _ request: Span<UInt8>, _ item: LineItem, at now: Instant, packs: [SimulatedPack]
    ) {
        statistics.requests += 1
        guard let address = item.address, let pack = packs.first(where: { $0.address == address }) else {
            statistics.ignored += 1
            return
        }
        var answer = AnswerBuffer()
        guard !takeWrite(request, by: pack, at: now, into: &answer) else {
            return say(answer, of: pack, to: request, at: now)
        }
        answerOf(pack, to: request, poll: item.poll, at: now, into: &answer)
        say(answer, of: pack, to: request, at: now)
    }

    private mutating func say(
        _ answer: AnswerBuffer, of pack: SimulatedPack, to request: Span<UInt8>, at now: Instant
    ) {
        guard answer.count > 0, pieces.count < Self.maximumPieces, !isLost(pack.answerFaults) else {
            statistics.unanswered += 1
            return
        }
        statistics.answers += 1
        let faults = pack.answerFaults
        if driver.sheet.wire == .can {
            let due = now + timing.turnaround + faults.lateBy
            pieces.append(Piece(due: due, bytes: answer.bytes.indices.map { answer.bytes[$0] }))
            return
        }
        var bytes = (0..<faults.noiseBytes).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        for index in answer.bytes.indices { bytes.append(answer.bytes[index]) }
        if faults.hasBadChecksum { bytes[faults.noiseBytes + answer.count / 2] ^= 0x10 }
        let heard = now + timing.wireTime(characters: request.count)
        send(bytes, from: heard + timing.turnaround + faults.lateBy)
        if faults.answersTwice { send(bytes, from: wireFreeAt) }
    }

    /// Takes a request that writes a setting; returns whether it was one.
    private mutating func takeWrite(
        _ request: Span<UInt8>, by pack: SimulatedPack, at now: Instant, into answer: inout AnswerBuffer
    ) -> Bool {
        guard !pack.answerFaults.isSilent, pack.answerFaults.refusesWith == nil,
            case .setting(let field, let value) = driver.settings.heard(request)
        else { return false }
        switch pack.answerFaults.writeFault {
        case .refuses(let code):
            ModbusRTU.encodeException(
                ModbusRTU.Function.writeMany.rawValue, address: pack.address, code: code, into: &answer)
            return true
        case .ignores: return true
        case .losesConfirmation: break
        case .forgets, nil: driver.answer(request, pack.reading(at: now), &answer)
        }
        if pack.answerFaults.writeFault != .forgets {
            writes.append(Write(address: pack.address, field: field, value: value))
        }
        return true
    }

    /// Whether the controllers of a CAN bus drop what a pack says: what is damaged on it reaches nobody.
    private func isLost(_ faults: AnswerFaults) -> Bool { driver.sheet.wire == .can && faults.hasBadChecksum }

    /// Says one of the things that a pack says by itself.
    private mutating func say(_ poll: Int, of pack: SimulatedPack, at now: Instant) {
        var (question, message) = (RequestBuffer(), AnswerBuffer())
        driver.request(poll, pack.address, &question)
        answerOf(pack, to: question.bytes, poll: poll, at: now, into: &message)
        guard message.count > 0, pieces.count < Self.mostBroadcastPieces, !isLost(pack.answerFaults) else {
            return
        }
        statistics.answers += 1
        let due = now + pack.answerFaults.lateBy
        pieces.append(Piece(due: due, bytes: message.bytes.indices.map { message.bytes[$0] }))
    }

    /// Writes what a pack answers, misbehaving as it is told to; nothing if it is silent.
    private func answerOf(
        _ pack: SimulatedPack, to request: Span<UInt8>, poll: Int?, at now: Instant,
        into answer: inout AnswerBuffer
    ) {
        guard !pack.answerFaults.isSilent else { return }
        if let code = pack.answerFaults.refusesWith {
            guard case .item(let frame, _) = ModbusRTU.scanRequest(request) else { return }
            ModbusRTU.encodeException(
                frame.function.rawValue, address: frame.address, code: code, into: &answer)
            return
        }
        var reading = pack.reading(at: now)
        guard let other = pack.answerFaults.answersAs, let poll else {
            driver.answer(request, reading, &answer)
            return
        }
        reading[.busAddress] = Reading(Int32(other), at: now)
        var question = RequestBuffer()
        driver.request(poll, other, &question)
        driver.answer(question.bytes, reading, &answer)
    }

    private mutating func send(_ bytes: [UInt8], from wanted: Instant) {
        let start = max(wanted, wireFreeAt)
        let step = timing.baud.map { min(max(Int($0) / 1_000, 1), Self.mostPieceBytes) } ?? bytes.count
        for first in stride(from: 0, to: bytes.count, by: step) {
            let end = min(first + step, bytes.count)
            wireFreeAt = start + timing.wireTime(characters: end)
            pieces.append(Piece(due: wireFreeAt, bytes: Array(bytes[first..<end])))
        }
    }
}
