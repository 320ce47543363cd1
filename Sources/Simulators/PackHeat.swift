/// The temperatures of a pack, in tenths of a degree.
struct PackHeat: Sendable {
    /// Of the cells; they share one.
    var cells: Double
    /// Of the power board.
    var mosfet: Double
    /// What each cell sensor reads above the cells.
    var sensorOffsets: [Double]

    /// Heat that a cell takes for one degree, in joules for each ampere-hour of its capacity.
    ///
    /// A prismatic cell of 280 Ah weighs 5.4 kg and takes about 1 kJ/kgK.
    private static let joulesPerKelvinAndAmpHour = 19.3
    /// Heat that a pack in its housing gives off for each degree above its surroundings, in watts.
    private static let wattsPerKelvin = 5.0
    /// The time in which the power board covers two thirds of the way.
    private static let mosfetSeconds = 120.0

    init(ambient: Double, sensorOffsets: [Double]) {
        cells = ambient
        mosfet = ambient + 35
        self.sensorOffsets = sensorOffsets
    }

    /// How much more a cell resists than at 25 °C: twice as much at the freezing point.
    var resistanceFactor: Double { min(max(1 + (250 - cells) * 0.004, 0.7), 3) }

    /// At 100 A the power board ends up 25 °C above its surroundings within minutes.
    mutating func advance(
        seconds: Double, ambient: Double, milliamps: Int32, cellMicroohms: Double, ampHours: Double
    ) {
        let amps = Double(milliamps) / 1_000
        let watts = amps * amps * cellMicroohms / 1_000_000
        let given = (cells - ambient) / 10 * Self.wattsPerKelvin
        cells += 10 * (watts - given) * seconds / (ampHours * Self.joulesPerKelvinAndAmpHour)
        let goal = ambient + 35 + 250 * amps * amps / 10_000
        mosfet += (goal - mosfet) * seconds / (seconds + Self.mosfetSeconds)
    }
}

/// The highest and the lowest cell of a pack, counted from 0, in millivolts.
struct CellExtremes: Sendable {
    var highIndex = 0
    var high = 0.0
    var lowIndex = 0
    var low = 0.0
}
