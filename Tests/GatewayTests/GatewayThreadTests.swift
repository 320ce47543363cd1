import BMSDrivers
import BatteryModel
import ChargeControl
import Gateway
import Glibc
import InverterProfiles
import LinuxIO
import Simulators
import Testing

@Suite("The running gateway on pseudo-terminals", .timeLimit(.minutes(2)))
struct GatewayThreadTests {
    /// Waits for something that another thread brings about; looks again whenever a little time has passed.
    private func eventually(within limit: Interval, _ condition: () -> Bool) throws -> Bool {
        let loop = try EventLoop()
        let end = MonotonicClock.now() + limit
        while !condition() {
            guard MonotonicClock.now() < end else { return false }
            _ = try loop.wait(until: MonotonicClock.now() + .milliseconds(10))
        }
        return true
    }

    private func configuration(_ line: String, _ adapter: String, packs: Int) -> GatewayConfiguration {
        let format = SerialFormat(baud: 115_200)
        var control = ControlSettings(bankChargeMilliamps: 200_000, bankDischargeMilliamps: 200_000)
        control.rampMilliampsPerSecond = 100_000
        return GatewayConfiguration(
            buses: [
                .init(name: "battery", address: .serial(path: line, format)),
                .init(
                    name: "inverter",
                    address: .slcan(over: .serial(path: adapter, format), bitrateKilobits: 500)),
            ],
            packs: (1...packs).map {
                .init(
                    name: "\($0)", bus: 0, driver: JKPB.driver, address: UInt8($0),
                    settings: PackSettings(
                        cells: 16, capacityMilliampHours: 280_000, chargeMilliamps: 100_000,
                        dischargeMilliamps: 100_000))
            },
            inverters: [.init(bus: 1, profile: PylontechLV.profile)], control: control,
            pollInterval: .milliseconds(500))
    }

    @Test("packs are read, the inverter understands the limits, and the end is zero and then silence")
    func wholeLife() throws {
        let simulation = try Simulation(SimulationPlan())
        let gateway = Gateway(
            configuration(
                try #require(simulation.linePlace), try #require(simulation.busPlace), packs: 3))
        let thread = try gateway.start()
        let understood = try eventually(within: .seconds(15)) {
            (simulation.snapshot.inverter?.understood[.chargeCurrentLimit]?.value ?? 0) > 50_000
        }
        #expect(understood)
        #expect(simulation.snapshot.inverter?.understood[.packs]?.value == 3)
        let heard = try eventually(within: .seconds(3)) { gateway.snapshot?.inverters[0].isSilent == false }
        #expect(heard)
        let start = MonotonicClock.now()
        gateway.stop()
        thread.join()
        #expect(MonotonicClock.now() - start < .seconds(3))
        let zero = try eventually(within: .seconds(1)) {
            simulation.snapshot.inverter?.understood[.chargeCurrentLimit]?.value == 0
        }
        #expect(zero)
        #expect(gateway.snapshot?.log.events.contains { $0.kind == .stopping } == true)
    }

    @Test("a line that vanishes and returns is opened again and the bank recovers")
    func lineReturns() throws {
        let name = "/tmp/busbar-test-\(getpid())-line"
        let inverter = try Simulation(.inverter(.init()))
        var battery: Simulation? = try Simulation(
            .packs(.init(packs: 1, port: .pseudoTerminal(name: name))))
        let gateway = Gateway(configuration(name, try #require(inverter.busPlace), packs: 1))
        let thread = try gateway.start()
        let isUp = { gateway.snapshot?.buses[0].state == .open }
        let answers = { gateway.snapshot?.packs[0].statistics.answers ?? 0 }
        let first = try eventually(within: .seconds(10)) { answers() > 2 }
        #expect(first)
        withExtendedLifetime(battery) {}
        battery = nil
        let gone = try eventually(within: .seconds(10)) { !isUp() }
        #expect(gone)
        #expect(gateway.snapshot?.buses[1].state == .open, "nothing else stops")
        let before = answers()
        battery = try Simulation(.packs(.init(packs: 1, port: .pseudoTerminal(name: name))))
        let back = try eventually(within: .seconds(20)) { isUp() && answers() > before + 2 }
        #expect(back)
        #expect((gateway.snapshot?.buses[0].counters.reopened ?? 0) >= 1)
        gateway.stop()
        thread.join()
        withExtendedLifetime(battery) {}
    }
}
