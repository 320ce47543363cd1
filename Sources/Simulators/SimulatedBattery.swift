public import BatteryModel
public import BusCodec
public import InverterProfiles

/// The battery side of a profile: says what simulated packs measure, and hears the inverter.
///
/// A value without clock or descriptor. Tell it how the packs stand with ``measure(_:at:)``, send what ``next(at:)``
/// gives on CAN and ``answer(at:)`` on a serial line, and hand it what the inverter sends with `received`.
public struct SimulatedBattery: Sendable {
    /// What was said and heard, in numbers.
    public struct Statistics: Sendable, Hashable {
        /// Frames said, or questions answered.
        public var sent: UInt64 = 0
        /// Frames or answers that were due and could not be written, because a value is not known or does not fit.
        public var withheld: UInt64 = 0
        /// Signs of life of the inverter, or its questions.
        public var keepAlives: UInt64 = 0
        /// Frames that are none of the profile's, or a battery's.
        public var foreign: UInt64 = 0

        /// Nothing happened.
        public init() {}
    }

    /// The protocol spoken.
    public let profile: InverterProfile
    /// How it is spoken.
    public let options: ProfileOptions
    /// Alarms that it says whatever the packs do; a protection stops all current.
    public var scripted: AlarmSet
    /// What it says about the packs.
    public private(set) var said = BankReading()
    /// Everything it has understood of the inverter.
    public private(set) var understood = BankReading()
    /// What was said and heard.
    public private(set) var statistics = Statistics()
    /// How it answers on a serial line; `nil` on CAN.
    public private(set) var answerer: SerialAnswerer?

    private var schedule: FrameSchedule

    /// Makes a battery that has said nothing.
    public init(
        _ profile: InverterProfile, options: ProfileOptions = ProfileOptions(),
        scripted: AlarmSet = AlarmSet(),
        at now: Instant
    ) {
        self.profile = profile
        self.options = options
        self.scripted = scripted
        schedule = FrameSchedule(profile, dialect: options.dialect, start: now)
        answerer = profile.serial.map { SerialAnswerer($0, options, at: now) }
    }

    /// Takes down what the packs measure, and what may be done with them.
    public mutating func measure(_ bank: SimulatedBank, at now: Instant) {
        said = BankReading()
        said.alarms = Reading(alarms(of: bank), at: now)
        for (field, value) in limits(of: bank) + measured(bank) { said[field] = Reading(value, at: now) }
    }

    /// Takes a frame from the bus.
    public mutating func received(_ frame: CANFrame, at now: Instant) {
        guard answerer == nil else { return }
        if profile.isKeepAlive(frame) { statistics.keepAlives += 1 }
        guard !profile.isFromBattery(frame),
            case .frame = profile.decode(frame, dialect: options.dialect, at: now, into: &understood)
        else {
            statistics.foreign += 1
            return
        }
    }

    /// Takes bytes from the serial line.
    public mutating func received(_ bytes: Span<UInt8>, at now: Instant) {
        answerer?.received(bytes, at: now)
        if let heard = answerer?.statistics.questions { statistics.keepAlives = heard }
    }

    /// When the next frame or answer is due; `nil` before anything was measured.
    public var nextDue: Instant? {
        guard said.alarms != nil else { return nil }
        return if let answerer { answerer.nextDue } else { schedule.nextDue }
    }

    /// The answer to send on a serial line now; `nil` if none is due.
    public mutating func answer(at now: Instant) -> [UInt8]? {
        guard said.alarms != nil, var answerer else { return nil }
        let talk = answerer.talk
        let bytes = answerer.next(at: now) { question, buffer in
            profile.answer(question, talk, bank: said, options: options, into: &buffer)
        }
        self.answerer = answerer
        statistics.sent = answerer.statistics.answers
        statistics.withheld = answerer.statistics.withheld
        return bytes
    }

    /// The frame to say on CAN now; `nil` if none is due.
    public mutating func next(at now: Instant) -> CANFrame? {
        guard said.alarms != nil, answerer == nil else { return nil }
        while let index = schedule.next(at: now) {
            do throws(EncodeError) {
                let frame = try profile.encode(frame: index, bank: said, options: options)
                statistics.sent += 1
                return frame
            } catch {
                statistics.withheld += 1
            }
        }
        return nil
    }
}

