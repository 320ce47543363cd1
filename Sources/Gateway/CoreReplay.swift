public import BatteryModel
import BusCodec

/// Tells a core once more what it was told when it was recorded, and compares what it says with what it said.
///
/// The same bytes at the same instants give the same bytes. What differs shows that the program has changed, that its
/// settings have, or that the recording was tampered with.
public struct CoreReplay {
    /// Something that the core did not say as it stands in the recording.
    public struct Difference: Sendable, Equatable {
        /// When, the first time.
        public var at: Instant
        /// How often the same was said instead of the same.
        public var times = 1
        /// What the recording has; `nil` if the core has said more.
        public var recorded: BusTape.Entry?
        /// What the core has said; `nil` if it has said less.
        public var said: BusTape.Entry?
    }

    /// What came of it.
    public struct Result: Sendable, Equatable {
        /// What the core was told: pieces of bytes, and frames.
        public var inputs = 0
        /// What it has said, as recorded.
        public var same = 0
        /// What it has said otherwise, more, or less.
        public var different = 0
        /// The first differences, each once.
        public var differences: [Difference] = []
        /// Orders that were given and that a replay cannot give.
        public var orders = 0
        /// When the first of them was given.
        public var firstOrderAt: Instant?
        /// Whether the recording has the beginning: without it, the core cannot know what it knew then.
        public var hasBeginning = false
        /// How many instants came before one that had come already.
        public var backwards = 0
    }

    /// The most differences that are kept.
    public static let mostDifferences = 20

    private var configuration: GatewayConfiguration
    private var core: GatewayCore?
    private var result = Result()
    /// The instant at which the core was last told something, and is still to be asked what is due.
    private var pending: Instant?
    private var output = Output()
    /// The lines of what was remembered.
    private var memory: [String] = []

    /// A replay into a core that has heard nothing.
    public init(_ configuration: GatewayConfiguration) {
        self.configuration = configuration
        self.configuration.tape = nil
        self.configuration.remembered = Remembered()
    }

    /// Takes the next entry of the recording.
    public mutating func take(_ entry: BusTape.Entry) {
        if isOutput(entry) {
            output.recorded.append(entry)
            return
        }
        // Whatever it has said, it has said when it was asked: before what it was told behind that.
        if let pending, entry.at != pending || !output.recorded.isEmpty { step(at: pending) }
        // Time never goes back for a core.
        let now = max(entry.at, pending ?? entry.at)
        if entry.at < now { result.backwards += 1 }
        tell(entry, at: now)
    }

    /// Says that the recording has ended, and returns what came of it.
    ///
    /// What is due behind the last instant is not asked for: it need not have been written down any more.
    public mutating func finish() -> Result {
        if let pending, !output.recorded.isEmpty { step(at: pending) }
        return result
    }

    private func isOutput(_ entry: BusTape.Entry) -> Bool {
        guard case .note(let text) = entry.content else { return entry.way != .received }
        return TapeNote(text) == .hungUp
    }

    private mutating func step(at now: Instant) {
        guard core != nil else { return }
        output.now = now
        _ = core?.step(at: now, &output)
        output.endStep()
        result.same += output.same
        result.different += output.different
        for difference in output.differences { note(difference) }
        output = Output()
    }

    private mutating func note(_ difference: Difference) {
        let known = result.differences.firstIndex { known in
            known.recorded?.content == difference.recorded?.content
                && known.said?.content == difference.said?.content
        }
        if let known {
            result.differences[known].times += 1
        } else if result.differences.count < Self.mostDifferences {
            result.differences.append(difference)
        }
    }

    private mutating func tell(_ entry: BusTape.Entry, at now: Instant) {
        if case .note(let text) = entry.content, let note = TapeNote(text) {
            return tell(note, entry, at: now)
        }
        guard let bus = entry.bus else { return }
        begin(at: now, isBeginning: false)
        pending = now
        switch entry.content {
        case .note: break
        case .frame(let frame):
            result.inputs += 1
            core?.received(frame, bus: bus, at: now)
        case .bytes(let bytes):
            result.inputs += 1
            if let caller = entry.caller {
                core?.received(bytes.span, bus: bus, caller: caller, at: now)
            } else {
                core?.received(bytes.span, bus: bus, at: now)
            }
        }
    }

