public import BatteryModel

/// How the bank is to be treated: every number of the control that an operator may choose.
///
/// The defaults are those of the safety contract (`docs/safety.md`) for sixteen LFP cells in series.
public struct ControlSettings: Sendable {
    /// What the cells are made of; chooses the presets.
    public var chemistry: Chemistry
    /// Highest charge voltage per cell that is ever asked for, in millivolts (LFP: 3450).
    public var chargeVoltageMillivoltsPerCell: Int32
    /// Lowest charge voltage per cell that is ever sent, in millivolts (LFP: 3000).
    ///
    /// CVL is never below it.
    public var floorVoltageMillivoltsPerCell: Int32
    /// Discharge voltage limit per cell, in millivolts (LFP: 2900).
    public var dischargeVoltageMillivoltsPerCell: Int32
    /// A cell at or above this voltage forbids charging whatever a curve says, in millivolts (LFP: 3600).
    public var absoluteMaximumCellMillivolts: Int32
    /// Highest current the bank may be charged with, in milliamps.
    public var bankChargeMilliamps: Int32
    /// Highest current that may be drawn from the bank, in milliamps.
    public var bankDischargeMilliamps: Int32

    /// Part of the charge current allowed by the highest cell, over millivolts.
    public var highestCell: Curve
    /// Part of the discharge current allowed by the lowest cell, over millivolts.
    public var lowestCell: Curve
    /// Part of the charge current allowed by the cell temperatures, over tenths of a degree Celsius.
    public var chargeTemperature: Curve
    /// Part of the discharge current allowed by the cell temperatures, over tenths of a degree Celsius.
    public var dischargeTemperature: Curve
    /// Part of both currents allowed by the MOSFET temperature, over tenths of a degree Celsius.
    public var mosfetTemperature: Curve
    /// Part of both currents allowed by the distance between the cells of a pack, over millivolts.
    public var imbalance: Curve
    /// Part of the charge current allowed by the state of charge of a pack, over thousandths; `nil` for all of it.
    public var chargeSOC: Curve?
    /// Part of the discharge current allowed by the state of charge of a pack, over thousandths; `nil` for all.
    public var dischargeSOC: Curve?
    /// How the bank is charged.
    public var stages: StageSettings
    /// Where the state of charge comes from.
    public var soc = SOCSettings()
    /// The most that the inverter's protocol can say.
    public var ceilings = ProtocolCeilings()
    /// What is expected of the inverter.
    public var supervision = SupervisionSettings()

    /// Up to this age a reading is fresh (1…10 s).
    public var freshFor: Interval
    /// Beyond this age a pack is lost and leaves the bank (3…30 s).
    public var lostAfter: Interval
    /// So long after the last pack was lost the inverter still hears zero limits, then nothing (5…30 s).
    public var silentAfter: Interval
    /// Packs that must have delivered before anything is sent; `nil` means all of them.
    public var startWithPacks: Int32?
    /// How long to wait for the missing packs when ``startWithPacks`` is set.
    public var startPatience: Interval

    /// How long a current limit stays down after its last fall.
    public var holdAfterFall: Interval
    /// How fast a current limit may rise, in milliamps per second.
    public var rampMilliampsPerSecond: Int32
    /// Packs whose voltages differ by more may not be in the bank together, in millivolts.
    public var connectDifferenceMillivolts: Int32
    /// How long the voltages must have agreed before currents are allowed again.
    public var connectSettle: Interval
    /// When a protection of a pack is passed on to the inverter.
    public var alarmPolicy: AlarmPolicy

    /// Makes the settings for `chemistry` with the currents of the bank, everything else at its default.
    public init(chemistry: Chemistry = .lfp, bankChargeMilliamps: Int32, bankDischargeMilliamps: Int32) {
        let preset = ChemistryPreset.preset(for: chemistry)
        self.chemistry = chemistry
        self.bankChargeMilliamps = bankChargeMilliamps
        self.bankDischargeMilliamps = bankDischargeMilliamps
        chargeVoltageMillivoltsPerCell = preset.chargeMillivolts
        floorVoltageMillivoltsPerCell = preset.floorMillivolts
        dischargeVoltageMillivoltsPerCell = preset.dischargeMillivolts
        absoluteMaximumCellMillivolts = preset.absoluteMaximumMillivolts
        highestCell = preset.highestCell
        lowestCell = preset.lowestCell
        chargeTemperature = preset.chargeTemperature
        dischargeTemperature = preset.dischargeTemperature
        mosfetTemperature = preset.mosfetTemperature
        imbalance = preset.imbalance
        chargeSOC = nil
        dischargeSOC = nil
        stages = StageSettings(
            floatMillivoltsPerCell: preset.floatMillivolts, rebulkCellMillivolts: preset.rebulkMillivolts)
        freshFor = .seconds(3)
        lostAfter = .seconds(10)
        silentAfter = .seconds(10)
        startWithPacks = nil
        startPatience = .seconds(30)
        holdAfterFall = .seconds(30)
        rampMilliampsPerSecond = 5_000
        connectDifferenceMillivolts = 1_500
        connectSettle = .seconds(10)
        alarmPolicy = .anyPack
    }
}