// MARK: - What is said

extension SimulatedBattery {
    private static let chargeMillivoltsOfCell: Int32 = 3_450
    private static let dischargeMillivoltsOfCell: Int32 = 2_900

    private func alarms(of bank: SimulatedBank) -> AlarmSet {
        var alarms = scripted
        for pack in bank.packs { alarms.protections = alarms.protections.union(pack.tripped) }
        return alarms
    }

    private func limits(of bank: SimulatedBank) -> [(BankField, Int32)] {
        let cells = Int32(bank.packs.map(\.cellCount).min() ?? 0)
        let isStopped = !scripted.protections.isEmpty
        // Each pack may be charged and emptied within two hours.
        let charge = bank.packs.map { $0.isChargeSwitchClosed ? $0.capacityMilliampHours / 2 : 0 }
        let discharge = bank.packs.map { $0.isDischargeSwitchClosed ? $0.capacityMilliampHours / 2 : 0 }
        let (most, least) = (charge.reduce(0, +), discharge.reduce(0, +))
        return [
            (.chargeVoltageLimit, bounded(cells * Self.chargeMillivoltsOfCell, .chargeVoltageLimit)),
            (.dischargeVoltageLimit, cells * Self.dischargeMillivoltsOfCell),
            (.chargeCurrentLimit, isStopped ? 0 : bounded(most, .chargeCurrentLimit)),
            (.dischargeCurrentLimit, isStopped ? 0 : bounded(least, .dischargeCurrentLimit)),
            (.chargeEnabled, isStopped || most == 0 ? 0 : 1),
            (.dischargeEnabled, isStopped || least == 0 ? 0 : 1),
            (.forceCharge, 0), (.forceChargeSoon, 0), (.fullCharge, 0),
            (.packsBlockingCharge, Int32(charge.count { $0 == 0 })),
            (.packsBlockingDischarge, Int32(discharge.count { $0 == 0 })),
        ]
    }

    private func bounded(_ value: Int32, _ field: BankField) -> Int32 {
        min(value, profile.highest(field, options: options) ?? .max)
    }

    private func measured(_ bank: SimulatedBank) -> [(BankField, Int32)] {
        guard let first = bank.packs.first else { return [] }
        let capacity = bank.packs.reduce(Int32(0)) { $0 &+ $1.capacityMilliampHours }
        let counters = bank.packs.map(\.counterPermille)
        let soc = counters.reduce(0, +) / Double(counters.count)
        let highs = bank.packs.map(\.highestCellMillivolts)
        let lows = bank.packs.map(\.lowestCellMillivolts)
        let (high, low) = (highs.max() ?? 0, lows.min() ?? 0)
        let temperature = Int32(first.cellDecicelsius.rounded())
        return [
            (.soc, Int32(soc.rounded())), (.soh, 1_000), (.voltage, bank.millivolts),
            (.highestSOC, Int32((counters.max() ?? 0).rounded())),
            (.lowestSOC, Int32((counters.min() ?? 0).rounded())),
            (.current, bank.milliamps),
            (.capacity, capacity), (.remainingCapacity, Int32(Double(capacity) * soc / 1_000)),
            (.packs, Int32(bank.packs.count)), (.packsOffline, 0), (.cells, Int32(first.cellCount)),
            (.highestCell, Int32(high.rounded())), (.lowestCell, Int32(low.rounded())),
            (.cellSpread, Int32((high - low).rounded())), (.cycles, 85),
            (.activity, bank.milliamps == 0 ? 0 : bank.milliamps > 0 ? 1 : 2),
            (.temperature, temperature), (.highestTemperature, temperature),
            (.lowestTemperature, temperature), (.mosfetTemperature, temperature + 40),
            (.highestCellNumber, 1), (.lowestCellNumber, 1), (.highestTemperatureNumber, 1),
            (.lowestTemperatureNumber, 1), (.highestTemperaturePack, 1), (.lowestTemperaturePack, 1),
            (.highestCellPack, Int32((highs.firstIndex(of: high) ?? 0) + 1)),
            (.lowestCellPack, Int32((lows.firstIndex(of: low) ?? 0) + 1)),
        ]
    }
}
