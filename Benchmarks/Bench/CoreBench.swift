import BMSDrivers
import BatteryModel
import BusCodec
import ChargeControl
import InverterProfiles

/// The core alone: nanoseconds and heap allocations per frame, record and control step.
enum CoreBench {
    static func run() {
        codec()
        ProfileBench.run()
        TapeBench.run()
        scanner()
        control(packs: 3)
        control(packs: 16)
    }

    private static func codec() {
        let profile = PylontechLV.profile
        var bank = BankReading()
        let now = Instant(nanoseconds: 0)
        let values: [(BankField, Int32)] = [
            (.chargeVoltageLimit, 55_200), (.chargeCurrentLimit, 100_000), (.dischargeCurrentLimit, 120_000),
            (.dischargeVoltageLimit, 46_400), (.soc, 550), (.soh, 990), (.voltage, 52_800),
            (.current, -12_300),
            (.temperature, 215), (.packs, 3), (.chargeEnabled, 1), (.dischargeEnabled, 1),
        ]
        for (field, value) in values { bank[field] = Reading(value, at: now) }
        bank.alarms = Reading(AlarmSet(), at: now)
        let indices = (0..<profile.frameCount).filter {
            profile.frame($0).direction == .toInverter && profile.frame($0).isSent(inDialect: 0)
        }
        var heard = BankReading()
        let result = Measure.loop(20_000) {
            for index in indices {
                guard let frame = try? profile.encode(frame: index, bank: bank) else { continue }
                _ = profile.decode(frame, dialect: 0, at: now, into: &heard)
            }
        }
        let ours = result.nanoseconds / Double(indices.count)
        Table.row(
            "Pylontech set, encode + decode", "\(Measure.fixed(ours, 0)) ns per frame",
            note: "\(indices.count) frames")
        Table.row("heap allocations for it", result.allocations, "per set", atMost: 0, places: 2)
        compare(ours, indices.compactMap { try? profile.encode(frame: $0, bank: bank) })
    }

    /// The same frames through cantools, with the DBC file that the gateway writes.
    private static func compare(_ ours: Double, _ frames: [CANFrame]) {
        let what = "the same by cantools"
        guard let folder = TemporaryFolder(), let busbar = Installed.busbar,
            let text = Child.output(of: [busbar.path, "dbc", "pylontech-lv-can"]),
            File.write(text, to: "\(folder.path)/set.dbc")
        else { return Table.missing(what, "no busbar to write the DBC file: make build makes it") }
        let words = frames.map { frame in
            let bytes = frame.payload
            let digits = bytes.indices.map { index in
                let digit = String(bytes[index], radix: 16)
                return digit.count == 1 ? "0" + digit : digit
            }
            return String(frame.identifier, radix: 16) + ":" + digits.joined()
        }
        guard let theirs = Installed.peer("cantools_set", ["\(folder.path)/set.dbc"] + words) else {
            return Table.missing(what, Installed.noPeer)
        }
        Table.row(
            what, "\(Measure.fixed(theirs, 0)) ns per frame",
            note: "\(Measure.fixed(theirs / ours)) times ours")
    }

    private static func scanner() {
        let driver = JKPB.driver
        var request = RequestBuffer()
        driver.request(0, 1, &request)
        var answer = AnswerBuffer()
        driver.answer(request.bytes, SamplePack.reading(uptime: 1_000), &answer)
        var reading = PackReading()
        var ticks: Int64 = 0
        let result = Measure.loop(5_000) {
            var scanner = StreamScanner<1024>()
            scanner.received(
                answer.bytes, grammar: { driver.scan($0, false, $1) },
                handle: { bytes, item in
                    // A fresh reading each time: the same uptime again would be refused as frozen.
                    reading = PackReading()
                    ticks += 1
                    try? driver.decode(bytes, item.poll ?? 0, Instant(nanoseconds: ticks), &reading)
                })
        }
        Table.row(
            "JK records, scan + decode", "\(Measure.fixed(1_000_000 / result.nanoseconds)) thousand/s",
            note: "\(Measure.fixed(result.nanoseconds / 1_000)) µs for \(answer.count) bytes; "
                + "\(Measure.fixed(result.allocations)) heap allocations")
    }

    private static func control(packs: Int) {
        var controller = ChargeController(
            ControlSettings(bankChargeMilliamps: 200_000, bankDischargeMilliamps: 300_000))
        var image = BankImage()
        for index in 0..<packs {
            controller.add(
                PackSettings(
                    cells: 16, capacityMilliampHours: 280_000, chargeMilliamps: 100_000,
                    dischargeMilliamps: 150_000))
            image.packs[index].reading = SamplePack.reading(uptime: 1_000)
        }
        var now = Instant(nanoseconds: 0)
        let result = Measure.loop(2_000) {
            now = now + .microseconds(100)
            _ = controller.step(image, at: now)
        }
        Table.row(
            "control step, \(packs) packs", "\(Measure.fixed(result.nanoseconds, 0)) ns",
            note: "\(Measure.fixed(result.allocations)) heap allocations")
        explanation(&controller, packs: packs, at: now)
    }

    /// What the bus thread does beside that to publish why, four times a second.
    private static func explanation(_ controller: inout ChargeController, packs: Int, at now: Instant) {
        let result = Measure.loop(500) {
            _ = controller.memory(at: now, wall: nil)
            for index in 0..<packs {
                for direction in [Direction.charge, .discharge] {
                    var entries: [RuleList.Entry] = []
                    entries.reserveCapacity(16)
                    controller.visitRules(ofPack: index, direction) { entries.append($0) }
                }
            }
        }
        Table.row(
            "every rule of \(packs) packs, and the memory", "\(Measure.fixed(result.nanoseconds / 1_000)) µs",
            note: "\(Measure.fixed(result.allocations)) heap allocations, four times a second")
    }
}

/// A pack in the middle of its range.
enum SamplePack {
    static func reading(uptime: Int32) -> PackReading {
        var reading = PackReading()
        let at = Instant(nanoseconds: 0)
        var cells = CellValues()
        for index in 0..<16 { cells[index] = UInt16(3_300 + index) }
        reading.cellMillivolts = Reading(cells, at: at)
        reading.alarms = Reading(AlarmSet(), at: at)
        let values: [(PackField, Int32)] = [
            (.packVoltage, 52_920), (.current, 10_000), (.soc, 550), (.soh, 1_000), (.temperature1, 200),
            (.temperature2, 210), (.mosfetTemperature, 250), (.chargeSwitch, 1), (.dischargeSwitch, 1),
            (.chargeLimit, 100_000), (.dischargeLimit, 150_000), (.cellOverVoltage, 3_650),
            (.remainingCapacity, 154_000), (.fullCapacity, 280_000), (.configuredCells, 16),
            (.uptime, uptime), (.busAddress, 1),
        ]
        for (field, value) in values { reading[field] = Reading(value, at: at) }
        return reading
    }
}
