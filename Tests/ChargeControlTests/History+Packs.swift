import BatteryModel
import ChargeControl

// How the packs live and what they say.

extension History {
    mutating func live(_ index: Int) {
        walk(index)
        if random.once(in: 600) {
            walks[index].silentUntil = now + .milliseconds(Int64(random.pick(100...60_000)))
            note("pack \(index) silent until \(walks[index].silentUntil.nanoseconds / 1_000_000) ms")
        }
        guard now >= walks[index].silentUntil, !random.once(in: 4) else { return }
        hasNews = true
        var at = now + .milliseconds(-Int64(random.pick(0...300)))
        if random.once(in: 300) { at = at + .milliseconds(-Int64(random.pick(0...15_000))) }
        if random.once(in: 200) { at = walks[index].lastAt }
        if random.once(in: 400) { at = now + .milliseconds(Int64(random.pick(1...20_000))) }
        walks[index].lastAt = at
        if at > now { futureUntil = max(futureUntil, at) }
        var pack = BankImage.Pack(reading: readings[index], cycle: walks[index].cycle)
        if random.once(in: 50) { pack.cycle = .milliseconds(Int64(random.pick(0...20_000))) }
        write(index, into: &pack.reading, at)
        if temper == .hostile, random.once(in: 10) { spoil(&pack.reading, at) }
        walks[index].cycle = pack.cycle
        readings[index] = pack.reading
        image.packs[index] = pack
    }

    private mutating func walk(_ index: Int) {
        var walk = walks[index]
        walkCells(&walk)
        for sensor in walk.temperatures.indices {
            walk.temperatures[sensor] = min(max(walk.temperatures[sensor] + random.pick(-3...3), -150), 600)
        }
        walk.mosfet = min(max(walk.mosfet + random.pick(-6...6), 100), 950)
        if random.once(in: 200) { walk.isSOCStuck.toggle() }
        if !walk.isSOCStuck { walk.soc = min(max(walk.soc + random.pick(-1...1), 0), 1_000) }
        if random.once(in: 100) { walk.balancing = random.pick(0...2) }
        if random.once(in: 100) { walk.chargeLimit = random.pick(0...400_000) }
        if random.once(in: 100) { walk.dischargeLimit = random.pick(0...400_000) }
        if random.once(in: 100) { walk.told.charge = random.once(in: 3) ? 0 : random.pick(0...300_000) }
        if random.once(in: 100) { walk.told.discharge = random.once(in: 3) ? 0 : random.pick(0...300_000) }
        if random.once(in: 200) {
            walk.told.voltage = Int32(walk.cells.count) * random.pick(2_900...3_600)
        } else if random.once(in: 800) {
            walk.told.voltage = random.pick(0...200_000)
        }
        if random.once(in: 300) { walk.chargeSwitch = 1 - walk.chargeSwitch }
        if random.once(in: 300) { walk.dischargeSwitch = 1 - walk.dischargeSwitch }
        if walk.chargeSwitch == 0, random.once(in: 20) { walk.chargeSwitch = 1 }
        if walk.dischargeSwitch == 0, random.once(in: 20) { walk.dischargeSwitch = 1 }
        if random.once(in: 1_000) { walk.conductance *= Double(random.pick(50...200)) / 100 }
        if !walk.alarms.isEmpty, random.once(in: 10) { walk.alarms = AlarmSet() }
        if random.once(in: 300), let kind = AlarmKind(rawValue: UInt8(random.pick(0...35))) {
            walk.alarms.raise(kind, random.once(in: 2) ? .protection : .warning)
        }
        walks[index] = walk
    }

    private mutating func walkCells(_ walk: inout Walk) {
        if let plateau = flow.plateau {
            for cell in walk.cells.indices {
                let goal = plateau.millivolts + random.pick(-plateau.spread...plateau.spread) / 2
                walk.cells[cell] += (goal - walk.cells[cell]) / 3 + (goal - walk.cells[cell]).signum()
            }
            return
        }
        let drift = random.pick(-4...4)
        for cell in walk.cells.indices {
            walk.cells[cell] = min(max(walk.cells[cell] + drift + random.pick(-1...1), 1_500), 4_300)
        }
        guard random.once(in: 40) else { return }
        let middle = settings.chargeVoltageMillivoltsPerCell + random.pick(-500...120)
        let move = (middle - walk.cells[0]) / 8
        for cell in walk.cells.indices { walk.cells[cell] += move }
    }

