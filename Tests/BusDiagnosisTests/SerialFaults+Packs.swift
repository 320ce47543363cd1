import BMSDrivers
import BatteryModel
import BusDiagnosis
import InverterProfiles
import TestSupport

// MARK: - What packs tell

extension SerialFault {
    static let packs: [SerialFault] = [
        SerialFault(finding: "pack-frozen", name: "the values stand still") { speaker in
            let step = max(speaker.pace.spacing, .seconds(3))
            return SerialEvents(speaker, rounds: 80, spacing: step) { _, _ in SerialState() }
        },
        SerialFault(finding: "pack-protection", name: "a cell is too high") { speaker in
            var alarms = AlarmSet()
            alarms.raise(.cellOverVoltage, .protection)
            let events = SerialEvents(speaker) { round, _ in SerialState(moment: round, alarms: alarms) }
            return events.tells {
                !(($0.pack?.alarms ?? $0.bank?.alarms)?.value.protections.isEmpty ?? true)
            } ? events : nil
        },
        SerialFault(finding: "pack-limits-zero", name: "CCL is 0 at 55 %") { speaker in
            let events = SerialEvents(speaker) { round, _ in SerialState(moment: round, chargeLimit: 0) }
            return events.tells {
                ($0.pack?[.chargeCurrentLimit] ?? $0.bank?[.chargeCurrentLimit])?.value == 0
            }
                ? events : nil
        },
        SerialFault(finding: "pack-soc-jump", name: "from 55 to 95 %") { speaker in
            SerialEvents(speaker) { round, _ in SerialState(soc: round < 20 ? 550 : 950, moment: round) }
        },
        SerialFault(finding: "pack-impossible", name: "a cell of 9 V, or 200 °C") { speaker in
            for state in [SerialState(oddCell: 9_000), SerialState(temperature: 2_000)] {
                let events = SerialEvents(speaker) { round, _ in
                    var state = state
                    state.moment = round
                    return state
                }
                let clean = SerialEvents(speaker)
                if events.events.count == clean.events.count,
                    zip(events.events, clean.events).contains(where: { $0.bytes != $1.bytes }),
                    events.tells({ $0.isOff })
                {
                    return events
                }
            }
            return nil
        },
    ]
}

extension SerialTold {
    /// Whether the values that a fault puts in can be read.
    fileprivate var isOff: Bool {
        if let cells = pack?.cellMillivolts?.value, (cells[0] ?? 0) > 5_000 { return true }
        return (pack?[.temperature1] ?? bank?[.temperature])?.value ?? 0 > 1_500
    }
}

// MARK: - Limits

extension SerialFault {
    /// A conversation about a state, slow enough that something lasts, where its values are told.
    private static func lasting(
        _ finding: String, _ name: String, _ state: SerialState,
        where tells: @escaping @Sendable (SerialTold) -> Bool
    ) -> SerialFault {
        SerialFault(finding: finding, name: name) { speaker in
            let step = max(speaker.pace.spacing, .seconds(1))
            let events = SerialEvents(speaker, spacing: step) { round, _ in
                var state = state
                state.moment = round
                return state
            }
            return events.tells(tells) ? events : nil
        }
    }

