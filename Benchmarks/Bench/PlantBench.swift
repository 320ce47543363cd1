import BatteryModel
import ChargeControl
import LinuxIO
import Simulators

/// The plant on its virtual clock: how much faster than the real one it goes, the control included.
enum PlantBench {
    static func run() {
        var plant = Plant(scenario(packs: 3))
        let began = MonotonicClock.now()
        plant.run()
        let elapsed = MonotonicClock.now() - began
        let factor = Double(plant.elapsed.nanoseconds) / Double(elapsed.nanoseconds)
        let perStep = Double(elapsed.nanoseconds) / Double(plant.elapsed.seconds) / 1_000
        Table.row(
            "a day of a plant with 3 packs", factor / 1_000, "thousand x real time", atLeast: 10,
            note: "\(Measure.fixed(perStep)) µs for a step of 1 s")
    }

    private static func scenario(packs: Int) -> PlantScenario {
        let pack = PlantScenario.Pack(
            control: PackSettings(
                cells: 16, capacityMilliampHours: 280_000, chargeMilliamps: 100_000,
                dischargeMilliamps: 100_000),
            settings: [.chargeLimit: 125_000, .dischargeLimit: 125_000])
        var scenario = PlantScenario(
            name: "bench", packs: Array(repeating: pack, count: packs),
            control: ControlSettings(bankChargeMilliamps: 200_000, bankDischargeMilliamps: 200_000))
        scenario.sun = SunProfile(peakWatts: 10_000, cloudPermille: 300)
        scenario.load = LoadProfile(baseWatts: 400, morningWatts: 1_000, eveningWatts: 3_000)
        return scenario
    }
}