    private mutating func write(_ index: Int, into reading: inout PackReading, _ at: Instant) {
        var said = walks[index]
        lie(index, &said)
        var cells = CellValues()
        for (cell, value) in said.cells.enumerated() { cells[cell] = UInt16(clamping: value) }
        // A wire that has come off: the BMS does not count its cell either.
        if random.once(in: 400) { cells[Int(random.pick(0...31))] = nil }
        let voltage = cells.sum
        if random.once(in: 300) { cells[Int(random.pick(0...31))] = nil }
        if random.once(in: 400) {
            walks[index].areCellsDropped.toggle()
            note("pack \(index) cells dropped: \(walks[index].areCellsDropped)")
        } else if walks[index].areCellsDropped, random.once(in: 5) {
            walks[index].areCellsDropped = false
        }
        let isTelling = packs[index].without.contains(.singleCells)
        let areCellsSilent = walks[index].areCellsDropped || isTelling
        reading.cellMillivolts = areCellsSilent ? nil : Reading(cells, at: at)
        say(.packVoltage, voltage + random.pick(-20...20), index, &reading, at)
        if isTelling {
            tell(index, said, cells, &reading, at)
        } else if said.tellsLimits {
            say(.chargeCurrentLimit, said.told.charge, index, &reading, at)
            say(.dischargeCurrentLimit, said.told.discharge, index, &reading, at)
        }
        say(.current, current(of: index) + random.pick(-50...50), index, &reading, at)
        say(.soc, said.soc, index, &reading, at)
        say(.soh, 990, index, &reading, at)
        for (sensor, value) in said.temperatures.enumerated() {
            say(PackReading.cellSensor(sensor), value, index, &reading, at)
        }
        say(.mosfetTemperature, said.mosfet, index, &reading, at)
        say(.balancing, said.balancing, index, &reading, at)
        say(.chargeSwitch, said.chargeSwitch, index, &reading, at)
        say(.dischargeSwitch, said.dischargeSwitch, index, &reading, at)
        if random.once(in: 3) || reading[.chargeLimit] == nil {
            say(.chargeLimit, said.chargeLimit, index, &reading, at)
            say(.dischargeLimit, said.dischargeLimit, index, &reading, at)
            say(.cellOverVoltage, said.cellOverVoltage, index, &reading, at)
            for (field, value) in said.protections { say(field, value, index, &reading, at) }
        }
        if !random.once(in: 20) { reading.alarms = Reading(said.alarms, at: at) }
        if random.once(in: 500) { reading.alarms = nil }
    }

    /// What a battery without single cells says instead.
    private mutating func tell(
        _ index: Int, _ said: Walk, _ cells: CellValues, _ reading: inout PackReading, _ at: Instant
    ) {
        say(.chargeVoltageLimit, said.told.voltage, index, &reading, at)
        say(.chargeCurrentLimit, said.told.charge, index, &reading, at)
        say(.dischargeCurrentLimit, said.told.discharge, index, &reading, at)
        if said.tellsHighest, let high = cells.highest {
            say(.highestCell, Int32(high.value), index, &reading, at)
            say(.highestCellNumber, Int32(high.index + 1), index, &reading, at)
        }
        if said.tellsLowest, let low = cells.lowest {
            say(.lowestCell, Int32(low.value), index, &reading, at)
        }
    }

    /// Jumps, of one sensor or of all.
    private mutating func lie(_ index: Int, _ said: inout Walk) {
        if random.once(in: 150) {
            let cell = Int(random.pick(0...Int32(said.cells.count - 1)))
            said.cells[cell] = random.pick(0...65_535)
            note("pack \(index) cell \(cell + 1) jumps to \(said.cells[cell])")
        }
        if random.once(in: 200) {
            let jump = random.pick(-300...300)
            for cell in said.cells.indices { said.cells[cell] = max(said.cells[cell] + jump, 0) }
            if random.once(in: 2) { walks[index].cells = said.cells }
            note("pack \(index) cells jump by \(jump)")
        }
        if random.once(in: 200) {
            let sensor = Int(random.pick(0...Int32(said.temperatures.count - 1)))
            said.temperatures[sensor] = random.pick(-400...1_000)
            note("pack \(index) sensor \(sensor + 1) jumps to \(said.temperatures[sensor])")
        }
        if random.once(in: 300) { said.soc = random.pick(-10...1_100) }
    }

    /// Says one number, unless it has dropped out: then it is absent, or the old one stays.
    private mutating func say(
        _ field: PackField, _ value: Int32, _ index: Int, _ reading: inout PackReading, _ at: Instant
    ) {
        if let until = walks[index].dropped[field] {
            if now < until { return }
            walks[index].dropped[field] = nil
        }
        if random.once(in: 1_500) {
            let until = now + .milliseconds(Int64(random.pick(0...40_000)))
            walks[index].dropped[field] = until
            let isAbsent = random.once(in: 2)
            if isAbsent { reading[field] = nil }
            note(
                "pack \(index) \(field) \(isAbsent ? "absent" : "old") until "
                    + "\(until.nanoseconds / 1_000_000) ms")
            return
        }
        reading[field] = Reading(value, at: at)
    }

    /// Puts extremes where numbers should be.
    private mutating func spoil(_ reading: inout PackReading, _ at: Instant) {
        let extremes: [Int32] = [.min, .min + 1, -1, 0, 1, .max - 1, .max]
        for _ in 0..<random.pick(1...6) {
            guard let field = PackField(rawValue: UInt8(random.pick(0...Int32(PackField.count - 1)))) else {
                continue
            }
            let value =
                random.once(in: 4)
                ? random.pick(.min...(.max)) : extremes[Int(random.pick(0...Int32(extremes.count - 1)))]
            let instants = [at, at, at, now, Instant(nanoseconds: .max), Instant(nanoseconds: .min)]
            reading[field] = Reading(value, at: instants[Int(random.pick(0...5))])
            futureUntil = Instant(nanoseconds: .max)
            note("\(field) := \(value)")
        }
    }
}
