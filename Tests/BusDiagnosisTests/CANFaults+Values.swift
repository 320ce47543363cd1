import BatteryModel
import BusCodec
import BusDiagnosis
import InverterProfiles

// Faults of numbers and of limits.

extension Fault {
    /// Traffic in which the raw number of a field is changed.
    private static func patching(
        _ field: BankField, _ plant: Plant = Plant(), expecting: Bool = true,
        _ change: @escaping @Sendable (Int64, BankRow) -> Int64
    ) -> @Sendable (Speech) -> Exhibit {
        { speech in
            Exhibit(
                frames: speech.patched(Bench(speech: speech, plant: plant).passing(), field, change),
                options: expecting ? speech.expectation : DiagnosisOptions())
        }
    }

    private static func swinging() -> Plant {
        var plant = Plant(amperes: 60)
        plant.swings = true
        return plant
    }

    /// A plant of which something is said differently.
    private static func plant(
        soc: Double = 500, amperes: Double = -30,
        _ change: @escaping @Sendable (inout BankReading, Double) -> Void
    ) -> Plant {
        var plant = Plant(soc: soc, amperes: amperes)
        plant.change = change
        return plant
    }

    private static let bigTemperature = Speech.some.filter { speech in
        [BankField.temperature, .highestTemperature].contains { (speech.row(of: $0)?.bits ?? 0) == 16 }
    }
    private static let littleEndian = Speech.some.filter { speech in
        [BankField.soc, .voltage, .chargeVoltageLimit, .chargeCurrentLimit].allSatisfy {
            (speech.row(of: $0)?.bits ?? 0) == 16
        }
    }

    /// Profiles that understand both scales of the voltage.
    private static let readsBoth = ["lg-resu-can"]

    static let ofNumbers: [Fault] =
        [
            Fault(
                "voltage-scale", "a tenth of the voltage",
                Speech.carrying(.voltage, .chargeVoltageLimit).filter { !readsBoth.contains($0.id) },
                patching(.voltage) { raw, _ in raw / 10 }),
            Fault(
                "voltage-scale", "the same, nobody knows what is expected",
                Speech.carrying(.voltage, .chargeVoltageLimit).filter { !readsBoth.contains($0.id) },
                patching(.voltage, expecting: false) { raw, _ in raw / 10 }),
            Fault(
                "voltage-scale", "ten times the voltage", Speech.carrying(.voltage, .chargeVoltageLimit),
                patching(.voltage) { raw, _ in raw * 10 }),
            Fault(
                "half-voltage", "half the voltage", Speech.carrying(.voltage, .chargeVoltageLimit),
                patching(.voltage) { raw, _ in raw / 2 }),
            Fault(
                "current-sign", "discharging positive", Speech.carrying(.voltage, .current),
                { speech in
                    Exhibit(
                        frames: speech.patched(
                            Bench(speech: speech, plant: swinging(), seconds: 120).passing(), .current
                        ) { raw, row in
                            // Some rows have an offset in the middle of their range.
                            row.offset == 0
                                ? -raw
                                : -2 * Int64(row.offset) * Int64(row.denominator) / Int64(row.numerator) - raw
                        }, options: speech.expectation)
                }),
            Fault(
                "temperature-unit", "kelvin for degrees",
                bigTemperature.filter { $0.row(of: .temperature) != nil },
                patching(.temperature) { raw, row in
                    raw + Int64(2_731) * Int64(row.denominator) / Int64(row.numerator)
                }),
            Fault(
                "temperature-unit", "degrees for kelvin",
                Speech.ids("victron-can", "byd-lvs-can", "mg-lv-can", "pylon-plus-can"),
                patching(.highestTemperature) { raw, _ in raw - 273 }),
            Fault(
                "soc-scale", "hundredths of a percent",
                Speech.carrying(.soc).filter {
                    $0.row(of: .soc)?.bits == 16 && $0.row(of: .soc)?.numerator == 10
                }, patching(.soc) { raw, _ in raw * 100 }),
            Fault(
                "byte-order", "bytes swapped", littleEndian,
                { speech in
                    let frames = Bench(speech: speech).passing().map { passing in
                        var passing = passing
                        guard !speech.profile.isKeepAlive(passing.frame) else { return passing }
                        for byte in stride(from: 0, to: 7, by: 2) {
                            (passing.frame.bytes[byte], passing.frame.bytes[byte + 1]) = (
                                passing.frame.bytes[byte + 1], passing.frame.bytes[byte]
                            )
                        }
                        return passing
                    }
                    return Exhibit(frames: frames)
                }),
            Fault("frozen-values", "the gateway has lost its BMS", Speech.carrying(.voltage, .current)) {
                speech in
                let plant = plant { bank, seconds in
                    guard seconds > 15 else { return }
                    bank[.voltage]?.value = 52_480
                    bank[.current]?.value = -30_200
                    bank[.soc]?.value = 490
                }
                return Exhibit(frames: Bench(speech: speech, plant: plant, seconds: 100).passing())
            },
            Fault("soc-jump", "from 50 to 80 %", Speech.carrying(.soc)) { speech in
                let plant = plant { bank, seconds in if seconds > 30 { bank[.soc]?.value = 800 } }
                return Exhibit(frames: Bench(speech: speech, plant: plant).passing())
            },
            Fault(
                "soc-zero", "0 % at 52.5 V", Speech.carrying(.soc, .voltage, .chargeVoltageLimit),
                patching(.soc, Plant(soc: 600, amperes: 3)) { _, _ in 0 }),
            Fault(
                "impossible-value", "a negative CCL",
                Speech.carrying(.chargeCurrentLimit).filter {
                    $0.row(of: .chargeCurrentLimit)?.isSigned == true
                },
                patching(.chargeCurrentLimit) { _, _ in -500 }),
        ]

