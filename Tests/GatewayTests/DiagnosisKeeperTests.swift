import BatteryModel
import BusCodec
import Gateway
import Reporting
import Synchronization
import Testing

@Suite("The buses of a gateway are diagnosed beside it")
struct DiagnosisKeeperTests {
    /// What another battery says: 20 % and 90 % of health.
    private static let strange = CANFrame(identifier: 0x355, payload: [20, 0, 90, 0].span)

    /// A gateway that works, and who looks at its buses.
    private final class Bench {
        let tape = BusTape()
        var plant: VirtualPlant
        let keeper: DiagnosisKeeper
        private let noted = Noted()

        /// The events so far.
        var events: [GatewayEvent.Kind] { noted.kinds.withLock(\.self) }
        var found: [String] { keeper.findings.map { "\($0.link): \($0.finding.id)" } }

        private final class Noted: Sendable {
            let kinds = Mutex<[GatewayEvent.Kind]>([])
        }

        init() {
            plant = VirtualPlant(packs: 2, tape: tape)
            keeper = DiagnosisKeeper(tape, plant.configuration) { [noted] kind in
                noted.kinds.withLock { $0.append(kind) }
            }
        }

        /// Lets time pass, second by second.
        func run(for seconds: Int, each second: (inout VirtualPlant, Int) -> Void = { _, _ in }) {
            for number in 0..<seconds {
                plant.run(for: .seconds(1))
                second(&plant, number)
                keeper.look(at: plant.now)
            }
        }
    }

    @Test("a gateway whose packs answer and whose inverter is there has nothing wrong, not even after a quarter hour")
    func clean() {
        let bench = Bench()
        bench.run(for: 900)
        #expect(bench.events.isEmpty && bench.found.isEmpty, "\(bench.events) \(bench.found)")
    }

    @Test("another battery on the bus is found, told once, and found no more when it has gone")
    func secondBattery() throws {
        let bench = Bench()
        bench.run(for: 60)
        bench.run(for: 60) { plant, _ in plant.hear(Self.strange, bus: 1) }
        #expect(bench.found == ["inverter: two-batteries"])
        let title = try #require(bench.keeper.findings.first?.finding.title)
        #expect(bench.events == [.found(title, bus: 1)])
        bench.run(for: 1_500)
        #expect(bench.events == [.found(title, bus: 1), .foundNoMore(title, bus: 1)])
        #expect(bench.found.isEmpty)
    }

    @Test("a line on which all packs have fallen silent is found")
    func silence() {
        let bench = Bench()
        bench.run(for: 30)
        for index in bench.plant.packs.indices { bench.plant.packs[index].isSilent = true }
        bench.run(for: 120)
        #expect(bench.found.contains { $0.hasPrefix("battery: ") }, "\(bench.found)")
    }

    @Test("what is found is in the status, as JSON and on the screen")
    func status() throws {
        let bench = Bench()
        bench.run(for: 30)
        bench.run(for: 60) { plant, _ in plant.hear(Self.strange, bus: 1) }
        let document = StatusDocument(
            bench.plant.snapshot, version: "1", findings: bench.keeper.findings, at: bench.plant.now)
        let again = try StatusDocument(json: document.json())
        #expect(again.findings.map(\.finding.id) == ["two-batteries"])
        let screen = StatusView(columns: 300).lines(again)
        let lines = screen.filter { $0.hasPrefix("Finding   fault on inverter: ") }
        #expect(lines.count == 1, "\(screen)")
    }
}
