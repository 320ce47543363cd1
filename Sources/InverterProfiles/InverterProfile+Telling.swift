public import BatteryModel
import BusCodec

/// What an inverter comes to know of a battery over a protocol: what decides whether it can be a source.
public struct SourceFacts: Sendable {
    /// What it tells at least: what stands in frames that inverters need.
    public fileprivate(set) var always = BankFields()
    /// What it can tell, frames that batteries may leave out included.
    public fileprivate(set) var possible = BankFields()
    /// Whether it always tells alarms.
    public fileprivate(set) var tellsAlarms = false

    /// What a source must tell; without it nobody can say what may flow.
    public static let needed: [6 of BankField] = [
        .voltage, .current, .soc, .chargeVoltageLimit, .chargeCurrentLimit, .dischargeCurrentLimit,
    ]

    /// Whether all of ``needed`` is told.
    public var isComplete: Bool {
        for index in Self.needed.indices where !possible.contains(Self.needed[index]) { return false }
        return true
    }
}

extension SourceFacts {
    /// Counts what a frame tells among what is always told.
    fileprivate mutating func insert(_ heard: borrowing BankReading) {
        always.insertAll(of: heard)
        if heard.alarms != nil { tellsAlarms = true }
    }

    /// What an inverter of `sink` needs and cannot be told of such a battery: the name of the signal; `nil` if nothing.
    ///
    /// The control knows a lot by itself, for example capacity and limits; the rest has to come from the battery.
    public func obstacle(on sink: InverterProfile, _ options: ProfileOptions = ProfileOptions())
        -> StaticString?
    {
        var bank = BankReading.complete
        for index in Self.measured.indices where !always.contains(Self.measured[index]) {
            bank[Self.measured[index]] = nil
        }
        for index in Self.temperatures.indices where !tellsTemperature {
            bank[Self.temperatures[index]] = nil
        }
        if let talk = sink.serial { return sink.withheld(bank, talk, options) }
        guard case .signal(.missing(let signal)) = sink.obstacle(bank: bank, options: options)?.error else {
            return nil
        }
        return signal.text
    }

    /// Whether it tells any temperature of its cells: the control makes all that is said about them of it.
    public var tellsTemperature: Bool {
        always.contains(.temperature) || always.contains(.highestTemperature)
            || always.contains(.lowestTemperature)
    }

    private static let temperatures: [_ of BankField] = [
        .temperature, .highestTemperature, .lowestTemperature, .highestTemperaturePack,
        .lowestTemperaturePack,
    ]

    /// What nobody but the battery knows.
    private static let measured: [_ of BankField] = [
        .soh, .mosfetTemperature, .highestCellNumber, .lowestCellNumber, .highestTemperatureNumber,
        .lowestTemperatureNumber, .cycles, .energyCharged, .energyDischarged, .batteryType, .version,
    ]
}

/// Any number of fields, as one word.
public struct BankFields: Sendable, Hashable {
    private var bits: UInt64 = 0

    /// No field.
    public init() {}

    /// Tells whether it holds `field`.
    public func contains(_ field: BankField) -> Bool { bits >> UInt64(field.rawValue) & 1 != 0 }

    /// Whether `reading` knows something that a source must tell and that is not among these.
    fileprivate func lacks(of reading: borrowing BankReading) -> Bool {
        for index in SourceFacts.needed.indices
        where reading[SourceFacts.needed[index]] != nil && !contains(SourceFacts.needed[index]) {
            return true
        }
        return false
    }

    /// Adds every field that is known in `reading`.
    mutating func insertAll(of reading: borrowing BankReading) {
        for raw in 0..<UInt8(BankField.count) {
            if let field = BankField(rawValue: raw), reading[field] != nil { bits |= 1 << UInt64(raw) }
        }
    }
}

