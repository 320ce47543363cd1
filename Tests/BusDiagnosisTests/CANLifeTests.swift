import BatteryModel
import BusCodec
import BusDiagnosis
import InverterProfiles
import TestSupport
import Testing

@Suite("Traffic that is unusual and right")
struct CANLifeTests {
    /// Something that batteries and inverters do, and that is no fault.
    private struct Way {
        var name: String
        var exhibit: (Speech) -> Exhibit
    }

    private static func plant(
        soc: Double = 500, amperes: Double = -30,
        _ change: @escaping @Sendable (inout BankReading, Double) -> Void = { _, _ in }
    ) -> Plant {
        var plant = Plant(soc: soc, amperes: amperes)
        plant.change = change
        return plant
    }

    private static func bench(_ plant: Plant, seconds: Double = 60) -> (Speech) -> Exhibit {
        { Exhibit(frames: Bench(speech: $0, plant: plant, seconds: seconds).passing()) }
    }

    private static var ways: [Way] {
        [3.0, 5, 8, 13, 21].map { seconds in
            Way(name: "only \(seconds) s are recorded", exhibit: bench(Plant(), seconds: seconds))
        } + [
            Way(
                name: "the battery is full: CCL 0 A, charging still permitted",
                exhibit: bench(
                    plant(soc: 1_000, amperes: 0) { bank, _ in
                        bank[.chargeCurrentLimit]?.value = 0
                    })),
            Way(
                name: "CCL falls, and the current follows within seconds",
                exhibit: { speech in
                    var plant = plant(amperes: 60) { bank, seconds in
                        let limit: Int32 = seconds < 20 ? 100_000 : 20_000
                        bank[.chargeCurrentLimit]?.value = limit
                        if seconds > 28 { bank[.current]?.value = 19_000 + Int32(seconds) % 3 * 100 }
                    }
                    plant.soc = 900
                    return Exhibit(frames: Bench(speech: speech, plant: plant).passing())
                }),
            Way(
                name: "CVL is lowered by two volts and the battery relaxes into it",
                exhibit: bench(
                    plant(soc: 990, amperes: -3) { bank, seconds in
                        guard seconds > 10, let voltage = bank[.voltage]?.value else { return }
                        bank[.chargeVoltageLimit]?.value = voltage + (seconds < 18 ? -600 : 100)
                    })),
            Way(
                name: "frames jitter by a fifth of a second",
                exhibit: { speech in
                    var random = SeededRandom(seed: 3)
                    let frames = Bench(speech: speech, seconds: 90).passing().map {
                        Passing(
                            frame: $0.frame,
                            at: $0.at + .milliseconds(Int64.random(in: 0...200, using: &random)))
                    }
                    return Exhibit(frames: frames.sorted { $0.at < $1.at })
                }),
            Way(
                name: "the sign of life pauses for five seconds",
                exhibit: { speech in
                    Exhibit(
                        frames: Bench(speech: speech).passing().filter {
                            !speech.profile.isKeepAlive($0.frame) || !(20...25).contains($0.seconds)
                        })
                }),
            Way(
                name: "one frame of a hundred is lost",
                exhibit: { speech in
                    var random = SeededRandom(seed: 5)
                    return Exhibit(
                        frames: Bench(speech: speech, seconds: 120).passing().filter { _ in
                            Int.random(in: 0..<100, using: &random) > 0
                        })
                }),
            Way(
                name: "nothing flows for two minutes and nothing moves",
                exhibit: { speech in
                    var plant = Plant(soc: 700, amperes: 0)
                    plant.wanders = false
                    return Exhibit(frames: Bench(speech: speech, plant: plant, seconds: 130).passing())
                }),
            Way(
                name: "a warning stands",
                exhibit: { speech in
                    var plant = Plant()
                    plant.alarms.raise(.imbalance, .warning)
                    return Exhibit(frames: Bench(speech: speech, plant: plant).passing())
                }),
            Way(
                name: "large loads come and go",
                exhibit: { speech in
                    var plant = Plant(amperes: 90)
                    plant.swings = true
                    return Exhibit(frames: Bench(speech: speech, plant: plant, seconds: 120).passing())
                }),
            Way(
                name: "15 cells, cold",
                exhibit: { speech in
                    var plant = plant(amperes: 12) { bank, _ in
                        for field in [BankField.temperature, .highestTemperature, .lowestTemperature] {
                            bank[field]?.value = -55
                        }
                    }
                    plant.cells = 15
                    return Exhibit(frames: Bench(speech: speech, plant: plant).passing())
                }),
            Way(
                name: "13 minutes of charging with a small battery",
                exhibit: { speech in
                    var plant = Plant(soc: 300, amperes: 40)
                    plant.ampHours = 60
                    return Exhibit(frames: Bench(speech: speech, plant: plant, seconds: 800).passing())
                }),
            Way(
                name: "the maker has a name of its own",
                exhibit: { speech in
                    let plant = plant { bank, _ in
                        bank.maker = bank.alarms.map { Reading(ASCIIText("JK-BMS"), at: $0.at) }
                    }
                    return Exhibit(frames: Bench(speech: speech, plant: plant).passing())
                }),
            Way(
                name: "the BMS is named, and its port is set to what the inverter expects",
                exhibit: { speech in
                    var options = speech.expectation
                    options.expectedDriver = Fault.driver("seplos-v2")
                    return Exhibit(frames: Bench(speech: speech).passing(), options: options)
                }),
            Way(
                name: "an inverter is known to be there, and expects just this",
                exhibit: { speech in
                    var options = speech.expectation
                    options.hasInverter = speech.profile.keepAliveFrame(speech.options) != nil
                    options.rate = 500_000
                    return Exhibit(frames: Bench(speech: speech).passing(), options: options)
                }),
        ]
    }

    @Test("has no findings")
    func nothing() {
        for way in Self.ways {
            var wrong: [String] = []
            for speech in Speech.all where speech.padded || speech.dialect == 0 {
                let account = way.exhibit(speech).account
                if !account.ids.isEmpty {
                    wrong.append("\(speech): \(account.findings.map { ($0.sheet.id, $0.facts) })")
                }
            }
            #expect(wrong == [], "\(way.name)")
        }
    }
}
