import BatteryModel
import ChargeControl

/// A bank that lives at random: values walk and jump, fields drop out, packs fall silent, clocks leap.
///
/// The same seed gives the same history. With ``isLogging`` it also writes down what it changes.
struct History {
    enum Temper: Sendable {
        /// What a bank with bad cables and old cells does.
        case rough
        /// Any number in any field, and clocks that go backwards.
        case hostile
    }

    let temper: Temper
    let settings: ControlSettings
    private(set) var packs: [PackSettings] = []
    private(set) var image = BankImage()
    /// The same readings once more; looking into a large image is slow.
    private(set) var readings: [PackReading] = []
    private(set) var now = Instant(nanoseconds: 50_000_000_000)
    /// Whether anything in the image changed in the last step.
    private(set) var hasNews = true
    /// Until when something in the image is from the future; when its time comes it counts without news.
    private(set) var futureUntil = Instant(nanoseconds: 0)
    /// The last changes, in words.
    private(set) var log: [String] = []
    var isLogging = false

    private var random: SplitMix64
    private var walks: [Walk] = []

    /// What a pack would say if it were asked.
    struct Walk {
        var cells: [Int32]
        var temperatures: [Int32]
        var mosfet: Int32
        var soc: Int32 = 500
        var chargeLimit: Int32
        var dischargeLimit: Int32
        var cellOverVoltage: Int32
        var chargeSwitch: Int32 = 1
        var dischargeSwitch: Int32 = 1
        var alarms = AlarmSet()
        var silentUntil = Instant(nanoseconds: 0)
        var lastAt = Instant(nanoseconds: 0)
        var dropped: [PackField: Instant] = [:]
        var areCellsDropped = false
        var cycle: Interval?
    }

    init(seed: UInt64, temper: Temper) {
        var random = SplitMix64(seed: seed)
        self.temper = temper
        let chemistry: Chemistry = random.once(in: 5) ? .nmc : random.once(in: 6) ? .lto : .lfp
        var settings = ControlSettings(
            chemistry: chemistry, bankChargeMilliamps: random.pick(10_000...600_000),
            bankDischargeMilliamps: random.pick(10_000...600_000))
        if random.once(in: 2) {
            settings.lostAfter = .milliseconds(Int64(random.pick(3_000...30_000)))
            settings.freshFor = .milliseconds(Int64(random.pick(1_000...10_000)))
            settings.silentAfter = .seconds(Int64(random.pick(5...30)))
            settings.holdAfterFall = .seconds(Int64(random.pick(0...40)))
        }
        if !random.once(in: 3) {
            settings.holdAfterFall = .milliseconds(Int64(random.pick(0...3_000)))
            settings.rampMilliampsPerSecond = random.pick(1_000...60_000)
        }
        settings.alarmPolicy = random.once(in: 4) ? .allPacks : .anyPack
        let count = random.once(in: 80) ? 16 : min(random.pick(1...6), random.pick(1...4))
        if random.once(in: 3) {
            settings.startWithPacks = random.pick(1...count)
            settings.startPatience = .seconds(Int64(random.pick(0...30)))
        }
        self.settings = settings
        let cells = random.once(in: 3) ? random.pick(4...32) : 16
        let areShared = random.once(in: 5)
        for _ in 0..<count {
            var pack = PackSettings(
                cells: cells, capacityMilliampHours: random.pick(5_000...400_000),
                chargeMilliamps: random.pick(5_000...300_000),
                dischargeMilliamps: random.pick(5_000...300_000))
            if areShared { pack.sharePermille = random.pick(1...(1_000 / count)) }
            for source in [
                AbsentSources.mosfetTemperature, .cellTemperature, .bmsLimit, .switchState, .alarms,
            ] where random.once(in: 8) { pack.without.insert(source) }
            packs.append(pack)
            readings.append(PackReading())
            let middle =
                (settings.chargeVoltageMillivoltsPerCell + settings.dischargeVoltageMillivoltsPerCell) / 2
            let start = middle + random.pick(-100...100)
            walks.append(
                Walk(
                    cells: (0..<cells).map { _ in start + random.pick(-20...20) },
                    temperatures: (0..<random.pick(1...5)).map { _ in random.pick(100...400) },
                    mosfet: random.pick(200...600), chargeLimit: random.pick(10_000...400_000),
                    dischargeLimit: random.pick(10_000...400_000),
                    cellOverVoltage: settings.chargeVoltageMillivoltsPerCell + random.pick(-20...200)))
        }
        self.random = random
    }