extension InverterProfile {
    /// What an inverter comes to know of a battery in a dialect.
    ///
    /// It is tried with a battery that knows everything about itself, so quirks count as well as rows.
    public func sourceFacts(_ options: ProfileOptions = ProfileOptions()) -> SourceFacts {
        var facts = SourceFacts()
        let battery = BankReading.complete
        if let talk = serial {
            var heard = BankReading()
            hear(battery, talk, options, into: &heard)
            facts.always.insertAll(of: heard)
            facts.possible = facts.always
            facts.tellsAlarms = heard.alarms != nil
            return facts
        }
        for index in 0..<frameCount {
            let heard = hear(battery, frame: index, options)
            facts.possible.insertAll(of: heard)
            if frame(index).isRequired { facts.insert(heard) }
        }
        // A frame that inverters can do without is needed all the same if it alone carries what a source must tell.
        let required = facts.always
        for index in 0..<frameCount where !frame(index).isRequired {
            let heard = hear(battery, frame: index, options)
            if required.lacks(of: heard) { facts.insert(heard) }
        }
        return facts
    }

    /// What is understood of one frame as the battery sends it; nothing if it does not.
    private func hear(_ battery: BankReading, frame index: Int, _ options: ProfileOptions) -> BankReading {
        var heard = BankReading()
        guard frame(index).direction == .toInverter, sends(frame(index), inDialect: options.dialect) else {
            return heard
        }
        do throws(EncodeError) {
            let said = try encode(frame: index, bank: battery, options: options)
            _ = decode(said, dialect: options.dialect, at: .zero, into: &heard)
        } catch {
            return BankReading()
        }
        return heard
    }

    /// Goes through the questions of an inverter once.
    private func hear(
        _ battery: BankReading, _ talk: SerialTalk, _ options: ProfileOptions, into heard: inout BankReading
    ) {
        var place = 0
        while let question = talk.question(place, options.dialect) {
            place += 1
            var said = SerialBuffer()
            guard outcome(of: question, battery, talk, options, &said) == .answered else { continue }
            _ = understand(
                said.bytes, answering: question, talk, options: options, at: .zero, into: &heard)
        }
    }

    /// The first signal that keeps an inverter's question from being answered; `nil` if every one is.
    fileprivate func withheld(
        _ battery: BankReading, _ talk: SerialTalk, _ options: ProfileOptions
    ) -> StaticString? {
        var place = 0
        while let question = talk.question(place, options.dialect) {
            place += 1
            var said = SerialBuffer()
            if case .withheld(.missing(let signal)) = outcome(of: question, battery, talk, options, &said) {
                return signal.text
            }
        }
        return nil
    }

    private func outcome(
        of question: SerialQuestion, _ battery: BankReading, _ talk: SerialTalk, _ options: ProfileOptions,
        _ said: inout SerialBuffer
    ) -> SerialOutcome {
        var asked = SerialBuffer()
        talk.framing.write(question, to: options.address ?? talk.address, into: &asked)
        guard case .item(let frame, _) = talk.framing.scanQuestion(asked.bytes) else { return .noQuestion }
        return answer(frame, talk, bank: battery, options: options, into: &said)
    }
}

extension Instant {
    fileprivate static let zero = Instant(nanoseconds: 0)
}

extension BankReading {
    /// A battery of sixteen cells in the middle of its charge that knows everything about itself.
    fileprivate static var complete: BankReading {
        var bank = BankReading()
        for raw in 0..<UInt8(BankField.count) {
            guard let field = BankField(rawValue: raw) else { continue }
            bank[field] = Reading(usual(field), at: .zero)
        }
        bank.alarms = Reading(AlarmSet(), at: .zero)
        return bank
    }

    private static func usual(_ field: BankField) -> Int32 {
        switch field {
        case .voltage: 52_800
        case .chargeVoltageLimit: 55_200
        case .dischargeVoltageLimit: 46_400
        case .highestCell, .lowestCell: 3_300
        case .current, .chargeCurrentLimit, .dischargeCurrentLimit: 10_000
        case .soc, .soh, .highestSOC, .lowestSOC: 500
        case .temperature, .highestTemperature, .lowestTemperature, .mosfetTemperature: 250
        case .capacity: 100_000
        case .remainingCapacity: 50_000
        case .cells: 16
        case .packsOffline, .packsBlockingCharge, .packsBlockingDischarge, .cellSpread, .forceCharge,
            .forceChargeSoon, .fullCharge:
            0
        default: 1
        }
    }
}
