public import BatteryModel
public import BusCodec

/// The line on which a shunt speaks, and is asked if it must be.
///
/// A value without clock or descriptor, fed like ``PackLine``.
public struct ShuntLine: Sendable {
    /// How listening goes.
    public struct Counts: Sendable, Equatable {
        /// Messages that were believed.
        public var messages: UInt64 = 0
        /// Messages that were dropped because their checksum is wrong.
        public var badChecksums: UInt64 = 0
        /// Messages that say something impossible, or are not those of a shunt that measures a battery.
        public var refused: UInt64 = 0

        /// Nothing heard.
        public init() {}
    }

    /// How it is understood.
    public let driver: ShuntDriver
    /// What it has reported.
    public private(set) var reading = ShuntReading()
    /// How listening goes.
    public private(set) var counts = Counts()

    private var scanner = StreamScanner<1024>()
    private var lastByteAt: Instant
    private var lastAskedAt: Instant
    private var questionsAsked = 0

    /// A line on which nothing was heard.
    public init(driver: ShuntDriver, at now: Instant) {
        self.driver = driver
        lastByteAt = now
        lastAskedAt = now
    }

    /// Bytes that were dropped because they belong to nothing.
    public var noise: NoiseCounts { scanner.noise }

    /// Takes bytes that have arrived; returns whether there is a new reading.
    public mutating func received(_ bytes: Span<UInt8>, at now: Instant) -> Bool {
        lastByteAt = now
        return scan(at: now) { (scanner, grammar, handle) in
            scanner.received(bytes, grammar: grammar, handle: handle)
        }
    }

    /// Gives up what has been begun and not finished; returns when to look again.
    public mutating func step(at now: Instant) -> Instant {
        let gapEnd = lastByteAt + driver.sheet.gap
        if scanner.pendingBytes > 0, now >= gapEnd {
            _ = scan(at: now) { (scanner, grammar, handle) in
                scanner.silence(grammar: grammar, handle: handle)
            }
        }
        return scanner.pendingBytes > 0 ? gapEnd : Instant(nanoseconds: .max)
    }

    /// Writes a question if one is due; returns when the next one can be, for a shunt that speaks by itself never.
    public mutating func ask(at now: Instant, _ question: inout RequestBuffer) -> Instant {
        guard let questions = driver.questions else { return Instant(nanoseconds: .max) }
        if now >= max(lastByteAt, lastAskedAt) + questions.silence {
            questions.write(questionsAsked, &question)
            questionsAsked &+= 1
            lastAskedAt = now
        }
        return max(lastByteAt, lastAskedAt) + questions.silence
    }

    /// Forgets what has arrived and was not understood; for a line that was broken and is back.
    public mutating func reset() { scanner.reset() }

    /// The scanner is moved out while its messages are handled, because handling them changes the rest of the line.
    private mutating func scan(
        at now: Instant,
        _ feed: (
            inout StreamScanner<1024>, (Span<UInt8>, Bool) -> ScanStep<ShuntItem>,
            (Span<UInt8>, ShuntItem) -> Void
        ) -> Void
    ) -> Bool {
        var moved = scanner
        var isNews = false
        let grammar = driver.scan
        feed(
            &moved, { (head, isLast) in grammar(head, isLast) },
            { (bytes, item) in
                if take(item, bytes, at: now) { isNews = true }
            })
        scanner = moved
        return isNews
    }

    private mutating func take(_ item: ShuntItem, _ bytes: Span<UInt8>, at now: Instant) -> Bool {
        switch item {
        case .other: return false
        case .spoiled:
            counts.badChecksums += 1
            return false
        case .message: break
        }
        do throws(AnswerError) {
            let isNews = try driver.decode(bytes, now, &reading)
            counts.messages += 1
            return isNews
        } catch {
            counts.refused += 1
            return false
        }
    }
}
