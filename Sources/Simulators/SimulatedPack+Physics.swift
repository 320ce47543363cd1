public import BatteryModel

extension SimulatedPack {
    /// Moves its time on, with a current through it.
    ///
    /// A switch that is open keeps the current of its direction at zero.
    ///
    /// - Parameters:
    ///   - now: The new time; an earlier one counts as no time at all.
    ///   - wanted: The current since the last call; charging is positive.
    public mutating func advance(to now: Instant, milliamps wanted: Int32) {
        let seconds = Double(max(now - self.now, .zero).nanoseconds) / 1_000_000_000
        self.now = max(now, self.now)
        // A long time goes in pieces, so that the balancer sees what it does.
        let counted = seconds * Double(speed)
        let pieces = min(max((counted / Self.longestPieceSeconds).rounded(.up), 1), Self.mostPieces)
        for _ in 0..<Int(pieces) { advance(seconds: seconds / pieces, milliamps: wanted) }
    }

    private static let longestPieceSeconds = 30.0
    private static let mostPieces = 10_000.0

    private mutating func advance(seconds: Double, milliamps wanted: Int32) {
        milliamps = conducts(wanted) ? wanted : 0
        count(hours: seconds * Double(speed) / 3_600)
        warm(seconds: seconds)
        for index in cells.indices where cells[index].held != nil { moveHeld(index, seconds: seconds) }
        measureCells()
        protect(seconds: seconds)
        guard !conducts(milliamps) else { return }
        milliamps = 0
        measureCells()
    }

    /// Whether a current of this direction can flow.
    func conducts(_ milliamps: Int32) -> Bool {
        guard !isUnplugged else { return milliamps == 0 }
        return milliamps == 0 || (milliamps > 0 ? isChargeSwitchClosed : isDischargeSwitchClosed)
    }

    /// Whether the charge MOSFET conducts.
    public var isChargeSwitchClosed: Bool {
        settings[.chargeEnabled] != 0 && !tripped.intersects(.opensCharge)
    }

    /// Whether the discharge MOSFET conducts.
    public var isDischargeSwitchClosed: Bool {
        settings[.dischargeEnabled] != 0 && !tripped.intersects(.opensDischarge)
    }

    /// Finds the cells furthest apart, as they are measured now.
    mutating func measureCells() {
        let perMicroohm = Double(milliamps) * heat.resistanceFactor / 1_000_000
        var found = CellExtremes(high: -.infinity, low: .infinity)
        for index in cells.indices {
            let natural = cells[index].openMillivolts + perMicroohm * cells[index].microohms
            let millivolts = cells[index].held?.value ?? natural
            if millivolts > found.high {
                found.high = millivolts
                found.highIndex = index
            }
            if millivolts < found.low {
                found.low = millivolts
                found.lowIndex = index
            }
        }
        extremes = found
    }

    private mutating func count(hours: Double) {
        let curve = LFPCurve.shared
        balance(hours: hours)
        let moved = Double(milliamps) * hours
        for index in cells.indices {
            cells[index].chargeMilliampHours += moved - cells[index].leakMilliamps * hours
            cells[index].settle(curve)
        }
        throughputMilliampHours += abs(moved)
        counterErrorMilliampHours += Double(traits.socDriftMilliamps) * hours
        tieCounter()
    }

    /// Full is when the cells have their full voltage and hardly any current flows: there the counter is set right.
    private mutating func tieCounter() {
        guard counterErrorMilliampHours != 0, extremes.low >= Double(settings[.fullCell] ?? .max),
            milliamps >= 0, milliamps < capacityMilliampHours / 20
        else { return }
        let missing = cells.reduce(0) { $0 + $1.capacityMilliampHours - $1.chargeMilliampHours }
        counterErrorMilliampHours = missing / Double(cells.count)
    }

    /// The balancer takes from the highest cell; what somebody only holds there is not charge.
    private mutating func balance(hours: Double) {
        guard isBalancing, let current = settings[.balanceCurrentMaximum],
            cells[extremes.highIndex].held == nil, cells[extremes.lowIndex].held == nil
        else { return }
        let moved = Double(current) * hours
        cells[extremes.highIndex].chargeMilliampHours -= moved
        if traits.balancer == .active { cells[extremes.lowIndex].chargeMilliampHours += 0.9 * moved }
    }

    private mutating func warm(seconds: Double) {
        let cellMicroohms = resistanceMicroohms - Double(traits.leadMicroohms)
        heat.advance(
            seconds: seconds, ambient: Double(ambientDecicelsius), milliamps: milliamps,
            cellMicroohms: cellMicroohms,
            ampHours: Double(capacityMilliampHours) * Double(cells.count) / 1_000)
        guard heldMosfet != nil else { return }
        let stays = heldMosfet?.advance(
            seconds: seconds, perSecond: Self.mosfetRampDecicelsiusPerSecond, natural: heat.mosfet)
        if stays == false { heldMosfet = nil }
    }

    private mutating func moveHeld(_ index: Int, seconds: Double) {
        let natural = naturalMillivolts(cells[index])
        let stays = cells[index].held?.advance(
            seconds: seconds, perSecond: Self.cellRampMillivoltsPerSecond, natural: natural)
        if stays == false { cells[index].held = nil }
    }

    private mutating func protect(seconds: Double) {
        var mask = AlarmMask()
        for row in PackProtection.rows
        where row.holds(
            measure(row.measure), wasTripped: tripped.contains(row.kind), settings: settings)
        {
            mask = mask.union(AlarmMask(row.kind))
        }
        if OverCurrentProtection.charge.advance(
            &chargeOverCurrent, milliamps: milliamps, seconds: seconds, settings: settings)
        {
            mask = mask.union(AlarmMask(OverCurrentProtection.charge.kind))
        }
        if OverCurrentProtection.discharge.advance(
            &dischargeOverCurrent, milliamps: -milliamps, seconds: seconds, settings: settings)
        {
            mask = mask.union(AlarmMask(OverCurrentProtection.discharge.kind))
        }
        tripped = mask
    }

    private func measure(_ measure: PackProtection.Measure) -> Double? {
        switch measure {
        case .highestCell: extremes.high
        case .lowestCell: extremes.low
        case .warmestSensor: sensorExtreme(max)
        case .coldestSensor: sensorExtreme(min)
        case .mosfet: temperature(.mosfetTemperature)
        }
    }

    private func sensorExtreme(_ pick: (Double, Double) -> Double) -> Double? {
        var found: Double?
        for index in Self.cellSensors.indices
        where missingSensors.isEmpty || !missingSensors.contains(Self.cellSensors[index]) {
            let here = heat.cells + heat.sensorOffsets[index]
            found = found.map { pick($0, here) } ?? here
        }
        return found
    }
}

extension PackCell {
    /// The energy taken to bring it from empty to its charge, without losses.
    var storedMilliwattHours: Double {
        let curve = LFPCurve.shared
        let permille = capacityMilliampHours / 1_000
        let soc = chargeMilliampHours / permille
        let steps = 2_000
        let width = soc / Double(steps)
        // Straight lines: the middle of a narrow strip is as good as its whole.
        let area = (0..<steps).reduce(0.0) { sum, step in
            sum + curve.millivolts(atSOCPermille: (Double(step) + 0.5) * width) + offsetMillivolts
        }
        return area * width * permille / 1_000
    }
}
