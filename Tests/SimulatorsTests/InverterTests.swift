import BatteryModel
import BusCodec
import InverterProfiles
import Simulators
import Testing

@Suite("A simulated inverter") struct InverterTests {
    /// An inverter and the battery that speaks to it once a second.
    struct Station {
        var inverter = SimulatedInverter(PylontechLV.profile, at: start)
        var bank = BankReading()
        var now = start

        init(wantedMilliamps: Int32, chargeMilliamps: Int32 = 50_000, dischargeMilliamps: Int32 = 70_000) {
            inverter.demand = .constant(milliamps: wantedMilliamps)
            bank[.chargeVoltageLimit] = Reading(55_200, at: start)
            bank[.chargeCurrentLimit] = Reading(chargeMilliamps, at: start)
            bank[.dischargeCurrentLimit] = Reading(dischargeMilliamps, at: start)
            bank[.dischargeVoltageLimit] = Reading(48_000, at: start)
            bank[.soc] = Reading(620, at: start)
            bank[.voltage] = Reading(53_000, at: start)
            bank[.current] = Reading(0, at: start)
            bank[.temperature] = Reading(220, at: start)
            bank[.chargeEnabled] = Reading(1, at: start)
            bank[.dischargeEnabled] = Reading(1, at: start)
            bank[.packs] = Reading(3, at: start)
            bank.alarms = Reading(AlarmSet(), at: start)
        }

        mutating func run(seconds: Int64, speaking: Bool = true) throws {
            let profile = inverter.profile
            for _ in 0..<seconds {
                for index in 0..<profile.frameCount
                where speaking && profile.frame(index).direction == .toInverter
                    && profile.frame(index).isSent(inDialect: 0)
                {
                    inverter.received(try profile.encode(frame: index, bank: bank), at: now)
                }
                for _ in 0..<10 {
                    now = now + .milliseconds(100)
                    inverter.advance(to: now, batteryMillivolts: bank[.voltage]?.value)
                }
            }
        }
    }

    @Test(
        "it takes what it wants as far as the limits go, in both directions",
        arguments: [(20_000, 20_000), (80_000, 50_000), (-30_000, -30_000), (-99_000, -70_000)])
    func obeys(wanted: Int32, expected: Int32) throws {
        var station = Station(wantedMilliamps: wanted)
        try station.run(seconds: 5)
        #expect(abs(station.inverter.milliamps - expected) < 100)
        #expect(station.inverter.statistics.frames == 30 && station.inverter.statistics.malformed == 0)
        #expect(station.inverter.understood[.soc]?.value == 620)
    }

    @Test("it follows a limit that falls within two seconds, and not at once") func lag() throws {
        var station = Station(wantedMilliamps: 80_000)
        try station.run(seconds: 5)
        station.bank[.chargeCurrentLimit] = Reading(0, at: start)
        station.inverter.received(
            try station.inverter.profile.encode(frame: 0, bank: station.bank), at: station.now)
        station.inverter.advance(to: station.now + .milliseconds(100), batteryMillivolts: 53_000)
        #expect((20_000...45_000).contains(station.inverter.milliamps))
        try station.run(seconds: 2)
        #expect(station.inverter.milliamps < 500)
    }

    @Test("a permission that is withdrawn counts like a limit of zero") func permissions() throws {
        var station = Station(wantedMilliamps: 80_000)
        station.bank[.chargeEnabled] = Reading(0, at: start)
        try station.run(seconds: 3)
        #expect(station.inverter.milliamps == 0)
    }

    @Test("above the charge voltage it charges less") func chargeVoltage() throws {
        var station = Station(wantedMilliamps: 30_000)
        station.bank[.voltage] = Reading(55_500, at: start)
        try station.run(seconds: 5)
        #expect(station.inverter.milliamps == 0)
    }

    @Test("it stops when it has heard no limits for five seconds, and starts again when it does")
    func silence() throws {
        var station = Station(wantedMilliamps: 20_000)
        try station.run(seconds: 3)
        try station.run(seconds: 3, speaking: false)
        #expect(station.inverter.milliamps > 19_000)
        try station.run(seconds: 3, speaking: false)
        #expect(station.inverter.milliamps == 0 && station.inverter.statistics.stops == 1)
        #expect(station.inverter.limits(at: station.now) == nil)
        try station.run(seconds: 3)
        #expect(station.inverter.milliamps > 19_000)
    }

    @Test("before it has heard a battery nothing flows") func notYet() {
        var inverter = SimulatedInverter(PylontechLV.profile, demand: .constant(milliamps: 9_000), at: start)
        inverter.advance(to: start + .seconds(1), batteryMillivolts: 53_000)
        #expect(inverter.milliamps == 0 && inverter.statistics.stops == 0)
    }

    @Test("it shows once a second that it is there, unless it is silent") func keepAlive() throws {
        var inverter = SimulatedInverter(PylontechLV.profile, at: start)
        let first = inverter.keepAlive(at: start)
        let frame = try #require(first)
        #expect(frame.identifier == 0x305 && frame.length == 8)
        #expect(inverter.profile.isKeepAlive(frame))
        for tenth in Int64(1)...100 { _ = inverter.keepAlive(at: start + .milliseconds(100 * tenth)) }
        #expect(inverter.statistics.keepAlives == 11)
        inverter.isSilent = true
        #expect(inverter.nextDue == nil && inverter.keepAlive(at: start + .seconds(60)) == nil)
    }

    @Test("frames that are short, foreign or no data are counted") func malformed() {
        var inverter = SimulatedInverter(PylontechLV.profile, at: start)
        inverter.received(CANFrame(identifier: 0x351, length: 0), at: start)
        inverter.received(CANFrame(identifier: 0x123, length: 8), at: start)
        inverter.received(CANFrame(identifier: 0x40, kind: .error, length: 8), at: start)
        #expect(inverter.statistics.malformed == 1 && inverter.statistics.foreign == 2)
        #expect(inverter.limits(at: start) == nil)
    }

    @Test("the sun of a sine is at its height after a quarter and sets in the middle") func sine() {
        let sine = CurrentDemand.sine(peakMilliamps: 100_000, period: .seconds(100))
        #expect(
            [0, 25, 50, 75, 125].map { sine.milliamps(after: .seconds($0)) } == [
                0, 100_000, 0, -100_000, 100_000,
            ])
        #expect(abs(sine.milliamps(after: .milliseconds(8_333)) - 50_000) < 300)
    }
}