    static let limits: [SerialFault] = [
        lasting("limits-ignored", "40 A at a CCL of 10 A", SerialState(current: 40_000, chargeLimit: 10_000))
        {
            ($0.pack?[.chargeCurrentLimit] ?? $0.bank?[.chargeCurrentLimit])?.value == 10_000 && $0.hasCurrent
        },
        lasting(
            "limits-ignored", "50 A at a DCL of 20 A", SerialState(current: -50_000, dischargeLimit: 20_000)
        ) {
            ($0.pack?[.dischargeCurrentLimit] ?? $0.bank?[.dischargeCurrentLimit])?.value == 20_000
                && $0.hasCurrent
        },
        lasting("cvl-low", "CVL 48 V at 53 V", SerialState(current: -8_000, chargeVoltage: 48_000)) {
            $0.tellsLowCVL
        },
        lasting(
            "cvl-ignored", "charging at 53 V with CVL 48 V",
            SerialState(current: 30_000, chargeVoltage: 48_000)
        ) { $0.tellsLowCVL && $0.hasCurrent },
        lasting(
            "soc-zero", "0 % with cells at 3.3 V", SerialState(soc: 0, current: 3_000, chargeVoltage: 56_000)
        ) {
            $0.pack?[.soc]?.value == 0 && $0.pack?.cellMillivolts != nil
                && $0.pack?[.chargeVoltageLimit]?.value == 56_000
        },
        SerialFault(finding: "limit-contradicts", name: "CCL 100 A, charging forbidden") { speaker in
            guard speaker.id == "pylontech-lv-rs485" else { return nil }
            var events = SerialEvents(speaker, spacing: .seconds(1))
            for index in events.events.indices where !events.events[index].isQuestion {
                events.events[index].bytes.forbidCharging()
            }
            return events.tells { ($0.bank?[.chargeEnabled])?.value == 0 } ? events : nil
        },
        SerialFault(finding: "current-sign", name: "discharging positive") { speaker in
            let right = SerialEvents.swinging(speaker, by: 50_000)
            guard right.heard().conversation?.tracks.first?.sign.agreeing ?? 0 >= 6 else { return nil }
            return SerialEvents.swinging(speaker, by: -50_000)
        },
    ]
}

extension [UInt8] {
    /// Turns the permissions `C0` at the end of an answer of the Pylontech kind into `40`, with the right checksum.
    fileprivate mutating func forbidCharging() {
        guard count > 12, self[count - 7] == 0x43, self[count - 6] == 0x30 else { return }
        self[count - 7] = 0x34
        var sum = UInt16(0)
        for byte in self[1..<count - 5] { sum &+= UInt16(byte) }
        let digits = Array("0123456789ABCDEF".utf8), check = 0 &- sum
        for place in 0..<4 { self[count - 5 + place] = digits[Int(check >> UInt16(12 - 4 * place)) & 0xF] }
    }
}

extension SerialEvents {
    /// A load that comes and goes every other round, and the voltage that follows it.
    static func swinging(_ speaker: SerialSpeaker, by milliamps: Int32) -> SerialEvents {
        SerialEvents(speaker) { round, _ in
            let isCharging = round / 2 % 2 == 0
            return SerialState(
                current: isCharging ? milliamps : -milliamps, moment: round, lift: isCharging ? 20 : -20)
        }
    }
}

extension SerialTold {
    fileprivate var hasCurrent: Bool { (pack?[.current] ?? bank?[.current]) != nil }

    fileprivate var tellsLowCVL: Bool {
        (pack?[.chargeVoltageLimit] ?? bank?[.chargeVoltageLimit])?.value == 48_000
            && (pack?[.packVoltage] ?? bank?[.voltage])?.value ?? 0 > 50_000
    }
}

// MARK: - The BMS that is said to be there

extension SerialFault {
    static let bms: [SerialFault] = [
        SerialFault(finding: "other-bms", name: "another BMS was named") {
            SerialEvents($0)
        } options: { speaker in
            let other = SerialSpeaker.named(speaker.id == "heltec" ? "felicity" : "heltec")
            guard case .driver(let place) = other.kind else { return DiagnosisOptions() }
            return DiagnosisOptions(expectedDriver: place)
        },
        SerialFault(finding: "bms-rate", name: "nobody answers at a rate that it has not") { speaker in
            guard speaker.isDriver else { return nil }
            return SerialEvents(speaker).keeping(\.isQuestion)
        } options: { speaker in
            guard case .driver(let place) = speaker.kind else { return DiagnosisOptions() }
            return DiagnosisOptions(expectedDriver: place, rate: 38_400)
        },
        SerialFault(finding: "known-firmware", name: "JK firmware with a trap") { speaker in
            guard speaker.id == "jk-modbus" else { return nil }
            return SerialEvents(speaker) { round, _ in
                SerialState(moment: round, firmware: "15.38", hardware: "15A")
            }
        },
    ]
}
