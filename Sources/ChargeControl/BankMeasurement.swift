import BatteryModel

/// What is measured of the bank as a whole in one step.
struct BankMeasurement {
    var voltage = PackMean()
    var soh = PackMean()
    var temperature = PackMean()
    /// The mean voltage of the packs in the bank, in millivolts.
    var meanVoltage: Int32? { voltage.value }
    var highestVoltage: Int32?
    /// The widest distance between cells of one pack, in millivolts.
    var spread: Int32?
    /// Whether a pack does not say how far its cells lie apart.
    var isSpreadOpen = false
    var highestCell: Int32?
    var lowestCell: Int32?
    /// Whether a cell stands above the charge voltage.
    var isOvershooting = false
    var isBalancing = false
    /// What the packs say, weighted by capacity, in thousandths.
    var packsSOC: Int32?
    var capacityMilliampHours: Int64 = 0
    /// The current of the bank in milliamps, from the shunt or from all packs.
    var milliamps: Int32?
    /// The sum of the packs, whatever a shunt says; `nil` if one of them says nothing.
    var packsMilliamps: Int64?
    var shuntSOC: Int32?
    var isShuntLost = false
    var currents = Sharing.Currents()
    /// Sums over the packs so far; `nil` as soon as one says nothing.
    fileprivate var sum: Int64? = 0
    fileprivate var charge: Int64? = 0
}

/// A weighted mean over packs; `nil` if one of them does not report the value.
struct PackMean {
    private var sum: Int64? = 0
    private var weights: Int64 = 0

    mutating func add(_ value: Int32?, weight: Int64 = 1) {
        sum = sum.flatMap { sum in value.map { sum + Int64($0) * weight } }
        weights += weight
    }

    var value: Int32? { sum.flatMap { weights > 0 ? Int32(clamping: $0 / weights) : nil } }
}

extension ChargeController {
    /// Measures the packs in the bank.
    mutating func measure(_ members: UInt16, at now: Instant) -> BankMeasurement {
        var bank = BankMeasurement()
        for index in 0..<count {
            if members & 1 << UInt16(index) != 0 {
                packs[index]?.add(to: &bank, index, at: now, settings)
                let voltage = packs[index]?.view?.voltage?.value
                packs[index]?.offered.voltage = voltage
            } else if packs[index]?.isLost == true, let voltage = packs[index]?.offered.voltage {
                // A lost pack may still be wired in, as high as it was.
                bank.highestVoltage = max(bank.highestVoltage ?? voltage, voltage)
            }
        }
        guard bank.capacityMilliampHours > 0 else { return bank }
        bank.packsSOC = bank.charge.map { Int32(clamping: $0 / bank.capacityMilliampHours) }
        bank.packsMilliamps = bank.sum
        bank.milliamps = bank.sum.map { Int32(clamping: $0) }
        return bank
    }

    /// A shunt measures the whole bank, whatever the packs say; one that is not heard is no reason to stop.
    mutating func takeShunt(_ shunt: BankImage.Shunt?, into bank: inout BankMeasurement, at now: Instant) {
        guard let shunt else { return }
        let current = shunt.current?.usable(at: now, noOlderThan: settings.lostAfter)
        let soc = shunt.soc?.usable(at: now, noOlderThan: settings.lostAfter)
        if let soc, (0...1_000).contains(soc) { bank.shuntSOC = soc }
        bank.isShuntLost = current == nil && soc == nil
        if let current, Plausibility.milliamps.contains(current) { bank.milliamps = current }
    }

    mutating func supervise(
        _ bank: BankMeasurement, _ state: BankVerdict.State, _ otherTalkerAt: Instant?, elapsed: Interval,
        at now: Instant
    ) {
        supervision.step(
            SupervisionInput(
                milliamps: bank.milliamps, bankMillivolts: bank.meanVoltage, chargeMilliamps: told.charge,
                dischargeMilliamps: told.discharge, chargeVoltage: unpulledVoltage,
                isTransmitting: state == .running, otherTalkerAt: otherTalkerAt, elapsed: elapsed),
            at: now, settings.supervision)
    }

    /// The state of charge as people see it, in thousandths.
    func saidSOC(_ bank: BankMeasurement) -> Int32? { soc.verdict.permille ?? bank.packsSOC }

    /// Moves stage and state of charge on.
    mutating func moveOn(_ bank: BankMeasurement, _ state: BankVerdict.State, elapsed: Interval) {
        let isRunning = state == .running
        let bulk = settings.chargeVoltageMillivoltsPerCell * cellCount
        stages.step(
            StageInput(
                isRunning: isRunning, isStarting: state == .starting, bankMillivolts: bank.meanVoltage,
                topMillivolts: min(bulk, permittedVoltage ?? bulk), cells: cellCount,
                chargeVoltage: voltageRamp.said, isOvershooting: bank.isOvershooting,
                spreadMillivolts: bank.isSpreadOpen ? nil : bank.spread,
                highestCellMillivolts: bank.highestCell,
                isBalancing: bank.isBalancing, saidSOC: saidSOC(bank),
                countedSOC: soc.verdict.counted ?? bank.packsSOC, elapsed: elapsed),
            settings)
        soc.step(
            SOCInput(
                isRunning: isRunning, packs: bank.packsSOC, shunt: bank.shuntSOC, milliamps: bank.milliamps,
                capacityMilliampHours: bank.capacityMilliampHours,
                hasCompletedAbsorption: stages.hasCompleted,
                isAtFloor: bank.lowestCell.map { $0 <= settings.dischargeVoltageMillivoltsPerCell } ?? false,
                elapsed: elapsed),
            settings.soc)
    }
}

extension PackTrack {
    /// Adds what this pack has measured; `mutating` lest it be copied.
    fileprivate mutating func add(
        to bank: inout BankMeasurement, _ index: Int, at now: Instant, _ control: ControlSettings
    ) {
        guard let view else { return }
        let capacity = Int64(settings.capacityMilliampHours)
        let current = view.current?.usable(at: now, noOlderThan: control.lostAfter)
        bank.voltage.add(view.voltage?.value)
        bank.soh.add(view.soh?.value, weight: capacity)
        bank.temperature.add(
            view.temperatures.map { Int32((Int64($0.high.value) + Int64($0.low.value)) / 2) })
        if let voltage = view.voltage?.value {
            bank.highestVoltage = max(bank.highestVoltage ?? voltage, voltage)
        }
        bank.addCells(view)
        if view.balancing?.usable(at: now, noOlderThan: control.lostAfter).map({ $0 != 0 }) ?? false {
            bank.isBalancing = true
        }
        let soc = charge.permille(capacityMilliampHours: settings.capacityMilliampHours)
        bank.charge = bank.charge.flatMap { sum in soc.map { sum + Int64($0) * capacity } }
        bank.capacityMilliampHours += capacity
        bank.sum = bank.sum.flatMap { sum in current.map { sum + Int64($0) } }
        guard conducts(.charge) || conducts(.discharge) else { return }
        bank.currents.conducting |= 1 << UInt16(index)
        bank.currents.capacityMilliampHours += capacity
        if current != nil { bank.currents.milliamps[index] = view.current }
    }
}

extension BankMeasurement {
    fileprivate mutating func addCells(_ view: borrowing PackView) {
        guard let cells = view.cells else { return }
        highestCell = max(highestCell ?? cells.high.value, cells.high.value)
        lowestCell = min(lowestCell ?? cells.low.value, cells.low.value)
        if let own = view.spread { spread = max(spread ?? own, own) } else { isSpreadOpen = true }
        if view.sumWithoutOvershoot != nil { isOvershooting = true }
    }
}
