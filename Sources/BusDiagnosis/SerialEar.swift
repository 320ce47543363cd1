import BatteryModel
import BusCodec

/// How one protocol hears a serial line: cuts the bytes into frames of its own and follows what is asked and answered.
struct SerialEar: Sendable {
    private(set) var conversation: SerialConversation
    /// Bytes that it was given.
    private(set) var heardBytes: UInt64 = 0
    private var scanner = StreamScanner<1_100>()
    private var lastByteAt: Instant?
    private var wasOwn = false
    /// The longest pause inside what has begun to arrive.
    private var pause = Interval.zero
    /// Whether bytes are coming that are no frame, and how many stretches of them one behind the other.
    private var isDamaged = false, damageRun: UInt64 = 0
    /// Bytes since the last frame that belong to none.
    private var strayRun: UInt64 = 0
    private static let mostStray: UInt64 = 2

    /// What a frame of the protocol can begin with.
    private let start: FrameStart

    init(_ grammar: SerialGrammar) {
        conversation = SerialConversation(grammar)
        start = FrameStart(grammar)
    }

    var grammar: SerialGrammar { conversation.grammar }

    /// Bytes that belong to no frame.
    var noise: NoiseCounts { scanner.noise }

    /// Takes bytes that have arrived, or that the recorder's machine has sent.
    mutating func hear(_ bytes: Span<UInt8>, isOwn: Bool, at now: Instant, place: Int) {
        passed(to: now, place: place)
        if isOwn != wasOwn { flush(at: now, place: place) }
        // What was whole before the pause has only waited for whether more belongs to it.
        let waiting = scanner.pendingBytes
        if waiting > 0, let lastByteAt {
            pause = max(pause, now - lastByteAt)
        } else {
            pause = .zero
        }
        (wasOwn, lastByteAt) = (isOwn, now)
        heardBytes += UInt64(bytes.count)
        scan(at: now, place: place, waiting: waiting) { scanner, grammar, handle in
            scanner.received(bytes, grammar: grammar, handle: handle)
        }
        if scanner.pendingBytes <= bytes.count { pause = .zero }
    }

    /// Notes that nothing came until `now`.
    mutating func passed(to now: Instant, place: Int = 0) {
        if let lastByteAt, now - lastByteAt >= conversation.grammar.gap {
            flush(at: lastByteAt, place: place)
            isDamaged = false
        }
        conversation.passed(to: now)
    }

    private mutating func flush(at now: Instant, place: Int) {
        guard scanner.pendingBytes > 0 else { return }
        scan(at: now, place: place) { scanner, grammar, handle in
            scanner.silence(grammar: grammar, handle: handle)
        }
    }

    /// The scanner is moved out while its items are handled, because handling them changes the rest.
    private mutating func scan(
        at now: Instant, place: Int, waiting: Int = 0,
        _ feed: (
            inout StreamScanner<1_100>, (Span<UInt8>, Bool) -> ScanStep<SerialItem>,
            (Span<UInt8>, SerialItem) -> Void
        ) -> Void
    ) {
        var moved = scanner
        let (before, scan, start, isOwn) = (moved.noise, conversation.grammar.scan, start, wasOwn)
        var items = 0
        feed(&moved, { start.permits($0) ? scan($0, $1) : .noise(.noStart) }) { bytes, item in
            let isWhole = items == 0 && bytes.count <= waiting
            conversation.take(
                item, bytes, isOwn: isOwn, pause: isWhole ? .zero : pause, at: now, place: place)
            if !isWhole { pause = .zero }
            items += 1
        }
        scanner = moved
        noteNoise(since: before, items: items, place: place)
    }

    /// A byte or two before a frame are what a line without bias makes; more is somebody else.
    private mutating func noteStray(_ new: UInt64, items: Int, place: Int) {
        strayRun += new
        guard items > 0 else { return }
        if (1...Self.mostStray).contains(strayRun) { conversation.noteStray(place: place) }
        strayRun = 0
    }

    /// Frames that are broken begin as frames do; what does not is somebody else's.
    private mutating func noteNoise(since before: NoiseCounts, items: Int, place: Int) {
        if items > 0 { (isDamaged, damageRun) = (false, 0) }
        noteStray(noise.total - before.total, items: items, place: place)
        guard noise.total > before.total, !wasOwn else { return }
        conversation.noteNoise()
        guard noise.total - noise[.noStart] > before.total - before[.noStart] else { return }
        let isNew = !isDamaged
        if isNew { damageRun += 1 }
        isDamaged = items == 0
        conversation.noteDamage(isNew: isNew, run: damageRun, place: place)
    }
}

/// What a frame of a protocol can begin with: most bytes of noise need not be looked at any closer.
struct FrameStart: Sendable {
    private let first: [Bool]
    private let isModbus: Bool

    init(_ grammar: SerialGrammar) {
        first = (0..<256).map { byte in
            let head = [UInt8(byte)]
            if case .noise = grammar.scan(head.span, false) { return false }
            return true
        }
        isModbus = grammar.isModbus
    }

    /// Whether bytes may be the beginning of a frame.
    func permits(_ head: Span<UInt8>) -> Bool {
        guard first[Int(head[0])] else { return false }
        // JK packs send records besides; they begin with 0x55, 0xAA.
        guard isModbus, head.count > 1, head[0] != 0x55 else { return true }
        switch head[1] & 0x7F {
        case 1...4, 6, 16: return true
        default: return false
        }
    }
}