    private mutating func tell(_ note: TapeNote, _ entry: BusTape.Entry, at now: Instant) {
        switch note {
        case .remembered(let line): return memory.append(line)
        case .rememberedAt(let wall):
            configuration.remembered.wall = wall
            return
        case .damaged:
            configuration.remembered.notes = [.damaged(.incomplete)]
            return
        case .began: return begin(at: now, isBeginning: true)
        default: break
        }
        begin(at: now, isBeginning: false)
        pending = now
        switch note {
        case .stop: core?.stop(at: now)
        case .wall(let wall): core?.setWall(wall)
        case .ordered:
            result.orders += 1
            result.firstOrderAt = result.firstOrderAt ?? now
        default: if let bus = entry.bus { tell(note, bus, entry.caller, at: now) }
        }
    }

    private mutating func tell(_ note: TapeNote, _ bus: Int, _ caller: Int?, at now: Instant) {
        switch note {
        case .up: core?.bus(bus, isUp: true, at: now)
        case .down(let reason): core?.bus(bus, isUp: false, reason: reason, at: now)
        case .off: core?.bus(bus, isOff: true, at: now)
        case .on: core?.bus(bus, isOff: false, at: now)
        case .lost(let count): core?.inverterLinkLost(count, bus: bus, at: now)
        case .called, .gone:
            if let caller { core?.caller(caller, bus: bus, isThere: note == .called, at: now) }
        default: break
        }
    }

    /// Makes the core; one that begins anew in the middle of a recording replaces the one before.
    private mutating func begin(at now: Instant, isBeginning: Bool) {
        guard isBeginning || core == nil else { return }
        if isBeginning {
            result.hasBeginning = true
            let bytes = Array((memory.joined(separator: "\n") + "\n").utf8)
            if let state = try? StateText(configuration).state(bytes) {
                (configuration.remembered.memory, configuration.remembered.words) = state
            }
            memory = []
        }
        core = GatewayCore(configuration, at: now)
        configuration.remembered = Remembered()
        pending = nil
        output = Output()
    }
}

extension CoreReplay {
    /// Compares what the core says with what it said, in order.
    private struct Output: GatewayOutput {
        var now = Instant(nanoseconds: 0)
        var recorded: [BusTape.Entry] = []
        private var next = 0
        private(set) var same = 0
        private(set) var different = 0
        private(set) var differences: [Difference] = []

        mutating func send(_ bytes: Span<UInt8>, bus: Int) -> Instant? {
            let entry = say(.bytes(bytes.indices.map { bytes[$0] }), bus, nil)
            return entry.way == .refused ? nil : entry.at
        }

        mutating func send(_ frame: CANFrame, bus: Int) -> Bool {
            say(.frame(frame), bus, nil).way != .refused
        }

        mutating func send(answer bytes: Span<UInt8>, bus: Int) -> Instant? { send(bytes, bus: bus) }

        mutating func send(answer bytes: Span<UInt8>, bus: Int, caller: Int) -> Bool {
            say(.bytes(bytes.indices.map { bytes[$0] }), bus, caller).way != .refused
        }

        mutating func hangUp(bus: Int, caller: Int) { _ = say(.note(TapeNote.hungUp.text), bus, caller) }

        /// Says something; returns the entry that tells what became of it.
        private mutating func say(
            _ content: BusTape.Entry.Content, _ bus: Int, _ caller: Int?
        ) -> BusTape.Entry {
            let said = BusTape.Entry(at: now, bus: bus, caller: caller, way: .sent, content)
            let entry = next < recorded.count ? recorded[next] : nil
            if entry != nil { next += 1 }
            guard let entry, entry.content == content, entry.bus == bus, entry.caller == caller else {
                differ(entry, said)
                return said
            }
            same += 1
            return entry
        }

        /// Notes what was said then and is not said now.
        mutating func endStep() {
            for entry in recorded.dropFirst(next) { differ(entry, nil) }
        }

        private mutating func differ(_ entry: BusTape.Entry?, _ said: BusTape.Entry?) {
            different += 1
            guard differences.count < CoreReplay.mostDifferences else { return }
            differences.append(Difference(at: now, recorded: entry, said: said))
        }
    }
}
