public import BatteryModel
public import BusCodec

/// What a link knows about the SLCAN adapter at its end.
struct SLCANChannel {
    let bitrateKilobits: Int
    /// Whether the adapter hears only.
    var listensOnly = false
    var scanner = SLCANScanner()
    var status: SLCANStatus?
    var nextPollAt: Instant?
    /// Refusals since the adapter last showed that its channel is open.
    var refusals = 0
    var openedAt = Instant(nanoseconds: 0)
}

extension Link {
    /// How often an SLCAN adapter is asked for its status flags.
    public static let slcanPollInterval = Interval.seconds(1)
    /// How long after opening the channel refusals are expected: `C` is refused if it was closed.
    static let slcanSettling = Interval.milliseconds(200)
    /// This many refusals in a row mean that the adapter has restarted and its channel is closed.
    static let slcanRefusalLimit = 5

    /// The flags an SLCAN adapter last reported; nil if it never did.
    public var slcanStatus: SLCANStatus? { slcan?.status }

    /// What was dropped from an SLCAN adapter's bytes, by cause; nil for other links.
    public var slcanFaults: SLCANScanner.Faults? { slcan?.scanner.faults }

    func openSLCANChannel(at now: Instant) {
        guard let channel = slcan,
            let line = SLCAN.openSequence(
                bitrateKilobits: channel.bitrateKilobits, listensOnly: channel.listensOnly)
        else { return }
        slcan?.scanner.reset()
        slcan?.refusals = 0
        slcan?.status = nil
        slcan?.openedAt = now
        slcan?.nextPollAt = now + Self.slcanPollInterval
        transmit(line.bytes, payloadCount: nil, at: now)
    }

    func tickSLCAN(at now: Instant) {
        guard state == .open, let channel = slcan else { return }
        if channel.refusals >= Self.slcanRefusalLimit, now - channel.openedAt > .seconds(10) {
            return openSLCANChannel(at: now)
        }
        guard let due = channel.nextPollAt, due <= now else { return }
        slcan?.nextPollAt = now + Self.slcanPollInterval
        transmit(SLCAN.askStatus.bytes, payloadCount: nil, at: now)
    }

    func receiveSLCAN(at now: Instant, _ body: (CANFrame) -> Void) {
        for _ in 0..<4 {
            guard let count = readBytes(at: now) else { return }
            for index in 0..<count where state == .open {
                if let item = slcan?.scanner.receive(buffer[index]) { take(item, at: now, body) }
            }
            if count < buffer.count { return }
        }
    }

    private func take(_ item: SLCANScanner.Item, at now: Instant, _ body: (CANFrame) -> Void) {
        switch item {
        case .frame(let frame, _):
            slcan?.refusals = 0
            deliver(frame, body)
        case .acknowledged, .version: slcan?.refusals = 0
        case .refused:
            guard let openedAt = slcan?.openedAt, now - openedAt > Self.slcanSettling else { return }
            counters.refused += 1
            slcan?.refusals += 1
        case .status(let status):
            let isNew = slcan?.status != status
            slcan?.status = status
            slcan?.refusals = 0
            if isNew, let frame = status.errorFrame { deliver(frame, body) }
        }
    }
}
