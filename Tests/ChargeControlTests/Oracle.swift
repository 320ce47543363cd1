import BatteryModel
import ChargeControl

/// What a pack may carry at most, worked out a second time from the raw reading and in another way: fractions in
/// floating point, tables of its own, no memory but the newest distinct measurement.
struct Oracle {
    let settings: ControlSettings
    let packs: [PackSettings]
    private var cells: [Reading<CellValues>?]
    /// The newest distinct readings of cells and of the state of charge: while one is doubted, an earlier one counts.
    private var recentCells: [[CellValues]]
    private var recentSOC: [[Reading<Int32>]]
    private var temperatures: [(at: Instant, values: [Int32])?]
    /// The newest distinct instants of the cells and temperatures: while one is doubted, an earlier one counts.
    private var cellInstants: [[Instant]]
    private var temperatureInstants: [[Instant]]
    /// Whether a pack has told CCL, and DCL, since the controller was started: from then on it must.
    private var hasTold: [(charge: Bool, discharge: Bool)]

    init(_ settings: ControlSettings, _ packs: [PackSettings]) {
        self.settings = settings
        self.packs = packs
        cells = packs.map { _ in nil }
        recentCells = packs.map { _ in [] }
        recentSOC = packs.map { _ in [] }
        temperatures = packs.map { _ in nil }
        cellInstants = packs.map { _ in [] }
        temperatureInstants = packs.map { _ in [] }
        hasTold = packs.map { _ in (false, false) }
    }

    /// A controller that was just started has heard nothing of any pack.
    mutating func forgetTold() { hasTold = packs.map { _ in (false, false) } }

    /// Takes over what is new.
    mutating func look(at readings: [PackReading]) {
        for index in packs.indices {
            let reading = readings[index]
            if reading[.chargeCurrentLimit] != nil { hasTold[index].charge = true }
            if reading[.dischargeCurrentLimit] != nil { hasTold[index].discharge = true }
            if let found = cells(of: index, reading) {
                if cells[index] != found {
                    cells[index] = found
                    cellInstants[index] = cellInstants[index].suffix(3) + [found.at]
                    recentCells[index] = recentCells[index].suffix(3) + [found.value]
                }
            } else {
                cells[index] = nil
                cellInstants[index] = []
                recentCells[index] = []
            }
            if let soc = reading[.soc], soc != recentSOC[index].last {
                recentSOC[index] = recentSOC[index].suffix(3) + [soc]
            } else if reading[.soc] == nil {
                recentSOC[index] = []
            }
            var values: [Int32] = []
            var oldest: Instant?
            for sensor in 0..<5 {
                guard let found = reading[PackReading.cellSensor(sensor)] else { continue }
                values.append(found.value)
                oldest = min(oldest ?? found.at, found.at)
            }
            if let oldest {
                if temperatures[index]?.at != oldest || temperatures[index]?.values != values {
                    temperatures[index] = (oldest, values)
                    temperatureInstants[index] = temperatureInstants[index].suffix(3) + [oldest]
                }
            } else {
                temperatures[index] = nil
                temperatureInstants[index] = []
            }
        }
    }

    /// Whether a pack has no single cells and tells limits instead.
    func isTelling(_ index: Int) -> Bool { packs[index].without.contains(.singleCells) }

    /// The cells of a pack; of one that has no single cells, a highest and a lowest one in their place.
    private func cells(of index: Int, _ reading: borrowing PackReading) -> Reading<CellValues>? {
        guard isTelling(index) else { return reading.cellMillivolts }
        guard let voltage = reading[.packVoltage] else { return nil }
        let mean = Double(voltage.value) / Double(packs[index].cells)
        var (high, low, at) = (mean.rounded(.up), mean.rounded(.down), voltage.at)
        if let told = reading[.highestCell] { (high, at) = (max(high, Double(told.value)), min(at, told.at)) }
        if let told = reading[.lowestCell] { (low, at) = (min(low, Double(told.value)), min(at, told.at)) }
        var cells = CellValues()
        cells[0] = UInt16(min(max(high, 0), 65_535))
        cells[1] = UInt16(min(max(low, 0), 65_535))
        return Reading(cells, at: at)
    }

