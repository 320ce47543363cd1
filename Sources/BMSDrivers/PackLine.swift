public import BatteryModel
public import BusCodec

/// One serial line with up to sixteen packs: asks them in turn, or listens to a master that does.
///
/// A value without clock or descriptor. Whoever owns the line feeds it bytes and calls ``step(at:)`` until it says
/// to wait.
public struct PackLine: Sendable {
    /// The most packs on a line.
    public static let maximumPacks = 16

    /// What the line wants done.
    public enum Step: Sendable, Equatable {
        /// Send ``PackLine/outgoing``, then call ``PackLine/sent(at:)``.
        case send
        /// Nothing before this instant, unless bytes arrive.
        case wait(until: Instant)
    }

    /// Whether another master asks and this side only listens; then all packs of the line have one driver.
    public let isListening: Bool
    /// Number of packs.
    public var count: Int { rota.count }
    /// The request to send.
    public internal(set) var outgoing = RequestBuffer()
    /// The longest time between two readings of a pack that answers; `nil` while nobody has answered twice.
    public private(set) var cycle: Interval?
    /// Answers of packs that are not configured, and answers nobody asked for.
    public internal(set) var unexpectedAnswers: UInt64 = 0

    /// A setting that is being written; `nil` if none is.
    var writing: SettingWrite?

    /// The packs, ``count`` of them.
    public internal(set) var slots: InlineArray<16, PackSlot?> = InlineArray(repeating: nil)
    /// What is looked at all the time, apart from the slots: to look at a slot is to copy it, reading and all.
    private(set) var rota: Rota
    /// The pack that was asked last: what arrives is read in its protocol, and with its silences.
    private var speaker = 0
    /// The silence after which an unfinished item of ``speaker`` will not be finished.
    private var gap = Interval.zero
    /// The quiet time that ``speaker`` wants behind it.
    private var spacing = Interval.zero
    private var scanner = StreamScanner<1024>()
    private var lastByteAt: Instant
    var quietSince: Instant
    var transaction: Transaction?
    var heardRequest: Transaction?

    struct Transaction {
        var address: UInt8
        var slot: Int
        var poll: Int?
        var sentAt: Instant
        var deadline: Instant
        /// Whether it writes a setting; then there is no question.
        var isWrite = false
        /// See ``PackSlot/runLength(_:)``.
        var runLength: Int?
    }

    /// A line without packs.
    public init(isListening: Bool = false, at now: Instant) {
        self.isListening = isListening
        lastByteAt = now
        quietSince = Instant(nanoseconds: .min)
        rota = Rota(at: now)
    }

    /// Adds a pack and returns its number on this line, counted from 0; `nil` if the line is full or the address
    /// is taken.
    public mutating func add(
        address: UInt8, driver: BMSDriver, mode: ReadMode = .frames, interval: Interval, at now: Instant
    ) -> Int? {
        guard let index = rota.add(address) else { return nil }
        slots[index] = PackSlot(address: address, driver: driver, mode: mode, interval: interval, at: now)
        if index == 0 { gap = driver.sheet.timing.gap }
        noteTurn(of: index)
        return index
    }

    /// Pack number `index`.
    ///
    /// - Precondition: `index` is below ``count``.
    public subscript(index: Int) -> PackSlot {
        guard let slot = slots[index] else { preconditionFailure("no such pack") }
        return slot
    }

    /// Everything pack number `index` has reported.
    ///
    /// `mutating` although it only looks, because of a borrowed line Swift 6.3 copies all packs to look at one.
    ///
    /// - Precondition: `index` is below ``count``.
    public mutating func reading(of index: Int) -> PackReading { slots[index]?.reading ?? PackReading() }

    /// How talking to pack number `index` goes; `mutating` for the same reason.
    ///
    /// - Precondition: `index` is below ``count``.
    public mutating func statistics(of index: Int) -> PackStatistics {
        slots[index]?.statistics ?? PackStatistics()
    }

    /// Bytes that were dropped because they belong to nothing.
    public var noise: NoiseCounts { scanner.noise }

    /// Takes bytes that have arrived.
    ///
    /// - Returns: The packs whose reading has changed: bit n for pack n.
    public mutating func received(_ bytes: Span<UInt8>, at now: Instant) -> UInt16 {
        lastByteAt = now
        let changed = scan(at: now) { (scanner, grammar, handle) in
            scanner.received(bytes, grammar: grammar, handle: handle)
        }
        return changed | endRun(at: now)
    }

    /// Tells what to do at `now`.
    public mutating func step(at now: Instant) -> Step {
        guard count > 0 else { return .wait(until: Instant(nanoseconds: .max)) }
        let gapEnd = lastByteAt + gap
        if scanner.pendingBytes > 0, now >= gapEnd {
            _ = scan(at: now) { (scanner, grammar, handle) in
                scanner.silence(grammar: grammar, handle: handle)
            }
        }
        let isArriving = scanner.pendingBytes > 0
        let wake = isArriving ? gapEnd : Instant(nanoseconds: .max)
        if isListening { return .wait(until: wake) }
        expireWrite(at: now)
        if let open = transaction {
            // Who has begun to answer in time is heard out: on a slow line that takes longer than to wait for nobody.
            let latest = isArriving ? open.deadline + Self.heardOut : open.deadline
            if now < latest { return .wait(until: min(wake, latest)) }
            finish(open, with: .timeout, at: now)
        }
        return ask(at: now, wake: wake)
    }

