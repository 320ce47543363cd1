import BatteryModel
import ChargeControl

// The rules that not every pack has an input for, and what cells mean for CVL and SOC.

extension Oracle {
    /// The part of the maximum that imbalance, state of charge and nearness to a protection leave.
    func extraPart(
        _ index: Int, _ isCharge: Bool, _ reading: borrowing PackReading, _ now: Instant
    ) -> Double {
        var part = 1.0
        let (high, low) = (reading[.highestCell], reading[.lowestCell])
        let tellsBoth = high != nil && low != nil
        let spreads = recent(index).compactMap { cells -> Int32? in
            guard !isTelling(index) || tellsBoth else { return nil }
            guard let high = cells.highest, let low = cells.lowest else { return nil }
            return Int32(high.value) - Int32(low.value)
        }
        if let spread = spreads.min() { part = min(part, Oracle.part(spread, settings.imbalance)) }
        if let curve = isCharge ? settings.chargeSOC : settings.dischargeSOC {
            // One of them is believed.
            part = min(part, states(index).map { Oracle.part($0, curve) }.max() ?? 0)
        }
        for row in Self.protections where isCharge ? row.charge : row.discharge {
            guard let setting = reading[row.field], setting.at <= now, now - setting.at <= .seconds(300),
                row.range.contains(setting.value), let value = row.measure(reading)
            else { continue }
            let distance = Double(setting.value) - Double(value)
            let left = row.isUpper ? distance : -distance
            part = min(part, max((left - row.ends) / (row.begins - row.ends), 0))
        }
        return part
    }

    /// The lowest cell that any of the newest readings of a pack shows.
    func lowestCell(_ index: Int) -> Int32? {
        recent(index).compactMap { $0.lowest.map { Int32($0.value) } }.min()
    }

    /// What the cells of a pack add up to at least, without what each has above the charge voltage.
    func sumWithoutOvershoot(_ index: Int) -> Int32? {
        if isTelling(index) { return nil }
        let top = settings.chargeVoltageMillivoltsPerCell
        return recent(index).map { cells in
            (0..<CellValues.maximum).reduce(0) { $0 + min(Int32(cells[$1] ?? 0), top) }
        }.min()
    }

    private struct Protection {
        var field: PackField
        var charge: Bool
        var discharge: Bool
        var isUpper: Bool
        var begins: Double
        var ends: Double
        /// What a BMS could be set to.
        var range: ClosedRange<Int32> {
            switch field {
            case .cellOverVoltage, .cellUnderVoltage: 1_000...5_000
            case .chargeUnderTemperature: -500...250
            default: 300...1_500
            }
        }
        var measure: @Sendable (borrowing PackReading) -> Int32?
    }

    /// What the contract says about coming close to a protection of the BMS, in words of its own.
    private static let protections: [Protection] = [
        .init(
            field: .cellOverVoltage, charge: true, discharge: false, isUpper: true, begins: 60, ends: 20,
            measure: { $0.cellMillivolts?.value.highest.map { Int32($0.value) } }),
        .init(
            field: .cellUnderVoltage, charge: false, discharge: true, isUpper: false, begins: 150, ends: 30,
            measure: { $0.cellMillivolts?.value.lowest.map { Int32($0.value) } }),
        .init(
            field: .chargeOverTemperature, charge: true, discharge: false, isUpper: true, begins: 50,
            ends: 10,
            measure: { temperatures(in: $0).max() }),
        .init(
            field: .chargeUnderTemperature, charge: true, discharge: false, isUpper: false, begins: 30,
            ends: 5,
            measure: { temperatures(in: $0).min() }),
        .init(
            field: .dischargeOverTemperature, charge: false, discharge: true, isUpper: true, begins: 50,
            ends: 10, measure: { temperatures(in: $0).max() }),
        .init(
            field: .mosfetOverTemperature, charge: true, discharge: true, isUpper: true, begins: 100,
            ends: 30,
            measure: { $0[.mosfetTemperature]?.value }),
    ]

    private static func temperatures(in reading: borrowing PackReading) -> [Int32] {
        var found: [Int32] = []
        for sensor in 0..<PackReading.cellSensorCount {
            if let value = reading[PackReading.cellSensor(sensor)] { found.append(value.value) }
        }
        return found
    }
}