    private mutating func note(_ text: String) {
        log.append("\(now.nanoseconds / 1_000_000) ms: " + text)
        if log.count > 40 { log.removeFirst() }
    }

    /// Lets time pass and the packs talk.
    mutating func advance() {
        hasNews = false
        passTime()
        for index in packs.indices { live(index) }
    }

    private mutating func passTime() {
        let before = now
        switch random.next() % 400 {
        case 0: now = now + .seconds(Int64(random.pick(10...400)))
        case 1...4: now = now + .milliseconds(Int64(random.pick(1_000...12_000)))
        case 5...14: break
        case 15...40: now = now + Interval(nanoseconds: Int64(random.pick(0...2_000_000)))
        default: now = now + .milliseconds(Int64(random.pick(20...1_000)))
        }
        guard temper == .hostile, random.once(in: 500) else { return }
        if random.once(in: 3) {
            now = Instant(nanoseconds: now.nanoseconds &- Int64(random.pick(0...(.max))))
        } else {
            now = before
        }
        if isLogging { note("clock goes back") }
    }

    private mutating func live(_ index: Int) {
        walk(index)
        if random.once(in: 600) {
            walks[index].silentUntil = now + .milliseconds(Int64(random.pick(100...60_000)))
            if isLogging {
                note("pack \(index) silent until \(walks[index].silentUntil.nanoseconds / 1_000_000) ms")
            }
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
        image[index] = pack
    }

    private mutating func walk(_ index: Int) {
        var walk = walks[index]
        let drift = random.pick(-4...4)
        for cell in walk.cells.indices {
            walk.cells[cell] = min(max(walk.cells[cell] + drift + random.pick(-1...1), 1_500), 4_300)
        }
        if random.once(in: 40) {
            let middle = settings.chargeVoltageMillivoltsPerCell + random.pick(-500...120)
            let move = (middle - walk.cells[0]) / 8
            for cell in walk.cells.indices { walk.cells[cell] += move }
        }
        for sensor in walk.temperatures.indices {
            walk.temperatures[sensor] = min(max(walk.temperatures[sensor] + random.pick(-3...3), -150), 600)
        }
        walk.mosfet = min(max(walk.mosfet + random.pick(-6...6), 100), 950)
        walk.soc = min(max(walk.soc + random.pick(-1...1), 0), 1_000)
        if random.once(in: 100) { walk.chargeLimit = random.pick(0...400_000) }
        if random.once(in: 100) { walk.dischargeLimit = random.pick(0...400_000) }
        if random.once(in: 300) { walk.chargeSwitch = 1 - walk.chargeSwitch }
        if random.once(in: 300) { walk.dischargeSwitch = 1 - walk.dischargeSwitch }
        if walk.chargeSwitch == 0, random.once(in: 20) { walk.chargeSwitch = 1 }
        if walk.dischargeSwitch == 0, random.once(in: 20) { walk.dischargeSwitch = 1 }
        if !walk.alarms.isEmpty, random.once(in: 10) { walk.alarms = AlarmSet() }
        if random.once(in: 300), let kind = AlarmKind(rawValue: UInt8(random.pick(0...35))) {
            walk.alarms.raise(kind, random.once(in: 2) ? .protection : .warning)
        }
        walks[index] = walk
    }
}

// MARK: - What the packs say

extension History {
    private mutating func write(_ index: Int, into reading: inout PackReading, _ at: Instant) {
        var said = walks[index]
        if random.once(in: 150) {
            let cell = Int(random.pick(0...Int32(said.cells.count - 1)))
            said.cells[cell] = random.pick(0...65_535)
            if isLogging { note("pack \(index) cell \(cell + 1) jumps to \(said.cells[cell])") }
        }
        if random.once(in: 200) {
            let jump = random.pick(-300...300)
            for cell in said.cells.indices { said.cells[cell] = max(said.cells[cell] + jump, 0) }
            if random.once(in: 2) { walks[index].cells = said.cells }
            if isLogging { note("pack \(index) cells jump by \(jump)") }
        }
        if random.once(in: 200) {
            let sensor = Int(random.pick(0...Int32(said.temperatures.count - 1)))
            said.temperatures[sensor] = random.pick(-400...1_000)
            if isLogging { note("pack \(index) sensor \(sensor + 1) jumps to \(said.temperatures[sensor])") }
        }
        if random.once(in: 300) { said.soc = random.pick(-10...1_100) }
        var cells = CellValues()
        for (cell, value) in said.cells.enumerated() { cells[cell] = UInt16(clamping: value) }
        let voltage = cells.sum
        if random.once(in: 300) { cells[Int(random.pick(0...31))] = nil }
        if random.once(in: 400) {
            walks[index].areCellsDropped.toggle()
            if isLogging { note("pack \(index) cells dropped: \(walks[index].areCellsDropped)") }
        } else if walks[index].areCellsDropped, random.once(in: 5) {
            walks[index].areCellsDropped = false
        }
        reading.cellMillivolts = walks[index].areCellsDropped ? nil : Reading(cells, at: at)
        say(.packVoltage, voltage + random.pick(-20...20), index, &reading, at)
        say(.current, random.pick(-50_000...50_000), index, &reading, at)
        say(.soc, said.soc, index, &reading, at)
        say(.soh, 990, index, &reading, at)
        for (sensor, value) in said.temperatures.enumerated() {
            say(PackReading.cellSensor(sensor), value, index, &reading, at)
        }
        say(.mosfetTemperature, said.mosfet, index, &reading, at)
        say(.chargeSwitch, said.chargeSwitch, index, &reading, at)
        say(.dischargeSwitch, said.dischargeSwitch, index, &reading, at)
        if random.once(in: 3) || reading[.chargeLimit] == nil {
            say(.chargeLimit, said.chargeLimit, index, &reading, at)
            say(.dischargeLimit, said.dischargeLimit, index, &reading, at)
            say(.cellOverVoltage, said.cellOverVoltage, index, &reading, at)
        }
        if !random.once(in: 20) { reading.alarms = Reading(said.alarms, at: at) }
        if random.once(in: 500) { reading.alarms = nil }
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
            if isLogging {
                note(
                    "pack \(index) \(field) \(isAbsent ? "absent" : "old") until \(until.nanoseconds / 1_000_000) ms"
                )
            }
            return
        }
        reading[field] = Reading(value, at: at)
    }

    /// Puts extremes where numbers should be.
    private mutating func spoil(_ reading: inout PackReading, _ at: Instant) {
        let extremes: [Int32] = [.min, .min + 1, -1, 0, 1, .max - 1, .max]
        for _ in 0..<random.pick(1...6) {
            guard let field = PackField(rawValue: UInt8(random.pick(0...95))) else { continue }
            let value =
                random.once(in: 4)
                ? random.pick(.min...(.max)) : extremes[Int(random.pick(0...Int32(extremes.count - 1)))]
            let instants = [at, at, at, now, Instant(nanoseconds: .max), Instant(nanoseconds: .min)]
            reading[field] = Reading(value, at: instants[Int(random.pick(0...5))])
            futureUntil = Instant(nanoseconds: .max)
            if isLogging { note("\(field) := \(value)") }
        }
    }
}