    /// Says that the last byte of the request has left at `wireEnd`; the waiting begins there.
    public mutating func sent(at wireEnd: Instant) {
        guard var open = transaction else { return }
        open.sentAt = wireEnd
        open.deadline = wireEnd + rota[open.slot].timeout
        transaction = open
    }

    /// Forgets what has arrived; for a line that was broken and is back.
    public mutating func reset(at now: Instant) {
        scanner.reset()
        if let open = transaction { finish(open, with: .timeout, at: now) }
        heardRequest = nil
    }
}

extension PackLine {
    /// Must be called whenever slot `index` has been told something.
    mutating func noteTurn(of index: Int) {
        if let slot = slots[index] { rota[index] = slot.turn }
        cycle = rota.cycle
    }

    private mutating func ask(at now: Instant, wake: Instant) -> Step {
        let writesTo = writing?.slotToWriteTo
        let best = writesTo ?? rota.next
        let turn = rota[best]
        // The pack that has spoken wants its pause, and so does the one that is to hear where a question begins.
        let pauseEnd = quietSince + max(spacing, turn.spacing)
        let due = writesTo == nil ? max(turn.due, pauseEnd) : pauseEnd
        guard now >= due else { return .wait(until: min(wake, due)) }
        // Two that speak at once spoil both; but who never stops is not waited for.
        let heardEnd = min(lastByteAt + gap, due + turn.timeout)
        if scanner.pendingBytes > 0, now < heardEnd { return .wait(until: heardEnd) }
        slots[best]?.late.forget(at: now)
        // What has begun to arrive is the end of a late answer, and no part of the one to this question.
        _ = scan(at: now) { (scanner, grammar, handle) in
            scanner.silence(grammar: grammar, handle: handle)
        }
        (speaker, gap, spacing) = (best, turn.gap, turn.spacing)
        if writesTo != nil { return sendWrite(at: now) }
        outgoing.removeAll()
        slots[best]?.ask(turn.poll, into: &outgoing, at: now)
        noteTurn(of: best)
        transaction = Transaction(
            address: rota.address(of: best), slot: best, poll: turn.poll, sentAt: now,
            deadline: now + turn.timeout, runLength: slots[best]?.runLength(turn.poll))
        return .send
    }

    /// Ends an answer of several frames where the last one to the same question did, because it does not say where it ends.
    ///
    /// The driver still checks that nothing is missing. Of the first answer, and of one that is shorter, a silence tells
    /// the end; what comes behind one that is longer makes the slot forget.
    private mutating func endRun(at now: Instant) -> UInt16 {
        guard let length = transaction?.runLength, scanner.pendingBytes == length else { return 0 }
        return scan(at: now) { (scanner, grammar, handle) in
            scanner.silence(grammar: grammar, handle: handle)
        }
    }

    mutating func finish(_ open: Transaction, with fault: TransactionFault?, at now: Instant) {
        if open.isWrite { return finishWrite(.silence, at: now) }
        transaction = nil
        guard let poll = open.poll else { return }
        quietSince = now
        if let fault {
            slots[open.slot]?.failed(poll, fault, at: now)
        } else {
            slots[open.slot]?.answered(poll, at: now)
            slots[open.slot]?.statistics.took(max(now - open.sentAt, .zero))
        }
        noteTurn(of: open.slot)
        let turn = rota[open.slot]
        if fault == .timeout {
            slots[open.slot]?.late.giveUp(poll, askedAt: open.sentAt, until: now + turn.timeout * 2)
        }
        if turn.isAbsent { rota.probesFrom = now + (now - open.sentAt) * 3 }
    }

    /// The scanner is moved out while its items are handled, because handling them changes the rest of the line.
    private mutating func scan(
        at now: Instant,
        _ feed: (
            inout StreamScanner<1024>, (Span<UInt8>, Bool) -> ScanStep<LineItem>,
            (Span<UInt8>, LineItem) -> Void
        ) -> Void
    ) -> UInt16 {
        guard let driver = slots[speaker]?.driver else { return 0 }
        var moved = scanner
        var changed: UInt16 = 0
        let listening = isListening
        feed(
            &moved, { (head, isLast) in driver.scan(head, listening, isLast) },
            { (bytes, item) in
                if let index = take(item, bytes, at: now) { changed |= 1 << UInt16(index) }
            })
        scanner = moved
        return changed
    }

    /// How long behind its deadline an answer may go on that began before it; the longest has 308 bytes.
    private static let heardOut = Interval.seconds(1)
}
