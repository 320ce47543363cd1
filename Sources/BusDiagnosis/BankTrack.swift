public import BatteryModel
public import BusCodec
import InverterProfiles

/// Something that a battery or its inverter does at times, seen in what the battery tells.
public enum BankCondition: UInt8, Sendable {
    /// Charging or discharging above its limit.
    case overCCL, overDCL
    /// CVL below the voltage of the battery.
    case lowCVL
    /// Charging although the voltage is above CVL.
    case chargedAboveCVL
    /// A limit of 0 A with its permission given, and a permission withdrawn with a limit above 0 A.
    case zeroCCLEnabled, zeroDCLEnabled, nonzeroCCLDisabled, nonzeroDCLDisabled
    /// Both current limits 0 A, or as good as that.
    case bothZero
    /// A protection stands.
    case protection
    /// CVL of less than a volt, or a limit of exactly 0.1 A.
    case tinyVoltage, tinyCurrent
    /// A full charge is asked for at a low state of charge, and nothing that makes an inverter charge.
    case onlyFullCharge

    static let count = 13
}

/// What a battery has told its inverter over time, read in the protocol that was named.
public struct BankTrack: Sendable {
    /// The protocol, as a place in ``InverterProfiles/ProfileTable``, and its dialect.
    public let profile: Int, dialect: UInt8
    /// The protocol itself, so that a frame does not look it up.
    private let speech: InverterProfile
    /// What it told last.
    public private(set) var reading = BankReading()
    /// Each number over time, by the raw value of its ``BatteryModel/BankField``.
    public private(set) var values: [ValueTrack?]
    /// Frames with a signal that cannot be, and the first of these signals.
    public private(set) var impossible: UInt64 = 0, firstFault: SignalError?
    /// Every alarm that stood at any time.
    public private(set) var raised = AlarmSet()
    /// The first two names that were told.
    public private(set) var names: [ASCIIText] = []
    /// What speaks for the sign of the current, and against it.
    public private(set) var sign = CurrentSign()

    private var conditions: InlineArray<13, Condition> = InlineArray(repeating: Condition())
    /// Which of them hold: bit n for condition n.
    private var holding: UInt32 = 0
    /// What the profile reads from each track of the traffic; `nil` while it was not looked at.
    private var uses: [FrameUse?] = []

    /// What a profile reads from a frame.
    private struct FrameUse: Sendable {
        /// The numbers.
        var fields: [BankField] = []
        /// Whether the frame is one of the battery's, and whether it has anything but numbers.
        var isOfBattery = false, hasMore = false
    }

    /// The protocol worked out; in an array, because it is used where it lies.
    private var plans: [ProfilePlan]

    init(profile: Int, dialect: UInt8) {
        self.profile = profile
        plans = [ProfilePlan(ProfileTable.profiles.span[profile], dialect: dialect)]
        self.dialect = dialect
        speech = KnownProtocols.profiles[profile]
        values = Array(repeating: nil, count: Int(BankField.count))
    }

    /// A number over time; `nil` if it was never told.
    public subscript(field: BankField) -> ValueTrack? { values[Int(field.rawValue)] }
    /// What is done at times.
    public subscript(condition: BankCondition) -> Condition { conditions.span[Int(condition.rawValue)] }
    /// When charging was above CCL.
    public var overCCL: Condition { self[.overCCL] }
    /// When discharging was above DCL.
    public var overDCL: Condition { self[.overDCL] }
    /// When CVL was below the battery's voltage.
    public var lowCVL: Condition { self[.lowCVL] }

    /// Reads a frame of the track with this place; `isNews` is whether it says something else than the last.
    mutating func note(_ frame: CANFrame, track: Int, isNews: Bool, at now: Instant, place: Int) {
        while uses.count <= track { uses.append(nil) }
        if uses[track] == nil { findUse(of: frame, track) }
        guard uses[track]?.isOfBattery == true else { return }
        if isNews {
            read(frame, track, at: now, place: place)
        } else if holding != 0 {
            for index in 0..<BankCondition.count where holding >> UInt32(index) & 1 != 0 {
                conditions[index].note(true, at: now, place: place)
            }
        }
    }

    /// Finds out what the profile reads from a frame.
    private mutating func findUse(of frame: CANFrame, _ track: Int) {
        var use = FrameUse()
        defer { uses[track] = use }
        guard let index = speech.index(ofIdentifier: frame.identifier, isExtended: frame.isExtended) else {
            return
        }
        let row = speech.frame(index)
        use.isOfBattery = row.direction == .toInverter
        let dialects: UInt8 = 1 << dialect
        speech.visitRows(row.container) { row in
            guard row.dialects & dialects != 0 else { return }
            switch row.meaning {
            case .number(let field): use.fields.append(field)
            case .alarm, .alarmPair, .heardAlarm, .maker: use.hasMore = true
            default: break
            }
        }
    }