    /// What a battery tells as its CVL; `nil` if that is old or cannot be meant.
    func toldVoltage(_ index: Int, _ reading: borrowing PackReading, _ now: Instant) -> Int32? {
        guard let told = reading[.chargeVoltageLimit], isYoung(told.at, now) else { return nil }
        let cells = packs[index].cells
        let sensible = settings.floorVoltageMillivoltsPerCell * cells...5_000 * cells
        return sensible.contains(told.value) ? told.value : nil
    }

    /// What a battery tells as its own limit; 0 if that is old, absent or negative.
    private func told(
        _ index: Int, _ isCharge: Bool, _ reading: borrowing PackReading, _ now: Instant
    ) -> Double {
        guard let told = reading[isCharge ? .chargeCurrentLimit : .dischargeCurrentLimit],
            isYoung(told.at, now)
        else { return 0 }
        if isTelling(index), isCharge, toldVoltage(index, reading, now) == nil { return 0 }
        return Double(max(told.value, 0))
    }

    func recent(_ index: Int) -> [CellValues] { recentCells[index] }

    func states(_ index: Int) -> [Int32] { recentSOC[index].map(\.value) }

    private func isYoung(_ at: Instant?, _ now: Instant) -> Bool {
        guard let at, at <= now else { return false }
        return now - at <= settings.lostAfter
    }

    /// Whether everything that a reading must have is there and younger than `lost`.
    func isHeard(_ index: Int, _ reading: borrowing PackReading, _ now: Instant) -> Bool {
        let without = packs[index].without
        for field in [PackField.packVoltage, .current, .soc] where !isYoung(reading[field]?.at, now) {
            return false
        }
        if isTelling(index) {
            let told = [PackField.chargeVoltageLimit, .chargeCurrentLimit, .dischargeCurrentLimit]
            for field in told where !isYoung(reading[field]?.at, now) { return false }
        }
        guard cellInstants[index].contains(where: { isYoung($0, now) }) else { return false }
        if !without.contains(.cellTemperature) {
            guard temperatureInstants[index].contains(where: { isYoung($0, now) }) else { return false }
        }
        if let charge = reading[.chargeSwitch], let discharge = reading[.dischargeSwitch] {
            return isYoung(charge.at, now) && isYoung(discharge.at, now)
        }
        if isTelling(index) { return true }
        if reading[.chargeLimit] != nil, reading[.dischargeLimit] != nil { return true }
        return without.contains(.switchState) && without.contains(.bmsLimit)
    }

    /// Whether the BMS says that the switch of this direction is open.
    func isOpen(_ isCharge: Bool, _ reading: borrowing PackReading, _ now: Instant) -> Bool {
        let state = reading[isCharge ? .chargeSwitch : .dischargeSwitch]
        return state?.value == 0 && isYoung(state?.at, now)
    }

    /// Whether any cell of a young reading stands at its absolute maximum.
    func isAnyCellTooHigh(_ index: Int, _ reading: borrowing PackReading, _ now: Instant) -> Bool {
        guard let cells = cells(of: index, reading), isYoung(cells.at, now), let high = cells.value.highest
        else {
            return false
        }
        return Int32(high.value) >= settings.absoluteMaximumCellMillivolts
    }

