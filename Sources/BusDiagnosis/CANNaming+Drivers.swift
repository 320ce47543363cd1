import BMSDrivers
import BatteryModel
import BusCodec

// How well the protocols of packs on CAN fit what was heard.

extension CANNaming {
    func driverCandidates() -> [Candidate] {
        KnownProtocols.drivers.indices.compactMap { place in
            KnownProtocols.drivers[place].sheet.wire == .can ? candidate(place) : nil
        }
    }

    private func candidate(_ place: Int) -> Candidate? {
        let driver = KnownProtocols.drivers[place]
        var polls: UInt32 = 0
        var explained: Int32 = 0
        for index in left where isOfPack(driver, traffic.tracks[index]) {
            guard let item = Self.answer(driver, traffic.tracks[index].frame) else { continue }
            explained += 1
            if let poll = item.poll, poll < 32 { polls |= 1 << UInt32(poll) }
        }
        guard polls != 0 else { return nil }
        var (needed, met): (Int32, Int32) = (0, 0)
        for poll in 0..<driver.pollCount where driver.poll(poll).need == .mandatory {
            needed += 1
            if polls >> UInt32(poll) & 1 != 0 { met += 1 }
        }
        let whole = needed > 0 ? met * 1_000 / needed : 1_000
        // How many of its own kinds of frames are heard says more than how many others share the bus.
        let kinds = Int32(polls.nonzeroBitCount) * 1_000 / Int32(max(driver.pollCount, 1))
        let share = explained * 1_000 / Int32(max(left.count, 1))
        return Candidate(
            .driver(place), id: driver.sheet.id, name: driver.sheet.name,
            score: whole * (500 + max(share, kinds) / 2) / 1_000,
            reasons: [
                Fact("kinds of frames it must send", .count(UInt64(needed))),
                Fact("of them heard", .count(UInt64(met))),
                Fact("identifiers it explains", .share(permille: share)),
            ])
    }

    /// Whether a frame is one that packs of this maker send.
    ///
    /// JK at the addresses 12 and 13 has identifiers of inverters: such a frame counts only beside others of the same
    /// address.
    func isOfPack(_ driver: BMSDriver, _ track: FrameTrack) -> Bool {
        guard let item = Self.answer(driver, track.frame) else { return false }
        guard SenderSigns.isOfInverter(track) else { return true }
        return left.contains { index in
            traffic.tracks[index].container != track.container
                && Self.answer(driver, traffic.tracks[index].frame)?.address == item.address
        }
    }

    /// What a driver for packs on CAN takes a frame for, answer or question; `nil` if it is none of its.
    static func item(_ driver: BMSDriver, _ frame: CANFrame) -> LineItem? {
        var record = ByteBuffer<13>()
        frame.writeRecord(into: &record)
        guard case .item(let item, _) = driver.scan(record.bytes, true, true) else { return nil }
        return item
    }

    /// What a driver for packs on CAN takes an answer for; `nil` if it is none of its.
    static func answer(_ driver: BMSDriver, _ frame: CANFrame) -> LineItem? {
        item(driver, frame).flatMap { $0.kind == .answer ? $0 : nil }
    }
}
