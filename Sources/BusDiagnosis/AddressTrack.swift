public import BatteryModel

/// What was heard to and from one address on a serial line.
public struct AddressTrack: Sendable {
    /// The address.
    public let address: UInt8
    /// Questions to it, and how many of them nothing came back to.
    public internal(set) var questions: UInt64 = 0, unanswered: UInt64 = 0
    /// Answers and refusals of it.
    public internal(set) var answers: UInt64 = 0, refusals: UInt64 = 0
    /// How long its answers took, from the end of the question to the end of the answer.
    public internal(set) var turnarounds = GapHistogram()
    /// What it has told, each value with its instant.
    public internal(set) var told = SerialTold()
    /// When it was asked and has answered last.
    public internal(set) var askedAt: Instant?, answeredAt: Instant?
    /// Answers that say what cannot be, and where the first stands.
    public internal(set) var impossible: UInt64 = 0, impossiblePlace = 0
    /// The state of charge over time.
    public internal(set) var soc: ValueTrack?
    /// How often what a pack never changes changed and changed back.
    public internal(set) var alternations: UInt64 = 0, alternationPlace = 0
    /// When a protection stood, and when the limits were 0 without need.
    public internal(set) var protection = Condition(), zeroLimits = Condition()
    /// When the current was above its limit, and when CVL was below the voltage, at rest and while charging.
    public internal(set) var overLimit = Condition(), lowCVL = Condition(), chargedAboveCVL = Condition()
    /// When a direction was forbidden and its limit above 0 A.
    public internal(set) var forbiddenWithLimit = Condition()
    /// When the state of charge was 0 % though no cell was low.
    public internal(set) var zeroSOC = Condition()
    /// What speaks for the sign of the current, and against it.
    public internal(set) var sign = CurrentSign()
    /// The longest time in which a current flowed and not one value changed.
    public internal(set) var frozen = Condition()

    private var vitals = Vitals(), nature = Nature(), natureBefore: Nature?

    init(_ address: UInt8) { self.address = address }

    /// What it has told last, in short.
    public var lastVitals: Vitals { vitals }

    /// Takes note that an answer was read into ``told``.
    mutating func noteRead(isImpossible: Bool, at now: Instant, place: Int) {
        let new = Vitals(told)
        if isImpossible || new.isImpossible {
            if impossible == 0 { impossiblePlace = place }
            impossible += 1
        }
        noteFrozen(new, at: now, place: place)
        vitals = new
        if let value = new.soc {
            if soc == nil { soc = ValueTrack(value, at: now, place: place) }
            soc?.note(value, at: now, place: place)
        }
        noteNature(Nature(told), place: place)
        protection.note(!new.protections.isEmpty, at: now, place: place)
        zeroLimits.note(new.isBlockedWithoutNeed, at: now, place: place)
        overLimit.note(new.isAboveLimit, at: now, place: place)
        zeroSOC.note(new.isZeroThoughCharged, at: now, place: place)
        forbiddenWithLimit.note(new.isForbiddenWithLimit, at: now, place: place)
        let isCharged = (new.current ?? 0) > BankTrack.leastCurrent
        lowCVL.note(new.isAboveCVL && !isCharged, at: now, place: place)
        chargedAboveCVL.note(new.isAboveCVL && isCharged, at: now, place: place)
        if let current = new.current, let voltage = new.voltage, told.hasMeasuredTogether {
            sign.note(current: current, voltage: voltage, soc: new.soc, at: now)
        }
    }

    /// Whether its values stand still though a current flows; answers to several questions come between two changes.
    private mutating func noteFrozen(_ new: Vitals, at now: Instant, place: Int) {
        let flows = (new.current ?? 0).magnitude >= Vitals.noteworthyMilliamps
        guard flows, new.isMeasured, new == vitals else {
            frozen.note(false, at: now, place: place)
            return
        }
        frozen.note(true, at: now, place: place)
    }

    private mutating func noteNature(_ new: Nature, place: Int) {
        guard new != nature else { return }
        if let natureBefore, natureBefore == new, new.isKnown {
            if alternations == 0 { alternationPlace = place }
            alternations += 1
        }
        natureBefore = nature
        nature = new
    }
}

/// What a pack or a battery says about itself at one time, whichever protocol says it.
public struct Vitals: Sendable, Equatable {
    /// The voltage in millivolts, the current in milliamps with charging positive, and the state of charge in thousandths.
    public internal(set) var voltage: Int32?, current: Int32?, soc: Int32?
    /// The highest and the lowest cell in millivolts.
    public internal(set) var highestCell: Int32?, lowestCell: Int32?
    /// Number of cells.
    public internal(set) var cells = 0
    /// A temperature in tenths of a degree.
    public internal(set) var temperature: Int32?
    /// CVL in millivolts, CCL in milliamps.
    public internal(set) var chargeVoltageLimit: Int32?, chargeCurrentLimit: Int32?
    /// DCL in milliamps.
    public internal(set) var dischargeCurrentLimit: Int32?
    /// Whether charging and discharging are permitted, 1 for yes.
    public internal(set) var chargeEnabled: Int32?, dischargeEnabled: Int32?
    /// The protections that stand.
    public internal(set) var protections = AlarmMask()
    var cellSum: Int32?

