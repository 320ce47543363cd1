import BMSDrivers
import BatteryModel
import BusCodec
import Detection
import TestSupport
import Testing

@Suite("Looking for packs on a CAN bus")
struct BusScanTests {
    private static let start = Instant(nanoseconds: 1_000_000_000)
    private static let drivers = DriverTable.drivers.indices.map { DriverTable.drivers[$0] }

    private static let status = CANFrame(
        identifier: 0x2F5, payload: [0x13, 0x02, 0xB2, 0x0F, 0x51, 0, 0, 0].span)
    private static let foreign = CANFrame(identifier: 0x351, payload: [0x13, 0x02].span)

    /// Plays a search on a bus of this rate on which `frame` is said ten times a second, and returns it with how it opened
    /// the link.
    private func play(
        _ frame: CANFrame?, kilobits: Int = 250, isAcknowledged: Bool = false, isRateSet: Bool = false
    ) -> (scan: BusScan, opened: [BusScan.Step]) {
        var scan = BusScan(drivers: Self.drivers, isRateSet: isRateSet)
        var (now, opened, hears) = (Self.start, [BusScan.Step](), false)
        for _ in 0..<200 {
            switch scan.step(at: now) {
            case .done: return (scan, opened)
            case .open(let rate, let listensOnly):
                opened.append(.open(kilobits: rate, listensOnly: listensOnly))
                hears = (rate ?? kilobits) == kilobits && (isAcknowledged || !listensOnly)
                scan.opened(at: now)
            case .wait:
                now = now + .milliseconds(100)
                if hears, let frame { scan.received(frame, at: now) }
            }
        }
        Issue.record("does not end")
        return (scan, opened)
    }

    @Test("a lone pack is heard once the adapter takes part, at its rate", arguments: [250, 500])
    func alone(kilobits: Int) throws {
        let (scan, opened) = play(Self.status, kilobits: kilobits)
        #expect(scan.found.count == 1 && scan.kilobits == kilobits)
        let found = try #require(scan.found.first)
        #expect("\(found.driver.sheet.id)" == "jk-can" && found.address == 1)
        #expect(found.baud == Int32(kilobits) * 1_000 && found.reading[.packVoltage]?.value == 53_100)
        let first = [
            BusScan.Step.open(kilobits: 250, listensOnly: true), .open(kilobits: 500, listensOnly: true),
        ]
        #expect(Array(opened.prefix(2)) == first && opened.count == (kilobits == 250 ? 3 : 4))
    }

    @Test("where somebody acknowledges, the adapter never takes part")
    func acknowledged() {
        let (scan, opened) = play(Self.status, kilobits: 500, isAcknowledged: true)
        #expect(scan.found.count == 1)
        #expect(opened == [.open(kilobits: 250, listensOnly: true), .open(kilobits: 500, listensOnly: true)])
    }

    @Test("an interface of the kernel is listened to as it is")
    func interface() {
        let (scan, opened) = play(Self.status, isRateSet: true)
        #expect(scan.found.count == 1 && scan.kilobits == nil)
        #expect(opened == [.open(kilobits: nil, listensOnly: false)])
    }

    @Test("frames of others are counted and are no packs; a silent bus ends too")
    func others() {
        let (scan, _) = play(Self.foreign, isAcknowledged: true)
        #expect(scan.found.isEmpty && scan.frames > 10 && scan.kilobits == 250)
        let (silent, opened) = play(nil)
        #expect(silent.found.isEmpty && silent.frames == 0 && silent.kilobits == nil && opened.count == 4)
    }
}
