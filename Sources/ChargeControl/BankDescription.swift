import BatteryModel

// What is said about the bank beside its limits: true extremes with their places, sums and weighted means over
// the packs that are in it.

extension ChargeController {
    /// Fills in `verdict` what the packs and the limits say.
    mutating func describe(_ verdict: inout BankVerdict, _ measured: BankMeasurement, at now: Instant) {
        for index in 0..<count {
            if let pack = packs[index]?.verdict { verdict[index] = pack }
        }
        var bank = BankReading()
        describeLimits(verdict, in: &bank)
        bank[.packs] = Reading(Int32(verdict.members.nonzeroBitCount), at: now)
        bank[.packsOffline] = Reading(Int32(count - verdict.members.nonzeroBitCount), at: now)
        if let measuredAt = oldestReading(verdict.members) {
            describeMeasurements(measured, measuredAt, in: &bank)
            bank[.soc] = verdict.soc.permille.map { Reading($0, at: measuredAt) }
            describeCapacity(verdict, measured, measuredAt, in: &bank)
            describeSOCs(verdict.members, measuredAt, in: &bank)
            describeCells(verdict.members, measuredAt, in: &bank)
            describeTemperatures(verdict.members, measuredAt, in: &bank)
        }
        verdict.bank = bank
    }

    private mutating func describeLimits(_ verdict: BankVerdict, in bank: inout BankReading) {
        let now = verdict.at
        bank[.chargeVoltageLimit] = Reading(verdict.chargeVoltage.value, at: now)
        bank[.chargeCurrentLimit] = Reading(verdict.charge.value, at: now)
        bank[.dischargeCurrentLimit] = Reading(verdict.discharge.value, at: now)
        bank[.dischargeVoltageLimit] = Reading(verdict.dischargeVoltage.value, at: now)
        bank[.chargeEnabled] = Reading(verdict.charge.value > 0 ? 1 : 0, at: now)
        bank[.dischargeEnabled] = Reading(verdict.discharge.value > 0 ? 1 : 0, at: now)
        let mayCharge = verdict.charge.value > 0
        let isForced = mayCharge && orders[.forceCharge] != nil
        bank[.forceCharge] = Reading(isForced ? 1 : 0, at: now)
        bank[.forceChargeSoon] = Reading(mayCharge && isChargeByUrgent ? 1 : 0, at: now)
        let isFullWanted = settings.stages.requestsFullCharge && stages.progress.isFullChargeDue
        bank[.fullCharge] = Reading(mayCharge && isFullWanted ? 1 : 0, at: now)
        bank.alarms = Reading(verdict.alarms, at: now)
    }

    private mutating func describeMeasurements(
        _ measured: BankMeasurement, _ at: Instant, in bank: inout BankReading
    ) {
        bank[.voltage] = measured.meanVoltage.map { Reading($0, at: at) }
        bank[.soh] = measured.soh.value.map { Reading($0, at: at) }
        bank[.temperature] = measured.temperature.value.map { Reading($0, at: at) }
        bank[.current] = measured.milliamps.map { Reading($0, at: at) }
        bank[.capacity] = Reading(Int32(clamping: measured.capacityMilliampHours), at: at)
    }

    private mutating func describeCapacity(
        _ verdict: BankVerdict, _ measured: BankMeasurement, _ at: Instant, in bank: inout BankReading
    ) {
        bank[.remainingCapacity] = verdict.soc.permille.map {
            Reading(Int32(clamping: measured.capacityMilliampHours * Int64($0) / 1_000), at: at)
        }
        bank[.cells] = Reading(cellCount, at: at)
        bank[.cellSpread] = measured.spread.map { Reading($0, at: at) }
        bank[.activity] = measured.milliamps.map {
            Reading(abs($0) < Self.restingMilliamps ? 0 : $0 > 0 ? 1 : 2, at: at)
        }
        var cycles: Int32?
        var blocking: (charge: Int32, discharge: Int32) = (0, 0)
        for index in 0..<count where verdict.members & 1 << UInt16(index) != 0 {
            if let own = packs[index]?.view?.cycles?.value { cycles = max(cycles ?? own, own) }
            if packs[index]?.verdict.charge?.value == 0 { blocking.charge += 1 }
            if packs[index]?.verdict.discharge?.value == 0 { blocking.discharge += 1 }
        }
        bank[.cycles] = cycles.map { Reading($0, at: at) }
        bank[.packsBlockingCharge] = Reading(blocking.charge, at: at)
        bank[.packsBlockingDischarge] = Reading(blocking.discharge, at: at)
    }