    /// The most that the pack by itself may carry.
    func bound(_ index: Int, _ isCharge: Bool, _ reading: borrowing PackReading, _ now: Instant) -> Double {
        let pack = packs[index]
        let maximum = Double(max(isCharge ? pack.chargeMilliamps : pack.dischargeMilliamps, 0))
        var bound = maximum
        if (isCharge ? hasTold[index].charge : hasTold[index].discharge) || isTelling(index) {
            bound = min(bound, told(index, isCharge, reading, now))
        }
        let limit = reading[isCharge ? .chargeLimit : .dischargeLimit]
        if let limit, now - limit.at <= .seconds(300) {
            bound = min(bound, Double(max(limit.value, 0)) * 0.9)
        } else if !pack.without.contains(.bmsLimit) {
            return 0
        }
        let state = reading[isCharge ? .chargeSwitch : .dischargeSwitch]
        if state == nil || now - (state?.at ?? now) > settings.lostAfter {
            if !pack.without.contains(.switchState) { return 0 }
        } else if state?.value == 0 {
            return 0
        }
        if let alarms = reading.alarms, now - alarms.at <= settings.lostAfter {
            let kinds = Oracle.bothWays + (isCharge ? Oracle.chargeOnly : Oracle.dischargeOnly)
            for kind in kinds where alarms.value.protections.contains(kind) { return 0 }
            if isTelling(index), Oracle.vague.contains(where: alarms.value.protections.contains) { return 0 }
        } else if !pack.without.contains(.alarms) {
            return 0
        }
        if !pack.without.contains(.mosfetTemperature) {
            guard let mosfet = reading[.mosfetTemperature], now - mosfet.at <= settings.lostAfter else {
                return 0
            }
            bound = min(bound, maximum * Oracle.part(mosfet.value, settings.mosfetTemperature))
        }
        guard let cells = cells[index]?.value else { return 0 }
        if let place = isCharge ? cells.highest : cells.lowest {
            let curve = isCharge ? settings.highestCell : settings.lowestCell
            bound = min(bound, maximum * Oracle.part(Int32(place.value), curve))
        }
        if !pack.without.contains(.cellTemperature) {
            let curve = isCharge ? settings.chargeTemperature : settings.dischargeTemperature
            for value in temperatures[index]?.values ?? [] {
                bound = min(bound, maximum * Oracle.part(value, curve))
            }
        }
        return min(bound, maximum * extraPart(index, isCharge, reading, now))
    }

    /// Linear between the corners.
    static func part(_ input: Int32, _ curve: Curve) -> Double {
        var before = curve[0]
        if input <= before.input { return Double(before.permille) / 1_000 }
        for index in 1..<curve.count {
            let corner = curve[index]
            if input <= corner.input {
                let along = Double(input - before.input) / Double(corner.input - before.input)
                return (Double(before.permille) + along * Double(corner.permille - before.permille)) / 1_000
            }
            before = corner
        }
        return Double(before.permille) / 1_000
    }

    /// The part of the current through each pack, as the operator or the capacities say.
    var shares: [Double] {
        let said = packs.reduce(0) { $0 + Int64($1.sharePermille ?? 0) }
        let open = packs.reduce(0.0) { $0 + ($1.sharePermille == nil ? Double($1.capacityMilliampHours) : 0) }
        return packs.map { pack in
            if let share = pack.sharePermille { return Double(share) / 1_000 }
            return Double(1_000 - said) / 1_000 * Double(pack.capacityMilliampHours) / open
        }
    }

    private static let bothWays: [AlarmKind] = [
        .mosfetOverTemperature, .cellCountMismatch, .currentSensorFault, .internalCommunication,
        .batteryOverTemperature, .temperatureSensorFault,
    ]
    /// What a battery says that knows no word for what is wrong.
    private static let vague: [AlarmKind] = [.undocumented, .bankLost, .inputMissing, .implausible]
    private static let chargeOnly: [AlarmKind] = [
        .cellOverVoltage, .packOverVoltage, .chargeOverCurrent, .chargeShortCircuit, .chargeOverTemperature,
        .chargeUnderTemperature, .chargeSwitchFault,
    ]
    private static let dischargeOnly: [AlarmKind] = [
        .cellUnderVoltage, .packUnderVoltage, .dischargeOverCurrent, .dischargeShortCircuit,
        .dischargeOverTemperature, .dischargeUnderTemperature, .dischargeSwitchFault,
    ]
}