/// The highest limits that the protocol of the inverter has numbers for.
public struct ProtocolCeilings: Sendable, Hashable {
    /// CVL, in millivolts; a floor above it wins, and the frame is then withheld.
    public var chargeMillivolts: Int32
    /// CCL, in milliamps.
    public var chargeMilliamps: Int32
    /// DCL, in milliamps.
    public var dischargeMilliamps: Int32

    /// Makes ceilings; what is left out is none.
    public init(
        chargeMillivolts: Int32 = .max, chargeMilliamps: Int32 = .max, dischargeMilliamps: Int32 = .max
    ) {
        self.chargeMillivolts = chargeMillivolts
        self.chargeMilliamps = chargeMilliamps
        self.dischargeMilliamps = dischargeMilliamps
    }
}

/// What the operator says about one pack.
public struct PackSettings: Sendable {
    /// Number of cells in series, 4…32.
    public var cells: Int32
    /// Capacity in milliamp-hours; decides the share of the current unless ``sharePermille`` does.
    public var capacityMilliampHours: Int32
    /// Highest charge current of this pack, in milliamps.
    public var chargeMilliamps: Int32
    /// Highest discharge current of this pack, in milliamps.
    public var dischargeMilliamps: Int32
    /// The part of the bank's current that flows through this pack, in thousandths; `nil` means by capacity.
    public var sharePermille: Int32?
    /// What this pack cannot report, said in words by the operator; the rules for it are left out.
    public var without: AbsentSources

    /// Makes the settings of one pack.
    public init(
        cells: Int32, capacityMilliampHours: Int32, chargeMilliamps: Int32, dischargeMilliamps: Int32,
        sharePermille: Int32? = nil, without: AbsentSources = .none
    ) {
        self.cells = cells
        self.capacityMilliampHours = capacityMilliampHours
        self.chargeMilliamps = chargeMilliamps
        self.dischargeMilliamps = dischargeMilliamps
        self.sharePermille = sharePermille
        self.without = without
    }
}

/// Sources of a rule that a pack may be declared to lack.
public struct AbsentSources: Sendable, Hashable {
    private var bits: UInt8

    private init(bits: UInt8) { self.bits = bits }

    /// The pack reports everything.
    public static let none = AbsentSources(bits: 0)
    /// No MOSFET temperature sensor (`mosfet_temperature`).
    public static let mosfetTemperature = AbsentSources(bits: 1 << 0)
    /// No cell temperature sensor (`cell_temperature`).
    public static let cellTemperature = AbsentSources(bits: 1 << 1)
    /// The BMS reports no current limit of its own (`bms_limit`).
    public static let bmsLimit = AbsentSources(bits: 1 << 2)
    /// The BMS does not report its charge and discharge switches (`switch_state`).
    public static let switchState = AbsentSources(bits: 1 << 3)

    /// The BMS reports no alarms (`alarms`).
    public static let alarms = AbsentSources(bits: 1 << 4)

    /// The battery reports no single cells but limits of its own (`single_cells`).
    ///
    /// In their place it must tell CVL, CCL and DCL.
    public static let singleCells = AbsentSources(bits: 1 << 5)

    /// The BMS tells no CCL or DCL: so it is with every one that reports single cells, until it has told one.
    static let toldLimit = AbsentSources(bits: 1 << 6)

    /// Tells whether every source of `other` is among these.
    public func contains(_ other: AbsentSources) -> Bool { bits & other.bits == other.bits }

    /// These without the sources of `other`.
    func subtracting(_ other: AbsentSources) -> AbsentSources { AbsentSources(bits: bits & ~other.bits) }

    /// Adds the sources of `other`.
    public mutating func insert(_ other: AbsentSources) { bits |= other.bits }
}

/// When a protection of one pack becomes a protection of the bank.
public enum AlarmPolicy: UInt8, Sendable {
    /// As soon as one pack protects.
    case anyPack
    /// Only when every pack protects; until then it is passed on as a warning.
    case allPacks
}
