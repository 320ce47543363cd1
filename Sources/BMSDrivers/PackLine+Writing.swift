public import BatteryModel
import BusCodec

/// A setting on its way into a pack: sent once, whatever comes back, and then read back.
public struct SettingWrite: Sendable {
    /// How the pack took the request.
    public enum Reply: Sendable, Hashable {
        /// It confirmed it.
        case confirmed
        /// It refused it, with the code of its protocol.
        case refused(code: UInt8)
        /// It said nothing in time.
        case silence
    }

    /// The pack, by its number on the line.
    public let slot: Int
    /// The setting, by its number in the driver's ``BMSDriver/settings``.
    public let setting: Int
    /// The value that is sent, in the unit of the setting's field.
    public let value: Int32
    /// How the pack took it; `nil` while nothing was sent, or while it is waited for.
    public internal(set) var reply: Reply?
    /// What the pack said to be set when it was asked afterwards; `nil` if it did not say.
    public internal(set) var readBack: Int32?
    /// Whether nothing more will come.
    public internal(set) var isOver = false

    /// Whether the request has been handed to the line.
    public var wasSent: Bool {
        if case .waiting = stage { false } else { true }
    }

    /// Where it stands.
    enum Stage: Sendable {
        case waiting
        case sent
        /// Only an answer to a question asked since then says what is set.
        case reading(since: Instant, isSecond: Bool)
    }
    var stage = Stage.waiting
    let endsAt: Instant

    /// The pack that it waits to be sent to; `nil` if it was sent.
    var slotToWriteTo: Int? {
        guard !isOver, case .waiting = stage else { return nil }
        return slot
    }
}

extension PackLine {
    /// How long all of it may take: a pack that falls silent meanwhile says nothing any more.
    static let writeLasts = Interval.seconds(10)
    /// What is not set yet when it is read back is read once more after this time.
    static let settleTime = Interval.seconds(1)

    /// Has a setting written at the next opportunity.
    ///
    /// - Parameters:
    ///   - setting: Its number in the driver's ``BMSDriver/settings``.
    ///   - value: In the unit of the setting's field.
    ///   - slot: The pack, by its number on the line.
    ///   - now: The present.
    /// - Returns: `false` if that cannot be: there is no such pack or setting, the value is out of its range, another
    ///   master asks on this line, or another write is under way.
    public mutating func write(_ setting: Int, _ value: Int32, slot: Int, at now: Instant) -> Bool {
        guard !isListening, writing == nil, slot < count, let pack = slots[slot],
            (0..<pack.driver.settings.writableCount).contains(setting),
            pack.driver.settings.writable(setting).range.contains(value),
            pack.driver.settings.readBack(setting, pack.mode) != nil
        else { return false }
        writing = SettingWrite(slot: slot, setting: setting, value: value, endsAt: now + Self.writeLasts)
        return true
    }

    /// The write that is over, once; `nil` while none is.
    public mutating func takeFinishedWrite() -> SettingWrite? {
        guard let write = writing, write.isOver else { return nil }
        writing = nil
        return write
    }

    /// Puts the request into ``outgoing``; from now on it is never sent again.
    mutating func sendWrite(at now: Instant) -> Step {
        guard var write = writing, let pack = slots[write.slot] else { return .wait(until: now) }
        outgoing.removeAll()
        pack.driver.settings.write(write.setting, write.value, pack.address, &outgoing)
        guard outgoing.count > 0 else {
            writing?.isOver = true
            return .wait(until: now)
        }
        write.stage = .sent
        writing = write
        transaction = Transaction(
            address: pack.address, slot: write.slot, poll: nil, sentAt: now,
            deadline: now + rota[write.slot].timeout,
            isWrite: true)
        return .send
    }

    /// Looks whether an item answers the write that was sent; returns whether it did.
    mutating func takeWriteReply(_ item: LineItem, _ bytes: Span<UInt8>, at now: Instant) -> Bool {
        guard let open = transaction, open.isWrite, let write = writing, let pack = slots[write.slot],
            item.address == open.address
        else { return false }
        if item.kind == .refusal {
            finishWrite(.refused(code: item.code), at: now)
        } else if pack.driver.settings.confirms(bytes, write.setting, open.address) {
            finishWrite(.confirmed, at: now)
        } else {
            return false
        }
        return true
    }

    /// Notes what came of the request, and asks what is set now.
    mutating func finishWrite(_ reply: SettingWrite.Reply, at now: Instant) {
        transaction = nil
        guard writing != nil else { return }
        quietSince = now
        writing?.reply = reply
        writing?.stage = .reading(since: now, isSecond: false)
        askReadBack(at: now)
    }

    /// Looks whether an answer to question `poll`, asked at `asked`, says what is set.
    mutating func noteReadBack(_ poll: Int, asked: Instant, slot: Int, at now: Instant) {
        guard let write = writing, !write.isOver, write.slot == slot, let pack = slots[slot],
            case .reading(let since, let isSecond) = write.stage, asked >= since,
            pack.driver.settings.readBack(write.setting, pack.mode) == poll
        else { return }
        let found = pack.reading[pack.driver.settings.writable(write.setting).field]?.value
        writing?.readBack = found
        if found == write.value || isSecond {
            writing?.isOver = true
        } else {
            writing?.stage = .reading(since: now, isSecond: true)
            askReadBack(at: now + Self.settleTime)
        }
    }

    /// Ends a write that has taken too long.
    mutating func expireWrite(at now: Instant) {
        if let write = writing, !write.isOver, now >= write.endsAt { writing?.isOver = true }
    }

    private mutating func askReadBack(at instant: Instant) {
        guard let write = writing, let pack = slots[write.slot],
            let poll = pack.driver.settings.readBack(write.setting, pack.mode)
        else { return }
        slots[write.slot]?.ask(poll, at: instant)
        noteTurn(of: write.slot)
    }
}