    private static let permitted = Speech.carrying(.chargeCurrentLimit, .chargeEnabled, .current)

    static let ofLimits: [Fault] =
        [
            Fault(
                "cvl-zero", "CVL 0 V", Speech.carrying(.chargeVoltageLimit),
                patching(.chargeVoltageLimit) { _, _ in 0 }),
            Fault(
                "tiny-stop", "CVL 0.1 V",
                Speech.carrying(.chargeVoltageLimit).filter {
                    ($0.row(of: .chargeVoltageLimit)?.range.lowerBound ?? .max) <= 100
                        && $0.row(of: .chargeVoltageLimit)?.numerator == 100
                }, patching(.chargeVoltageLimit) { _, _ in 1 }),
            Fault("cvl-low", "CVL 48 V at 53 V", Speech.carrying(.chargeVoltageLimit, .voltage)) { speech in
                let plant = plant(amperes: -8) { bank, seconds in
                    if seconds > 20 {
                        bank[.chargeVoltageLimit]?.value = 48_000
                        bank[.dischargeVoltageLimit]?.value = 44_000
                    }
                }
                return Exhibit(frames: Bench(speech: speech, plant: plant).passing())
            },
            Fault(
                "cvl-ignored", "charging at 53 V with CVL 48 V",
                Speech.carrying(.chargeVoltageLimit, .voltage, .current)
            ) { speech in
                let plant = plant(amperes: 30) { bank, seconds in
                    bank[.chargeVoltageLimit]?.value = 48_000
                    bank[.dischargeVoltageLimit]?.value = 44_000
                }
                return Exhibit(frames: Bench(speech: speech, plant: plant).passing())
            },
            Fault("limits-ignored", "40 A at a CCL of 10 A", Speech.carrying(.chargeCurrentLimit, .current)) {
                speech in
                let plant = plant(amperes: 40) { bank, seconds in
                    if seconds > 20 { bank[.chargeCurrentLimit]?.value = 10_000 }
                }
                return Exhibit(frames: Bench(speech: speech, plant: plant).passing())
            },
            Fault(
                "limits-ignored", "50 A at a DCL of 20 A", Speech.carrying(.dischargeCurrentLimit, .current)
            ) { speech in
                let plant = plant(amperes: -50) { bank, seconds in
                    if seconds > 20 { bank[.dischargeCurrentLimit]?.value = 20_000 }
                }
                return Exhibit(frames: Bench(speech: speech, plant: plant).passing())
            },
            Fault(
                "limit-not-sent", "CCL 0 A, charging permitted and under way", permitted,
                patching(.chargeCurrentLimit, Plant(amperes: 30)) { _, _ in 0 }),
            Fault(
                "limit-not-sent", "DCL 0 A, discharging permitted and under way",
                Speech.carrying(.dischargeCurrentLimit, .dischargeEnabled, .current),
                patching(.dischargeCurrentLimit) { _, _ in 0 }),
            Fault(
                "limit-contradicts", "a limit, no permission", permitted,
                patching(.chargeEnabled) { raw, row in
                    (try? row.raw(for: 0)).map { Int64(bitPattern: $0) } ?? 0
                }),
            Fault(
                "both-limits-zero", "nothing is allowed",
                Speech.carrying(.chargeCurrentLimit, .dischargeCurrentLimit)
            ) { speech in
                let plant = plant(amperes: 0) { bank, _ in
                    for field in [
                        BankField.chargeCurrentLimit, .dischargeCurrentLimit, .chargeEnabled,
                        .dischargeEnabled,
                    ] {
                        bank[field]?.value = 0
                    }
                }
                return Exhibit(frames: Bench(speech: speech, plant: plant).passing())
            },
            Fault("battery-protects", "a protection stands", Speech.some) { speech in
                var plant = Plant(amperes: 0)
                plant.alarms.raise(.cellOverVoltage, .protection)
                return Exhibit(frames: Bench(speech: speech, plant: plant).passing())
            },
            Fault("only-full-charge", "bit 3 at 8 %", Speech.carrying(.fullCharge, .forceCharge)) { speech in
                let plant = plant(soc: 80, amperes: -5) { bank, _ in bank[.fullCharge]?.value = 1 }
                return Exhibit(frames: Bench(speech: speech, plant: plant).passing())
            },
        ]

    static let all = ofTheBus + ofTheTalk + ofExpectation + ofFrames + ofNumbers + ofLimits
}
