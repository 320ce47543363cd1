import BMSDrivers
import BatteryModel
import BusCodec
import Detection
import TestSupport
import Testing

@Suite("A line with A and B swapped, or at another speed")
struct SwappedWiresTests {
    private static let all = DriverTable.drivers.indices.map { DriverTable.drivers[$0] }
        .filter { $0.sheet.wire == .serial }

    /// What somebody hears who opens a line at `baud` on which a master of `driver` asks one pack after the other.
    private static func heard(
        _ driver: BMSDriver, at baud: Int32, isSwapped: Bool, _ resync: WireLevels.Resync = .waitsForIdle
    ) -> WireLevels.Received {
        var wire = WireLevels(baud: driver.sheet.baud)
        wire.rest(bits: 300)
        for address in driver.sheet.addresses.prefix(3) {
            for poll in 0..<driver.pollCount {
                var question = RequestBuffer()
                driver.request(poll, address, &question)
                wire.send((0..<question.count).map { question[$0] })
                wire.rest(bits: 300 + 7 * poll)
            }
        }
        return (isSwapped ? wire.swapped : wire).received(at: baud, resync)
    }

    /// A search on a line where this is heard, again and again, at the speed that it is opened with.
    private static func scan(
        counting: Bool = false, _ hear: (Int32) -> WireLevels.Received
    ) -> (scan: LineScan, sent: Int) {
        var scan = LineScan(drivers: all)
        var (now, baud, sent) = (Instant(nanoseconds: 1_000_000_000), Int32(0), 0)
        let end = now + .seconds(600)
        while now < end {
            switch scan.step(at: now) {
            case .done: return (scan, sent)
            case .open(let speed):
                baud = speed
                scan.opened(at: now)
            case .send:
                sent += 1
                scan.sent(at: now)
            case .wait(let until):
                let received = hear(baud)
                now = now + .milliseconds(100)
                scan.received(received.bytes.span, at: now)
                if counting {
                    scan.counted(
                        CharacterErrors(
                            framing: UInt64(received.framingErrors), breaks: UInt64(received.breaks)))
                }
                if received.bytes.isEmpty { now = max(now, until) }
            }
        }
        return (scan, sent)
    }

    @Test(
        "a master is recognised with its levels turned round, whatever UART hears it", arguments: all.indices,
        WireLevels.Resync.allCases)
    func swapped(_ index: Int, _ resync: WireLevels.Resync) throws {
        let driver = Self.all[index]
        let (scan, sent) = Self.scan { Self.heard(driver, at: $0, isSwapped: true, resync) }
        #expect(sent == 0)
        #expect(scan.findings == [.swapped])
        let master = try #require(scan.signs.swappedMaster)
        #expect(master.baud == driver.sheet.baud)
        #expect("\(master.driver.sheet.id)" == "\(driver.sheet.id)")
        #expect(master.addresses.isSuperset(of: driver.sheet.addresses.prefix(3)))
    }

    @Test("a master on sound wires is not called swapped", arguments: all.indices)
    func sound(_ index: Int) {
        let driver = Self.all[index]
        let (scan, sent) = Self.scan { Self.heard(driver, at: $0, isSwapped: false) }
        #expect(sent == 0 && scan.findings == [.master])
    }

    @Test("what is heard at a wrong speed is not called swapped, but has characters without a stop bit")
    func wrongSpeed() {
        let driver = JKPB.driver
        let received = Self.heard(driver, at: 76_800, isSwapped: false)
        #expect(received.framingErrors > 0)
        let (scan, sent) = Self.scan(counting: true) { _ in received }
        #expect(sent == 0 && scan.findings == [.babble])
        #expect((scan.signs.characterErrors?.framing ?? 0) > 0)
    }

    @Test("random bytes are not called swapped", arguments: UInt64(1)...40)
    func random(_ seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let (scan, _) = Self.scan { _ in WireLevels.Received(bytes: random.bytes(60)) }
        #expect(scan.findings == [.babble])
    }

    @Test(
        "a line that lies at the level of a start bit is told apart from a dead one, and packs are asked all the same"
    )
    func idleBreak() {
        var isFirst = true
        let (scan, sent) = Self.scan { _ in
            defer { isFirst = false }
            var wire = WireLevels(baud: 115_200)
            wire.rest(bits: 40)
            return isFirst ? wire.swapped.received() : WireLevels.Received()
        }
        #expect(scan.signs.zeroBytes == 1 && sent > 100)
        #expect(scan.findings == [.idleBreak])
    }

    @Test("a line that never leaves that level is not spoken on")
    func endlessBreak() {
        let (scan, sent) = Self.scan { _ in WireLevels.Received(bytes: [UInt8](repeating: 0, count: 20)) }
        #expect(sent == 0 && scan.findings == [.idleBreak])
    }
}
