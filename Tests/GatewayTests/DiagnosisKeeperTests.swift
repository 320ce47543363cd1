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
                // A bank of which every value stands still while a current flows would be found.
                for index in plant.packs.indices {
                    let milliamps = 9_000 + Int32(number % 20) * 50
                    plant.packs[index].reading[.current] = Reading(milliamps, at: plant.now)
                    plant.packs[index].reading[.packVoltage] = Reading(
                        52_800 + Int32(number % 7) * 10, at: plant.now)
                }
                plant.run(for: .seconds(1))
                second(&plant, number)
                keeper.look(at: plant.now)
            }
        }
    }

    @Test(
        "a gateway whose packs answer and whose inverter is there has nothing wrong, not even after a quarter hour"
    )
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
        #expect(bench.found.first == "inverter: two-batteries")
        let title = try #require(bench.keeper.findings.first?.finding.title)
        bench.run(for: 1_500)
        #expect(bench.events.count { $0 == .found(title, bus: 1) } == 1)
        #expect(bench.events.count { $0 == .foundNoMore(title, bus: 1) } == 1)
        #expect(bench.found.isEmpty)
    }

    @Test("a line on which answers are damaged is found")
    func damage() {
        let bench = Bench()
        var answers = 0
        bench.plant.spoil = { answer in
            answers += 1
            var bytes = answer.bytes
            if answers % 4 == 0 { bytes[bytes.count / 2] ^= 0x10 }
            return [.init(answer).saying(bytes)]
        }
        bench.run(for: 200)
        #expect(bench.found.contains("battery: damaged-frames"), "\(bench.found)")
    }

    @Test("what is found is in the status, as JSON and on the screen")
    func status() throws {
        let bench = Bench()
        bench.run(for: 30)
        bench.run(for: 60) { plant, _ in plant.hear(Self.strange, bus: 1) }
        let document = StatusDocument(
            bench.plant.snapshot, version: "1", findings: bench.keeper.findings, at: bench.plant.now)
        let again = try StatusDocument(json: document.json())
        #expect(again.findings.first?.finding.id == "two-batteries")
        let screen = StatusView(columns: 300).lines(again)
        let lines = screen.filter { $0.hasPrefix("Finding   fault on inverter: Two batteries") }
        #expect(lines.count == 1, "\(screen)")
    }
}
