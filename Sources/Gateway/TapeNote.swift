public import BatteryModel

/// What the core was told besides what was on the wire, as a note on a tape.
///
/// With these a recording has everything that the core's answers depend on.
public enum TapeNote: Sendable, Equatable {
    /// The core was made at this instant.
    case began
    /// It was asked what is due, and nothing had come.
    case step
    /// It was told to stop.
    case stop
    /// The bus has come up.
    case up
    /// The bus has gone down, with the system's reason.
    case down(String)
    /// The CAN controller has left the bus.
    case off
    /// The CAN controller has come back.
    case on
    /// The time on the wall; `nil` if the machine does not know it.
    case wall(WallTime?)
    /// How many frames to an inverter the link has lost in all.
    case lost(UInt64)
    /// Somebody has called.
    case called
    /// A caller has gone.
    case gone
    /// A caller was hung up on.
    case hungUp
    /// Somebody has given an order, in words: a replay cannot give it.
    case ordered(String)
    /// What was remembered from the time before could not be read.
    case damaged
    /// The time on the wall when it was read.
    case rememberedAt(WallTime?)
    /// A line of what was remembered.
    case remembered(String)

    /// The note as text.
    public var text: String {
        switch self {
        case .began: "began"
        case .step: "step"
        case .stop: "stop"
        case .up: "up"
        case .down(let reason): "down: \(reason)"
        case .off: "off the bus"
        case .on: "back on the bus"
        case .wall(let wall): "wall \(Self.words(wall))"
        case .lost(let count): "lost \(count)"
        case .called: "called"
        case .gone: "gone"
        case .hungUp: "hung up on"
        case .ordered(let words): "order: \(words)"
        case .damaged: "memory damaged"
        case .rememberedAt(let wall): "memory read at \(Self.words(wall))"
        case .remembered(let line): "memory: \(line)"
        }
    }

    /// Reads a note; `nil` if it says nothing to the core.
    public init?(_ text: String) {
        func rest(_ head: String) -> String? {
            text.hasPrefix(head) ? String(text.dropFirst(head.count)) : nil
        }
        if let plain = Self.plain.first(where: { $0.text == text }) {
            self = plain
        } else if let reason = rest("down: ") {
            self = .down(reason)
        } else if let words = rest("wall ") {
            self = .wall(Self.wall(words))
        } else if let count = rest("lost ").flatMap({ UInt64($0) }) {
            self = .lost(count)
        } else if let words = rest("order: ") {
            self = .ordered(words)
        } else if let words = rest("memory read at ") {
            self = .rememberedAt(Self.wall(words))
        } else if let line = rest("memory: ") {
            self = .remembered(line)
        } else {
            return nil
        }
    }

    private static let plain: [TapeNote] = [
        .began, .step, .stop, .up, .off, .on, .called, .gone, .hungUp, .damaged,
    ]

    private static func words(_ wall: WallTime?) -> String {
        wall.map { "\($0.unixSeconds) \($0.offsetSeconds)" } ?? "unknown"
    }

    private static func wall(_ words: String) -> WallTime? {
        let numbers = words.split(separator: " ").compactMap { Int64($0) }
        guard numbers.count == 2, let offset = Int32(exactly: numbers[1]) else { return nil }
        return WallTime(unixSeconds: numbers[0], offsetSeconds: offset)
    }
}
