public import BatteryModel

/// What was heard on a serial line, before anybody understands it.
public struct SerialTraffic: Sendable {
    /// Bytes heard, and bytes that the recorder's machine has sent.
    public private(set) var bytes: UInt64 = 0, ownBytes: UInt64 = 0
    /// Bytes heard that are 0, as every byte is while a line lies at the level of a start bit.
    public private(set) var zeroBytes: UInt64 = 0
    /// Stretches of bytes with a pause between them.
    public private(set) var stretches: UInt64 = 0
    /// Characters without a stop bit and breaks, as far as the adapter counts them.
    public private(set) var framingErrors: UInt64 = 0, breaks: UInt64 = 0
    /// When the first byte and the last came; `nil` before any.
    public private(set) var first: Instant?, last: Instant?
    /// Where in the recording the first byte stands.
    public private(set) var firstPlace = 0
    /// From when until when was listened.
    public private(set) var since: Instant?, until: Instant?
    /// What was heard, the beginning of it.
    private(set) var sample: [UInt8] = []

    /// So much is kept to be looked at again.
    private static let mostSample = 2_048
    /// A pause between two stretches.
    private static let pause = Interval.milliseconds(5)

    /// Nothing heard.
    public init() {}

    /// How long was listened.
    public var length: Interval {
        guard let since, let until else { return .zero }
        return max(until - since, .zero)
    }

    mutating func note(_ new: Span<UInt8>, isOwn: Bool, at now: Instant, place: Int) {
        passed(to: now)
        guard !isOwn else {
            ownBytes += UInt64(new.count)
            return
        }
        if last.map({ now - $0 >= Self.pause }) ?? true { stretches += 1 }
        if first == nil { (first, firstPlace) = (now, place) }
        last = now
        bytes += UInt64(new.count)
        for index in new.indices {
            if new[index] == 0 { zeroBytes += 1 }
            if sample.count < Self.mostSample { sample.append(new[index]) }
        }
    }

    mutating func passed(to now: Instant) {
        if since == nil { since = now }
        until = max(until ?? now, now)
    }

    mutating func counted(framing: UInt64, breaks: UInt64) {
        framingErrors += framing
        self.breaks += breaks
    }
}
