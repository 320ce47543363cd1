public import BatteryModel
public import BusCodec
import InverterProfiles

/// What a battery has told its inverter over time, read in the protocol that was named.
public struct BankTrack: Sendable {
    /// The protocol, as a place in ``InverterProfiles/ProfileTable``, and its dialect.
    public let profile: Int, dialect: UInt8
    /// What it told last.
    public private(set) var reading = BankReading()
    /// Each number over time, by the raw value of its ``BatteryModel/BankField``.
    public private(set) var values: [ValueTrack?]
    /// Frames with a signal that cannot be, and the first of these signals.
    public private(set) var impossible: UInt64 = 0, firstFault: SignalError?
    /// When charging was above CCL, discharging above DCL, and CVL below the battery's voltage.
    public private(set) var overCCL = Condition(), overDCL = Condition(), lowCVL = Condition()

    private let plan: Plan

    /// The protocol worked out, in one place for all copies of the track.
    private final class Plan: Sendable {
        let plan: ProfilePlan

        init(_ profile: Int, _ dialect: UInt8) {
            plan = ProfilePlan(ProfileTable.profiles.span[profile], dialect: dialect)
        }
    }

    init(profile: Int, dialect: UInt8) {
        self.profile = profile
        plan = Plan(profile, dialect)
        self.dialect = dialect
        values = Array(repeating: nil, count: Int(BankField.count))
    }

    /// Reads a frame; `isNews` is whether it says something else than the last of its identifier.
    mutating func note(_ frame: CANFrame, isNews: Bool, at now: Instant, place: Int) {
        if isNews {
            let heard = plan.plan.decode(frame, at: now, into: &reading)
            if case .frame(let account) = heard { noteValues(account, at: now, place: place) }
        }
        noteConditions(at: now, place: place)
    }

    private mutating func noteValues(_ account: HeardFrame, at now: Instant, place: Int) {
        if account.outOfRange > 0 {
            impossible += 1
            if firstFault == nil { firstFault = account.firstFault }
        }
        for index in values.indices {
            guard let field = BankField(rawValue: UInt8(index)), let value = reading[field],
                value.at == now
            else { continue }
            if values[index] == nil { values[index] = ValueTrack(value.value, at: now, place: place) }
            values[index]?.note(value.value, at: now, place: place)
        }
    }

    /// A number over time; `nil` if it was never told.
    public subscript(field: BankField) -> ValueTrack? { values[Int(field.rawValue)] }

    private mutating func noteConditions(at now: Instant, place: Int) {
        let current = reading[.current]?.value
        overCCL.note(
            Self.exceeds(current, reading[.chargeCurrentLimit]?.value), at: now, place: place)
        overDCL.note(
            Self.exceeds(current.map { 0 &- $0 }, reading[.dischargeCurrentLimit]?.value), at: now,
            place: place)
        lowCVL.note(
            reading[.voltage].flatMap { voltage in
                reading[.chargeVoltageLimit].map { voltage.value - $0.value > Self.voltageTolerance }
            } ?? false, at: now, place: place)
    }

    /// Whether a current is above its limit by more than measuring explains: a tenth, and two amperes.
    private static func exceeds(_ current: Int32?, _ limit: Int32?) -> Bool {
        guard let current, let limit, limit >= 0 else { return false }
        return Int64(current) > Int64(limit) + Int64(limit) / 10 + 2_000
    }

    /// A battery may stand above its CVL by what its cells relax, in millivolts.
    private static let voltageTolerance: Int32 = 400
}

/// One number over time.
public struct ValueTrack: Sendable {
    /// What it was at first, last, lowest and highest.
    public private(set) var first: Int32, last: Int32, lowest: Int32, highest: Int32
    /// How often it changed, and when last.
    public private(set) var changes: UInt64 = 0, changedAt: Instant
    /// The largest change from one time to the next, and where it stands.
    public private(set) var largestStep: Int32 = 0, largestStepPlace: Int

    init(_ value: Int32, at now: Instant, place: Int) {
        (first, last, lowest, highest) = (value, value, value, value)
        (changedAt, largestStepPlace) = (now, place)
    }

    mutating func note(_ value: Int32, at now: Instant, place: Int) {
        guard value != last else { return }
        let step = value.subtractingReportingOverflow(last)
        let size = step.overflow ? Int32.max : Int32(clamping: step.partialValue.magnitude)
        if size > largestStep { (largestStep, largestStepPlace) = (size, place) }
        changes += 1
        changedAt = now
        last = value
        lowest = min(lowest, value)
        highest = max(highest, value)
    }
}

/// Something that holds at times.
public struct Condition: Sendable {
    /// How long it held at the longest, and where that began.
    public private(set) var longest = Interval.zero, place = 0
    /// How often it began.
    public private(set) var times: UInt64 = 0
    private var since: (at: Instant, place: Int)?

    /// Whether it holds now.
    public var holds: Bool { since != nil }

    mutating func note(_ holds: Bool, at now: Instant, place: Int) {
        guard holds else {
            since = nil
            return
        }
        if since == nil {
            since = (now, place)
            times += 1
        }
        if let since, now - since.at > longest { (longest, self.place) = (now - since.at, since.place) }
    }
}
