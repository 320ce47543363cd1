import BatteryModel

// What is said about the bank beside its limits: true extremes with their places, sums and weighted means over
// the packs that are in it.

extension ChargeController {
    /// The mean voltage of the packs in the bank, in millivolts.
    mutating func meanVoltage(_ members: UInt16) -> Int32? {
        mean(members) {
            $0.view?.voltage?.value
        } weight: { _ in
            1
        }
    }

    /// Fills in `verdict` what the packs and the limits say.
    mutating func describe(_ verdict: inout BankVerdict, _ measured: BankMeasurement, at now: Instant) {
        for index in 0..<count {
            if let pack = packs[index]?.verdict { verdict[index] = pack }
        }
        var bank = BankReading()
        describeLimits(verdict, in: &bank)
        bank[.packs] = Reading(Int32(verdict.members.nonzeroBitCount), at: now)
        bank[.packsOffline] = Reading(Int32(count - verdict.members.nonzeroBitCount), at: now)
        if let measuredAt = oldestReading(verdict.members, at: now) {
            describeMeasurements(verdict.members, measured, measuredAt, in: &bank)
            bank[.soc] = verdict.soc.permille.map { Reading($0, at: measuredAt) }
            describeCells(verdict.members, measuredAt, in: &bank)
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
        _ members: UInt16, _ measured: BankMeasurement, _ at: Instant, in bank: inout BankReading
    ) {
        bank[.voltage] = measured.meanVoltage.map { Reading($0, at: at) }
        bank[.soh] = mean(members) {
            $0.view?.soh?.value
        } weight: {
            Int64($0.settings.capacityMilliampHours)
        }.map { Reading($0, at: at) }
        bank[.temperature] = mean(members) { pack in
            pack.view?.temperatures.map { Int32((Int64($0.high.value) + Int64($0.low.value)) / 2) }
        } weight: { _ in
            1
        }.map { Reading($0, at: at) }
        bank[.current] = measured.milliamps.map { Reading($0, at: at) }
        bank[.capacity] = Reading(Int32(clamping: measured.capacityMilliampHours), at: at)
    }

    private mutating func describeCells(_ members: UInt16, _ at: Instant, in bank: inout BankReading) {
        var cells: (high: Placed, highPack: Int, low: Placed, lowPack: Int)?
        var warmest: Int32?
        var coldest: Int32?
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
            if let found = packs[index]?.view?.temperatures {
                warmest = max(warmest ?? found.high.value, found.high.value)
                coldest = min(coldest ?? found.low.value, found.low.value)
            }
        }
        bank[.highestTemperature] = warmest.map { Reading($0, at: at) }
        bank[.lowestTemperature] = coldest.map { Reading($0, at: at) }
        guard let cells else { return }
        bank[.highestCell] = Reading(cells.high.value, at: at)
        bank[.highestCellNumber] = Reading(Int32(cells.high.place), at: at)
        bank[.highestCellPack] = Reading(Int32(cells.highPack + 1), at: at)
        bank[.lowestCell] = Reading(cells.low.value, at: at)
        bank[.lowestCellNumber] = Reading(Int32(cells.low.place), at: at)
        bank[.lowestCellPack] = Reading(Int32(cells.lowPack + 1), at: at)
    }

    /// When the oldest of the readings that the bank stands on was completed.
    private mutating func oldestReading(_ members: UInt16, at now: Instant) -> Instant? {
        var oldest: Instant?
        for index in 0..<count where members & 1 << UInt16(index) != 0 {
            guard let pack = packs[index], let at = pack.view?.completedAt(pack.settings, now: now)
            else {
                continue
            }
            oldest = min(oldest ?? at, at)
        }
        return oldest
    }

    /// The weighted mean over the packs in the bank; `nil` if one of them does not report the value.
    private mutating func mean(
        _ members: UInt16, of value: (PackTrack) -> Int32?, weight: (PackTrack) -> Int64
    ) -> Int32? {
        var sum: Int64 = 0
        var weights: Int64 = 0
        for index in 0..<count where members & 1 << UInt16(index) != 0 {
            guard let pack = packs[index], let value = value(pack) else { return nil }
            sum += Int64(value) * weight(pack)
            weights += weight(pack)
        }
        return weights > 0 ? Int32(clamping: sum / weights) : nil
    }
}
