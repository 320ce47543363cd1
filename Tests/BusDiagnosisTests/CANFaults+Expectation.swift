import BMSDrivers
import BatteryModel
import BusCodec
import BusDiagnosis
import InverterProfiles

// Faults of what is expected: by the inverter, and of the BMS that is named.

extension Fault {
    static let ofExpectation: [Fault] =
        [
            Fault("wrong-protocol", "Growatt is expected", Speech.some.filter { $0.id != "growatt-lv-can" }) {
                Exhibit(
                    frames: Bench(speech: $0).passing(),
                    options: DiagnosisOptions(expectedProfile: Speech.named("growatt-lv-can").place))
            },
            Fault(
                "wrong-protocol", "Pylontech is expected",
                Speech.ids(
                    "growatt-lv-can", "samsung-sdi-can", "pytes-can", "schneider-lv-can", "megarevo-lv-can")
            ) {
                Exhibit(
                    frames: Bench(speech: $0).passing(), options: Speech.named("pylontech-lv-can").expectation
                )
            },
            Fault(
                "wrong-protocol", "SMA is expected",
                Speech.ids("pylontech-lv-can", "deye-lv-can", "luxpower-can", "seplos-can")
            ) {
                Exhibit(frames: Bench(speech: $0).passing(), options: Speech.named("sma-lv-can").expectation)
            },
            Fault(
                "newer-set", "V1.2 is expected, V1.3 is heard",
                Speech.ids("pylontech-lv-can", "deye-lv-can", "goodwe-lv-can", "seplos-can")
            ) {
                Exhibit(
                    frames: Bench(speech: .named("pylontech-lv-can", dialect: 1)).passing(),
                    options: $0.expectation)
            },
            Fault(
                "no-permissions", "a set without 0x35C",
                [
                    .named("pylontech-lv-can", dialect: 1), .named("goodwe-lv-can", dialect: 1),
                    .named("sofar-lv-can"),
                ]
            ) {
                Exhibit(
                    frames: Bench(speech: $0).passing(), options: DiagnosisOptions(expectedProfile: $0.place))
            },
            Fault(
                "name-refused", "another name is wanted",
                Speech.some.filter { speech in
                    speech.profile.prepared(BankReading(), speech.options).maker != nil
                        && !["deye-lv-can"].contains(speech.id)
                }
            ) {
                Exhibit(
                    frames: Bench(speech: $0).passing(),
                    options: DiagnosisOptions(expectedName: ASCIIText("AOBO")))
            },
            Fault(
                "alarms-unread", "an alarm in 0x35A, 0x359 is read",
                [.named("pylon-plus-can"), .named("pylon-plus-can", dialect: 1)]
            ) { speech in
                var plant = Plant()
                plant.alarms.raise(.cellOverVoltage, .warning)
                let frames = Bench(speech: speech, plant: plant).passing().map { passing in
                    var passing = passing
                    if passing.frame.identifier == 0x359 {
                        for byte in 0..<4 { passing.frame.bytes[byte] = 0 }
                    }
                    return passing
                }
                return Exhibit(frames: frames, options: Speech.named("pylontech-lv-can").expectation)
            },
            Fault(
                "alarms-unread", "cells too far apart in 0x35A, for which 0x359 has no bit",
                Speech.ids(
                    "pylontech-lv-can", "deye-lv-can", "goodwe-lv-can", "lg-resu-can", "luxpower-can",
                    "seplos-can", "sol-ark-lv-can")
            ) { reader in
                var plant = Plant()
                plant.alarms.raise(.imbalance, .warning)
                return Exhibit(
                    frames: Bench(speech: .named("pylon-plus-can"), plant: plant).passing(),
                    options: reader.expectation)
            },
            Fault(
                "other-bms", "a JK BMS with its own frames, Daly is named",
                Speech.ids("pylontech-lv-can")
            ) { _ in
                Exhibit(
                    frames: Self.jk(seconds: 20),
                    options: DiagnosisOptions(expectedDriver: driver("daly-can")))
            },
            Fault(
                "other-bms", "the CAN port is set to an inverter's protocol",
                Speech.some.filter { $0.profile.keepAliveFrame($0.options) != nil }
            ) {
                Exhibit(
                    frames: Bench(speech: $0, keepAlive: false).passing(),
                    options: DiagnosisOptions(expectedDriver: driver("jk-can")))
            },
            Fault(
                "other-bms", "a protocol that the named BMS does not have",
                Speech.ids("samsung-sdi-can", "pytes-can", "schneider-lv-can")
            ) {
                Exhibit(
                    frames: Bench(speech: $0).passing(),
                    options: DiagnosisOptions(expectedDriver: driver("jk-modbus")))
            },
        ]

    /// The place of a driver.
    static func driver(_ id: String) -> Int? {
        DriverTable.drivers.indices.first { "\(DriverTable.drivers[$0].sheet.id)" == id }
    }
}