    /// The fullest and the emptiest pack, as they report it; nothing if one of them reports none.
    private mutating func describeSOCs(_ members: UInt16, _ at: Instant, in bank: inout BankReading) {
        var (highest, lowest) = (Int32.min, Int32.max)
        for index in 0..<count where members & 1 << UInt16(index) != 0 {
            guard let own = packs[index]?.view?.soc?.value else { return }
            (highest, lowest) = (max(highest, own), min(lowest, own))
        }
        guard lowest <= highest else { return }
        bank[.highestSOC] = Reading(highest, at: at)
        bank[.lowestSOC] = Reading(lowest, at: at)
    }

    private mutating func describeTemperatures(_ members: UInt16, _ at: Instant, in bank: inout BankReading) {
        var warmest: (sensor: Placed, pack: Int)?
        var coldest: (sensor: Placed, pack: Int)?
        var mosfet: Int32?
        for index in 0..<count where members & 1 << UInt16(index) != 0 {
            if let own = packs[index]?.view?.mosfet?.value { mosfet = max(mosfet ?? own, own) }
            guard let found = packs[index]?.view?.temperatures else { continue }
            if found.high.value > warmest?.sensor.value ?? .min { warmest = (found.high, index) }
            if found.low.value < coldest?.sensor.value ?? .max { coldest = (found.low, index) }
        }
        bank[.mosfetTemperature] = mosfet.map { Reading($0, at: at) }
        guard let warmest, let coldest else { return }
        bank[.highestTemperature] = Reading(warmest.sensor.value, at: at)
        bank[.highestTemperatureNumber] = warmest.sensor.number.map { Reading(Int32(clamping: $0), at: at) }
        bank[.highestTemperaturePack] = Reading(Int32(warmest.pack + 1), at: at)
        bank[.lowestTemperature] = Reading(coldest.sensor.value, at: at)
        bank[.lowestTemperatureNumber] = coldest.sensor.number.map { Reading(Int32(clamping: $0), at: at) }
        bank[.lowestTemperaturePack] = Reading(Int32(coldest.pack + 1), at: at)
    }

    /// What flows for the control itself and for the error of the sensors is no activity.
    private static let restingMilliamps: Int32 = 500

    private mutating func describeCells(_ members: UInt16, _ at: Instant, in bank: inout BankReading) {
        var cells: (high: Placed, highPack: Int, low: Placed, lowPack: Int)?
        for index in 0..<count where members & 1 << UInt16(index) != 0 {
            if let found = packs[index]?.view?.cells {
                if cells == nil { cells = (found.high, index, found.low, index) }
                if let held = cells, found.high.value > held.high.value {
                    cells?.high = found.high
                    cells?.highPack = index
                }
                if let held = cells, found.low.value < held.low.value {
                    cells?.low = found.low
                    cells?.lowPack = index
                }
            }
        }
        guard let cells else { return }
        bank[.highestCell] = Reading(cells.high.value, at: at)
        bank[.highestCellNumber] = cells.high.number.map { Reading(Int32(clamping: $0), at: at) }
        bank[.highestCellPack] = Reading(Int32(cells.highPack + 1), at: at)
        bank[.lowestCell] = Reading(cells.low.value, at: at)
        bank[.lowestCellNumber] = cells.low.number.map { Reading(Int32(clamping: $0), at: at) }
        bank[.lowestCellPack] = Reading(Int32(cells.lowPack + 1), at: at)
    }

    /// When the oldest of the readings that the bank stands on was completed.
    private mutating func oldestReading(_ members: UInt16) -> Instant? {
        var oldest: Instant?
        for index in 0..<count where members & 1 << UInt16(index) != 0 {
            if let at = packs[index]?.completedAt { oldest = min(oldest ?? at, at) }
        }
        return oldest
    }
}
