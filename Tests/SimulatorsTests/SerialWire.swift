import BatteryModel
import BusCodec
import InverterProfiles
import Simulators

/// A simulated battery and a simulated inverter on a serial line, in a time that only the test moves.
struct SerialWire {
    var battery: SimulationCore
    var inverter: SimulationCore
    var now = start
    /// What the wire does to bytes on their way to the inverter.
    var spoil: ([UInt8]) -> [UInt8] = { $0 }
    /// When the last question left, and how long each answer took to begin.
    private(set) var askedAt: Instant?
    private(set) var delays: [Interval] = []

    init(
        _ profile: InverterProfile, dialect: UInt8 = 0, address: UInt8? = nil, milliamps: Int32 = 20_000,
        scripted: AlarmSet = AlarmSet()
    ) {
        battery = SimulationCore(
            bank: SimulatedBank(SimulatedPack.row(count: 2, socPermille: 800, at: start)),
            battery: SimulatedBattery(
                profile, options: ProfileOptions(dialect: dialect, address: address), scripted: scripted,
                at: start),
            demand: .constant(milliamps: milliamps), at: start)
        inverter = SimulationCore(
            inverter: SimulatedInverter(profile, options: ProfileOptions(dialect: dialect), at: start),
            demand: .constant(milliamps: milliamps), at: start)
    }

    /// Lets both speak; `heard` is called behind each answer.
    mutating func run(for interval: Interval, heard: (SerialWire) -> Void = { _ in }) {
        let end = now + interval
        var nextStep = now
        while now < end {
            if now >= nextStep {
                battery.advance(to: now)
                inverter.advance(to: now)
                nextStep = now + .milliseconds(100)
            }
            while let question = inverter.nextBytes(at: now) {
                askedAt = now
                battery.received(question.span, at: now)
            }
            while let answer = battery.nextBytes(at: now) {
                if let askedAt { delays.append(now - askedAt) }
                inverter.received(spoil(answer).span, at: now)
                heard(self)
            }
            let dues = [inverter.nextDue, battery.nextDue].compactMap(\.self).filter { $0 > now }
            now = min(dues.min() ?? nextStep, nextStep)
        }
    }

    /// What the inverter has counted.
    var asked: SerialAsker.Statistics { inverter.inverter?.asker?.statistics ?? .init() }
    /// What the battery has counted.
    var answered: SerialAnswerer.Statistics { battery.battery?.answerer?.statistics ?? .init() }
}