    /// A current that no pack at rest reports.
    static let noteworthyMilliamps: UInt32 = 1_000
    /// Charging may end at this charge, discharging at this one.
    private static let full: Int32 = 900, empty: Int32 = 150

    init() {}

    init(_ told: SerialTold) {
        if let pack = told.pack { take(pack) }
        if let bank = told.bank { take(bank) }
    }

    private mutating func take(_ pack: borrowing PackReading) {
        voltage = pack[.packVoltage]?.value
        current = pack[.current]?.value
        soc = pack[.soc]?.value
        temperature = pack[.temperature1]?.value
        chargeVoltageLimit = pack[.chargeVoltageLimit]?.value
        chargeCurrentLimit = pack[.chargeCurrentLimit]?.value
        dischargeCurrentLimit = pack[.dischargeCurrentLimit]?.value
        (chargeEnabled, dischargeEnabled) = (pack[.chargeEnabled]?.value, pack[.dischargeEnabled]?.value)
        protections = pack.alarms?.value.protections ?? AlarmMask()
        (highestCell, lowestCell) = (pack[.highestCell]?.value, pack[.lowestCell]?.value)
        guard let values = pack.cellMillivolts?.value else { return }
        (cellSum, cells) = (values.sum, values.count)
        for index in 0..<CellValues.maximum {
            guard let value = values[index].map({ Int32($0) }) else { continue }
            highestCell = max(highestCell ?? value, value)
            lowestCell = min(lowestCell ?? value, value)
        }
    }

    private mutating func take(_ bank: borrowing BankReading) {
        (voltage, current, soc) = (bank[.voltage]?.value, bank[.current]?.value, bank[.soc]?.value)
        (highestCell, lowestCell) = (bank[.highestCell]?.value, bank[.lowestCell]?.value)
        let (middle, highest) = (bank[.temperature]?.value, bank[.highestTemperature]?.value)
        temperature = middle ?? highest
        chargeVoltageLimit = bank[.chargeVoltageLimit]?.value
        chargeCurrentLimit = bank[.chargeCurrentLimit]?.value
        dischargeCurrentLimit = bank[.dischargeCurrentLimit]?.value
        (chargeEnabled, dischargeEnabled) = (bank[.chargeEnabled]?.value, bank[.dischargeEnabled]?.value)
        protections = bank.alarms?.value.protections ?? AlarmMask()
    }

    /// Whether enough is known that something would move while a current flows.
    var isMeasured: Bool { voltage != nil && current != nil }

    /// Whether something contradicts itself, or is what no battery has.
    var isImpossible: Bool {
        if let soc, !(0...1_000).contains(soc) { return true }
        if let highestCell, highestCell > 5_000 { return true }
        if let temperature, !(-500...1_500).contains(temperature) { return true }
        guard let voltage, let cellSum, cells >= 4, voltage > 0 else { return false }
        let difference = (voltage - cellSum).magnitude
        return difference > 2_000 && difference > UInt32(voltage) / 12
    }

    /// Whether more flows than is allowed; a limit that is 0 without need is a fault by itself.
    var isAboveLimit: Bool {
        guard !isBlockedWithoutNeed else { return false }
        return BankTrack.exceeds(current, chargeCurrentLimit)
            || BankTrack.exceeds(current.map { 0 &- $0 }, dischargeCurrentLimit)
    }

    /// Whether a direction is forbidden and has a limit above 0 A all the same.
    var isForbiddenWithLimit: Bool {
        chargeEnabled == 0 && (chargeCurrentLimit ?? 0) > BankTrack.tiny
            || dischargeEnabled == 0 && (dischargeCurrentLimit ?? 0) > BankTrack.tiny
    }

    /// Whether the voltage is above CVL by more than cells relax.
    var isAboveCVL: Bool {
        guard let chargeVoltageLimit, chargeVoltageLimit > 10_000, let voltage else { return false }
        return voltage > chargeVoltageLimit + BankTrack.voltageTolerance
    }

    /// Whether the state of charge is 0 % and every cell, of the kind that is full at 3.65 V, is at least half full.
    var isZeroThoughCharged: Bool {
        guard soc == 0, cells >= 4, let lowestCell, let chargeVoltageLimit else { return false }
        return (3_300...3_700).contains(chargeVoltageLimit / Int32(cells)) && lowestCell >= 3_290
            && (current ?? 0) <= 5_000
    }

    /// Whether a limit is 0 though the battery is neither full nor empty.
    var isBlockedWithoutNeed: Bool {
        guard let soc, protections.isEmpty else { return false }
        return chargeCurrentLimit == 0 && soc < Self.full || dischargeCurrentLimit == 0 && soc > Self.empty
    }
}

/// What tells one pack from another and does not change from answer to answer.
private struct Nature: Sendable, Equatable {
    var capacity: Int32?, cycles: Int32?, cells = 0
    var serial = ASCIIText()

    init() {}

    init(_ told: SerialTold) {
        if let pack = told.pack {
            capacity = pack[.fullCapacity]?.value
            cycles = pack[.cycles]?.value
            cells = pack.cellMillivolts?.value.count ?? 0
            serial = pack.identity?.value.serial ?? ASCIIText()
        }
        if let bank = told.bank { (capacity, cycles) = (bank[.capacity]?.value, bank[.cycles]?.value) }
    }

    var isKnown: Bool { capacity != nil || cycles != nil || serial.count > 0 }
}