    private mutating func read(_ frame: CANFrame, _ track: Int, at now: Instant, place: Int) {
        guard case .frame(let account) = plans[0].decode(frame, at: now, into: &reading) else { return }
        if account.outOfRange > 0 { noteImpossible(account.firstFault) }
        if uses[track]?.hasMore == true { noteWords(at: now) }
        for field in uses[track]?.fields ?? [] { noteValue(field, at: now, place: place) }
        if let current = reading[.current], current.at == now, let voltage = reading[.voltage],
            now - voltage.at <= .seconds(2)
        {
            sign.note(
                current: current.value, voltage: voltage.value, soc: reading[.soc]?.value, at: now)
        }
        noteConditions(at: now, place: place)
    }

    /// Notes the alarms and the name of the frame that was just read.
    private mutating func noteWords(at now: Instant) {
        if let maker = reading.maker, maker.at == now, names.count < 2, !names.contains(maker.value) {
            names.append(maker.value)
        }
        if let alarms = reading.alarms, alarms.at == now { raised.formUnion(alarms.value) }
    }

    private mutating func noteImpossible(_ fault: SignalError?) {
        impossible += 1
        if firstFault == nil { firstFault = fault }
    }

    private mutating func noteValue(_ field: BankField, at now: Instant, place: Int) {
        guard let value = reading[field], value.at == now else { return }
        let index = Int(field.rawValue)
        if values[index] == nil {
            values[index] = ValueTrack(value.value, at: now, place: place)
        } else {
            values[index]?.note(value.value, at: now, place: place)
        }
    }
}

// MARK: - Conditions

extension BankTrack {
    private mutating func note(_ condition: BankCondition, _ holds: Bool, _ now: Instant, _ place: Int) {
        let index = Int(condition.rawValue)
        let bit: UInt32 = 1 << UInt32(index)
        guard holds || holding & bit != 0 else { return }
        conditions[index].note(holds, at: now, place: place)
        if holds { holding |= bit } else { holding &= ~bit }
    }

    private mutating func noteConditions(at now: Instant, place: Int) {
        let current = reading[.current]?.value
        let ccl = reading[.chargeCurrentLimit]?.value, dcl = reading[.dischargeCurrentLimit]?.value
        note(.overCCL, Self.exceeds(current, ccl), now, place)
        note(.overDCL, Self.exceeds(current.map { 0 &- $0 }, dcl), now, place)
        let charge = reading[.chargeEnabled]?.value, discharge = reading[.dischargeEnabled]?.value
        note(.zeroCCLEnabled, ccl == 0 && charge == 1, now, place)
        note(.zeroDCLEnabled, dcl == 0 && discharge == 1, now, place)
        note(.nonzeroCCLDisabled, (ccl ?? 0) > Self.tiny && charge == 0, now, place)
        note(.nonzeroDCLDisabled, (dcl ?? 0) > Self.tiny && discharge == 0, now, place)
        note(.bothZero, (ccl ?? .max) <= Self.tiny && (dcl ?? .max) <= Self.tiny, now, place)
        note(.tinyCurrent, ccl == Self.tiny || dcl == Self.tiny, now, place)
        note(.protection, reading.alarms?.value.protections.isEmpty == false, now, place)
        noteVoltages(current: current, at: now, place: place)
        note(
            .onlyFullCharge,
            reading[.fullCharge]?.value == 1 && reading[.forceCharge]?.value == 0
                && reading[.forceChargeSoon]?.value != 1 && (reading[.soc]?.value ?? 1_000) <= 150, now, place
        )
    }

    private mutating func noteVoltages(current: Int32?, at now: Instant, place: Int) {
        guard let cvl = reading[.chargeVoltageLimit]?.value else { return }
        note(.tinyVoltage, (1...1_000).contains(cvl), now, place)
        guard let voltage = reading[.voltage]?.value else { return }
        let isAbove = cvl > 1_000 && voltage > cvl + Self.voltageTolerance
        let isCharged = (current ?? 0) > Self.leastCurrent
        note(.lowCVL, isAbove && !isCharged, now, place)
        note(.chargedAboveCVL, isAbove && isCharged, now, place)
    }

    /// Whether a current is above its limit by more than measuring explains: a tenth, and two amperes.
    static func exceeds(_ current: Int32?, _ limit: Int32?) -> Bool {
        guard let current, let limit, limit >= 0 else { return false }
        return Int64(current) > Int64(limit) + Int64(limit) / 10 + Int64(leastCurrent)
    }

    /// What some senders say for "stop", in milliamps.
    static let tiny: Int32 = 100
    /// Less than this may be a fault of measuring, in milliamps.
    static let leastCurrent: Int32 = 2_000
    /// A battery may stand above its CVL by what its cells relax, in millivolts.
    static let voltageTolerance: Int32 = 400
}
