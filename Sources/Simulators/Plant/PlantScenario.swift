public import BatteryModel
public import ChargeControl

/// A plant, what happens to it, and what is expected of it.
public struct PlantScenario: Sendable {
    /// One pack of the bank.
    public struct Pack: Sendable {
        /// What the control is told of it; the BMS believes in the same capacity and number of cells.
        public var control: PackSettings
        /// True state of charge at the beginning, in thousandths.
        public var socPermille: Int32
        /// How it differs from the ideal.
        public var traits: PackTraits
        /// Cells unlike their neighbours.
        public var weakCells: [WeakCell]
        /// Settings of the BMS that are not those of the factory.
        public var settings: [PackField: Int32]

        /// Makes a pack.
        public init(
            control: PackSettings, socPermille: Int32 = 500, traits: PackTraits = PackTraits(),
            weakCells: [WeakCell] = [], settings: [PackField: Int32] = [:]
        ) {
            self.control = control
            self.socPermille = socPermille
            self.traits = traits
            self.weakCells = weakCells
            self.settings = settings
        }
    }

    /// What it is called.
    public var name: String
    /// The packs, in parallel.
    public var packs: [Pack]
    /// How the control is set.
    public var control: ControlSettings
    /// How the inverter behaves.
    public var inverter = InverterBehaviour()
    /// The power of the sun.
    public var sun = SunProfile()
    /// The power of the house.
    public var load = LoadProfile()
    /// The temperature around the packs.
    public var ambient = AmbientProfile()
    /// The time of day at which it begins, counted from midnight.
    public var start = Interval.seconds(6 * 3_600)
    /// How long it goes on.
    public var duration = Interval.seconds(86_400)
    /// The time from one step to the next, 1…10 s.
    public var step = Interval.seconds(1)
    /// Decides what chance decides.
    public var seed: UInt64 = 1
    /// What happens, in the order of time.
    public var events: [PlantEvent] = []
    /// What must hold in the end.
    public var expectations: [PlantExpectation] = []

    /// Makes a plant to which nothing happens.
    public init(name: String, packs: [Pack], control: ControlSettings) {
        self.name = name
        self.packs = packs
        self.control = control
    }

    /// The bank as it is at the beginning.
    func bank(at now: Instant) -> SimulatedBank {
        let ambient = ambient.decicelsius(at: start)
        return SimulatedBank(
            packs.enumerated().map { index, pack in
                var made = SimulatedPack(
                    address: UInt8(index + 1), seed: seed, cells: Int(pack.control.cells),
                    capacityMilliampHours: pack.control.capacityMilliampHours, socPermille: pack.socPermille,
                    traits: pack.traits, at: now)
                for (field, value) in pack.settings { made.settings[field] = value }
                for weak in pack.weakCells { made.weaken(weak) }
                made.soak(atDecicelsius: ambient)
                return made
            })
    }

    /// A control that knows nothing but its settings.
    func controller() -> ChargeController {
        var controller = ChargeController(control)
        for pack in packs { controller.add(pack.control) }
        return controller
    }
}
