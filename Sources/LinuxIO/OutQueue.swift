import BatteryModel

/// Messages that wait for room, oldest first; bounded in number and in age.
///
/// Only used while the system takes nothing, so that it may allocate.
struct OutQueue {
    struct Message {
        var bytes: [UInt8]
        /// Number of bytes the system has taken already.
        var sent = 0
        /// Payload bytes, for the counters; nil for a command to an adapter.
        var payloadCount: Int?
        var queuedAt: Instant
    }

    private(set) var messages: [Message] = []
    let limit: Int
    /// What a sender meant long ago must not reach the other end now.
    let maximumAge: Interval

    var isEmpty: Bool { messages.isEmpty }

    /// Appends a message and returns how many older ones were dropped for it.
    mutating func append(_ message: Message) -> Int {
        messages.append(message)
        guard messages.count > limit else { return 0 }
        // The rest of a message must follow its beginning.
        messages.remove(at: messages[0].sent > 0 ? 1 : 0)
        return 1
    }

    /// Drops the messages that have become too old and returns their number.
    mutating func dropExpired(at now: Instant) -> Int {
        let before = messages.count
        messages.removeAll { $0.sent == 0 && now - $0.queuedAt > maximumAge }
        return before - messages.count
    }

    mutating func markSent(_ count: Int) {
        messages[0].sent += count
        if messages[0].sent >= messages[0].bytes.count { messages.removeFirst() }
    }

    mutating func removeAll() -> Int {
        defer { messages.removeAll(keepingCapacity: true) }
        return messages.count
    }
}
