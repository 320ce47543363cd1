import BMSDrivers
import BatteryModel
import BusCodec
import ChargeControl
import Gateway
import InverterProfiles
import LinuxIO
import Simulators
import TestSupport
import Testing

/// Packs on a CAN bus, a gateway and its inverter's bus, frame by frame, in a time that only the test moves.
private struct CANBench {
    @Boxed var core: GatewayCore
    var line: SimulatedLine
    var bank: SimulatedBank
    var now = start
    /// Frames that the gateway has sent on the bus of the packs.
    var questions = 0
    var isPlugged = true
    private var output = BridgeBench.Output()

    static let start = Instant(nanoseconds: 1_000_000_000_000)

    init(_ driver: BMSDriver, packs: Int) {
        let first = driver.sheet.addresses.lowerBound
        var settings = PackSettings(
            cells: 16, capacityMilliampHours: 200_000, chargeMilliamps: 100_000, dischargeMilliamps: 100_000)
        settings.without = driver.absent
        let configuration = GatewayConfiguration(
            buses: [
                .init(name: "packs", address: .descriptor(-1, .frames)),
                .init(name: "inverter", address: .descriptor(-1, .frames)),
            ],
            packs: (0..<packs).map {
                .init(
                    name: "\($0)", bus: 0, driver: driver, address: first + UInt8($0), settings: settings)
            },
            inverters: [.init(bus: 1, profile: PylontechLV.profile)],
            control: ControlSettings(bankChargeMilliamps: 200_000, bankDischargeMilliamps: 200_000))
        core = GatewayCore(configuration, at: Self.start)
        bank = SimulatedBank(
            SimulatedPack.row(count: packs, firstAddress: first, socPermille: 500, at: Self.start))
        line = SimulatedLine(driver, timing: .immediate, at: Self.start)
        for bus in 0...1 { core.bus(bus, isUp: true, at: Self.start) }
    }

    mutating func run(seconds: Int) {
        for _ in 0..<seconds * 50 {
            now = now + .milliseconds(20)
            bank.advance(to: now, wantedMilliamps: 5_000)
            if isPlugged { line.broadcast(at: now, packs: bank.packs) }
            while let records = line.next(at: now) { hear(records) }
            output.now = now
            _ = core.step(at: now, &output)
            answer()
        }
    }

    private mutating func hear(_ records: [UInt8]) {
        for first in stride(from: 0, to: records.count, by: CANFrame.recordLength) {
            guard case .item(let frame, _) = CANFrame.scanRecord(records.span.extracting(first...)) else {
                continue
            }
            core.received(frame, bus: 0, at: now)
        }
    }

    private mutating func answer() {
        for (_, frame) in output.frames where bus(of: frame) == 0 {
            questions += 1
            var record = ByteBuffer<13>()
            frame.writeRecord(into: &record)
            if isPlugged { line.received(record.bytes, at: now, packs: bank.packs) }
        }
        output.frames = []
    }

    /// The inverter's frames have 11 bits, the questions 29.
    private func bus(of frame: CANFrame) -> Int { frame.isExtended ? 0 : 1 }

    var snapshot: Snapshot {
        Snapshot(
            core: core, buses: [], framesPerSecond: [0], startedAt: Self.start, worstLatency: .zero, at: now)
    }

    var limits: [Int32] {
        guard let bank = snapshot.verdict?.bank else { return [] }
        return [bank[.chargeCurrentLimit], bank[.dischargeCurrentLimit]].compactMap { $0?.value }
    }
}

@Suite("Packs that speak on CAN")
struct CANPackTests {
    struct Spoken: Sendable, CustomTestStringConvertible {
        let driver: BMSDriver
        var testDescription: String { "\(driver.sheet.id)" }
    }

    static let drivers = DriverTable.drivers.indices.map { Spoken(driver: DriverTable.drivers[$0]) }
        .filter { $0.driver.sheet.wire == .can }

    @Test("are read completely, and the bank may be charged and discharged", arguments: drivers)
    func read(_ spoken: Spoken) throws {
        var bench = CANBench(spoken.driver, packs: 2)
        bench.run(seconds: 60)
        let snapshot = bench.snapshot
        for (index, pack) in snapshot.packs.enumerated() {
            #expect(pack.statistics.answers > 50 && pack.statistics.rejectedAnswers == 0)
            #expect(pack.statistics.timeouts == 0)
            let cells = try #require(pack.reading.cellMillivolts)
            #expect(cells.value.count == 16 && bench.now - cells.at < .seconds(3))
            #expect(pack.reading[.soc]?.value == Int32(bench.bank.packs[index].socPermille) / 10 * 10)
            let current = try #require(pack.reading[.current]?.value)
            #expect(abs(current - bench.bank.packs[index].milliamps) <= 200)
        }
        #expect(bench.limits.count == 2 && bench.limits.allSatisfy { $0 > 50_000 }, "\(bench.limits)")
        #expect(snapshot.verdict?.alarms.protections.isEmpty == true)
        #expect((bench.questions == 0) == spoken.driver.sheet.isBroadcast)
    }

    @Test("that fall silent leave nothing but zero limits and a named alarm", arguments: drivers)
    func silence(_ spoken: Spoken) throws {
        var bench = CANBench(spoken.driver, packs: 1)
        bench.run(seconds: 60)
        bench.isPlugged = false
        bench.run(seconds: 12)
        #expect(bench.limits == [0, 0])
        #expect(bench.snapshot.verdict?.alarms.level(of: .bankLost) != nil)
        bench.isPlugged = true
        bench.run(seconds: 120)
        #expect(bench.limits.allSatisfy { $0 > 0 }, "\(bench.limits)")
    }

    @Test("one frame that is missing is enough: without the last cells no current flows")
    func missingCells() throws {
        var bench = CANBench(JKCAN.driver, packs: 1)
        bench.run(seconds: 60)
        #expect(bench.limits.allSatisfy { $0 > 0 })
        for _ in 0..<600 {
            bench.now = bench.now + .milliseconds(20)
            bench.line.broadcast(at: bench.now, packs: bench.bank.packs)
            bench.hearAll(butCellsFrom: 12)
        }
        #expect(bench.limits == [0, 0])
    }
}

extension CANBench {
    /// Hears what is due except the frame with the cells from `first` on.
    mutating func hearAll(butCellsFrom first: Int) {
        let kept = UInt32(first / 4)
        while let records = line.next(at: now) {
            for place in stride(from: 0, to: records.count, by: CANFrame.recordLength) {
                guard case .item(let frame, _) = CANFrame.scanRecord(records.span.extracting(place...)),
                    frame.identifier != 0x18E0_28F4 + kept << 16
                else { continue }
                core.received(frame, bus: 0, at: now)
            }
        }
        var output = BridgeBench.Output()
        output.now = now
        _ = core.step(at: now, &output)
    }
}
