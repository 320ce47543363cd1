extension SimulatedPack {
    /// Lets a cell climb or fall to a voltage and stay there.
    ///
    /// - Parameters:
    ///   - index: The cell, counted from 0; one that is not there is left out.
    ///   - millivolts: Where it goes; `nil` lets it go back to where it would be by itself.
    public mutating func hold(cell index: Int, atMillivolts millivolts: Int32?) {
        guard cells.indices.contains(index) else { return }
        guard let millivolts else {
            cells[index].held?.target = nil
            return
        }
        cells[index].held = HeldValue(from: cellMillivolts(index), to: Double(millivolts))
    }

    /// Lets the power board warm up to a temperature and stay there; `nil` lets it cool down again.
    public mutating func hold(mosfetDecicelsius: Int32?) {
        guard let mosfetDecicelsius else {
            heldMosfet?.target = nil
            return
        }
        heldMosfet = HeldValue(from: heldMosfet?.value ?? heat.mosfet, to: Double(mosfetDecicelsius))
    }

    /// Makes one cell unlike its neighbours; one that is not there is left out.
    public mutating func weaken(_ weak: WeakCell) {
        guard cells.indices.contains(weak.index) else { return }
        var cell = cells[weak.index]
        let soc = cell.chargeMilliampHours / cell.capacityMilliampHours
        cell.capacityMilliampHours *= Double(weak.capacityPermille) / 1_000
        cell.chargeMilliampHours =
            cell.capacityMilliampHours * (soc + Double(weak.socOffsetPermille) / 1_000)
        cell.microohms *= Double(weak.resistancePermille) / 1_000
        cell.leakMilliamps = Double(weak.leakMilliamps)
        cell.settle(LFPCurve.shared)
        cells[weak.index] = cell
        measureCells()
    }

    /// Lets the SOC counter of the BMS get stuck where it stands, or count again.
    public mutating func stickSOC(_ isStuck: Bool) {
        stuckSOCPermille = isStuck ? Int32(counterPermille) : nil
    }

    /// Puts cells and power board at the temperature of their surroundings.
    public mutating func soak(atDecicelsius decicelsius: Int32) {
        ambientDecicelsius = decicelsius
        heat = PackHeat(ambient: Double(decicelsius), sensorOffsets: heat.sensorOffsets)
        measureCells()
    }

    /// Ends all that was done to it.
    public mutating func restore() {
        for index in cells.indices { cells[index].held?.target = nil }
        heldMosfet?.target = nil
        missingSensors = []
        answerFaults = AnswerFaults()
        isUnplugged = false
        stuckSOCPermille = nil
    }
}
