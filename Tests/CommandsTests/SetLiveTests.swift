import BMSDrivers
import BatteryModel
import ChargeControl
import Commands
import Gateway
import Glibc
import LinuxIO
import Reporting
import Simulators
import Synchronization
import Testing

@Suite("busbar set, with a gateway and a pack that obeys", .timeLimit(.minutes(2)))
struct SetLiveTests {
    @Test("a setting is shown, written and read back; written again it is left alone")
    func written() throws {
        let bench = try Bench(writable: true)
        let old = try bench.set("balance_start=3.42V --json")
        #expect(old.code == .success && old.output.contains("planned"), "\(old)")

        let done = try bench.set("balance_start=3.41V --yes")
        #expect(done.code == .success, "\(done)")
        #expect(
            done.output.hasPrefix("pack A: balance_start ") && done.output.contains(" -> 3.410 V\n"))
        #expect(done.output.contains("written"), "\(done)")
        try bench.wait { $0[.balanceStart]?.value == 3_410 }

        let again = try bench.set("balance_start=3.41V --yes")
        #expect(again.code == .success)
        #expect(again.output.hasSuffix("it is set to that already; nothing was written\n"))
        let events = bench.gateway.snapshot?.log.events ?? []
        let audited = events.contains {
            if case .setting(let record) = $0.kind { record.change.value == 3_410 } else { false }
        }
        #expect(audited)
    }

    @Test("without the permission of the settings file nothing is written")
    func forbidden() throws {
        let bench = try Bench(writable: false)
        let outcome = try bench.set("balance_start=3.41V --yes")
        #expect(outcome.code == .failure && outcome.output.isEmpty)
        #expect(outcome.errors.contains("nothing was written"), "\(outcome.errors)")
    }

    /// A simulated pack, a gateway that reads it, and its socket.
    private final class Bench {
        let gateway: Gateway
        private let path: String
        private let battery: Simulation
        private let server: ControlServer
        private let threads: [NativeThread]
        private static let count = Atomic(0)

        init(writable: Bool) throws {
            let number = Self.count.wrappingAdd(1, ordering: .relaxed).newValue
            path = "/tmp/busbar-test-\(getpid())-set\(number).sock"
            battery = try Simulation(.packs(.init(packs: 1)))
            let line = try #require(battery.linePlace)
            var pack = GatewayConfiguration.Pack(
                name: "A", bus: 0, driver: JKPB.driver, address: 1,
                settings: PackSettings(
                    cells: 16, capacityMilliampHours: 280_000, chargeMilliamps: 100_000,
                    dischargeMilliamps: 100_000))
            pack.settingsWritable = writable
            gateway = Gateway(
                GatewayConfiguration(
                    buses: [
                        .init(name: "battery", address: .serial(path: line, SerialFormat(baud: 115_200)))
                    ],
                    packs: [pack], inverters: [],
                    control: ControlSettings(bankChargeMilliamps: 200_000, bankDischargeMilliamps: 200_000),
                    pollInterval: .milliseconds(200)))
            server = try ControlServer(path: path, gateway: gateway, version: "0")
            threads = try [gateway.start(), server.start()]
            try wait { $0[.balanceStart] != nil }
        }

        deinit {
            gateway.stop()
            server.stop()
            for thread in threads { thread.join() }
            battery.stop()
        }

        func set(_ words: String) throws -> Outcome { try run("set --socket \(path) A \(words)") }

        /// Waits until the pack can be relied on, and is known to be so.
        func wait(until holds: (PackReading) -> Bool) throws {
            let end = MonotonicClock.now() + .seconds(20)
            while !(gateway.snapshot.map {
                $0.verdict?[0].freshness == .fresh && holds($0.packs[0].reading)
            } ?? false) {
                try #require(MonotonicClock.now() < end)
                sched_yield()
            }
        }
    }
}
