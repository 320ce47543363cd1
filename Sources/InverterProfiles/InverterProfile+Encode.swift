public import BatteryModel
public import BusCodec

/// Why a frame is not sent.
public enum EncodeError: Error, Equatable, Sendable {
    /// A value is missing or cannot be said in this protocol.
    case signal(SignalError)
    /// The frame does not exist in this dialect.
    case notInDialect
}

extension InverterProfile {
    /// Writes a frame, or nothing of it: a value that is not known is never sent as zero.
    ///
    /// How old the values of `bank` are is not looked at; whoever fills it answers for that.
    ///
    /// - Parameters:
    ///   - index: The frame, below ``frameCount``.
    ///   - bank: What is to be said.
    ///   - options: How it is to be said.
    /// - Returns: The frame.
    /// - Throws: ``EncodeError``, naming the signal.
    public func encode(
        frame index: Int, bank: BankReading, options: ProfileOptions = ProfileOptions()
    ) throws(EncodeError) -> CANFrame {
        let row = frame(index)
        guard sends(row, inDialect: options.dialect) else { throw .notInDialect }
        let bank = prepared(bank, options)
        let length = Int(row.lengths[options.dialect])
        let isPadded = options.padsToEight && row.direction == .toInverter
        var frame = CANFrame(
            identifier: row.identifier, isExtended: row.isExtended, length: isPadded ? 8 : UInt8(length))
        var failure: SignalError?
        visitRows(row.container) { row in
            guard failure == nil, row.dialects >> options.dialect & 1 != 0 else { return }
            var bytes = frame.bytes.mutableSpan
            do throws(SignalError) {
                try row.store(bank, options, length: length, .little, into: &bytes)
            } catch {
                failure = error
            }
        }
        if let failure { throw .signal(failure) }
        return frame
    }

    /// The bank as this protocol wants it said.
    ///
    /// A constant: of a variable each row would be given a copy, a thousand bytes of it.
    public func prepared(_ bank: BankReading, _ options: ProfileOptions) -> BankReading {
        var bank = bank
        bank.warnOfMisconduct()
        prepare(&bank, options)
        return bank
    }

    /// Why the set cannot be sent: the first required frame that cannot be written; `nil` if the set is complete.
    public func obstacle(bank: BankReading, options: ProfileOptions = ProfileOptions()) -> Obstacle? {
        for index in 0..<frameCount {
            let row = frame(index)
            // In a dialect that does not exist nothing can be sent, and encoding says so.
            let isMeant = options.dialect >= sheet.dialectCount || row.isSent(inDialect: options.dialect)
            guard row.isRequired, row.direction == .toInverter, isMeant else { continue }
            do throws(EncodeError) {
                _ = try encode(frame: index, bank: bank, options: options)
            } catch {
                return Obstacle(frame: index, error: error)
            }
        }
        return nil
    }

    /// What keeps a set from being sent.
    public struct Obstacle: Sendable, Equatable {
        /// The frame.
        public var frame: Int
        /// What is wrong with it.
        public var error: EncodeError
    }
}

extension BankRow {
    /// Writes what `bank` says about this signal into a frame of `length` bytes before padding.
    func store(
        _ bank: borrowing BankReading, _ options: ProfileOptions, length: Int, _ order: ByteOrder,
        into bytes: inout MutableSpan<UInt8>
    ) throws(SignalError) {
        guard endByte <= length else {
            throw .tooShort(signal: SignalName(name), neededBytes: endByte, gotBytes: length)
        }
        switch meaning {
        case .number(let field), .said(let field):
            var value = bank[field]?.value
            if field == .current, options.invertsCurrent { value = value.map { 0 &- $0 } }
            try store(value.map { sayable($0, field) }, into: &bytes, order)
        case .meanCell:
            try store(bank.meanCell().map { min($0, range.upperBound) }, into: &bytes, order)
        case .alarm(let group, let level):
            guard let alarms = bank.alarms?.value else { throw .missing(signal: SignalName(name)) }
            try store(raw: alarms[level].intersects(group.kinds) ? 1 : 0, into: &bytes, order)
        case .alarmPair(let group, let level):
            guard let alarms = bank.alarms?.value else { return }
            try store(raw: alarms[level].intersects(group.kinds) ? 1 : 2, into: &bytes, order)
        case .constant(let raw):
            try store(raw: raw, into: &bytes, order)
        case .maker(let padding):
            guard let maker = bank.maker?.value else { throw .missing(signal: SignalName(name)) }
            try store(maker, into: &bytes, padding: padding)
        case .shown:
            if let notAvailable { try store(raw: notAvailable, into: &bytes, order) }
        case .heardAlarm, .shownText, .reserved:
            break
        }
    }
}

// MARK: - What does not fit

extension InverterProfile {
    /// Hands to `visit` every number of `bank` that the protocol cannot say, with what is said instead.
    ///
    /// Only what is measured is brought to the nearest number that fits, and a DVL that is too low to the lowest. Other
    /// limits are bounded by the control, see ``highest(_:options:)``; what does not fit all the same is not sent.
    public func visitCapped(
        bank: BankReading, options: ProfileOptions = ProfileOptions(),
        _ visit: (_ row: BankRow, _ value: Int32, _ said: Int32) -> Void
    ) {
        let bank = prepared(bank, options)
        for index in 0..<frameCount {
            let frame = frame(index)
            guard frame.direction == .toInverter, sends(frame, inDialect: options.dialect) else { continue }
            visitRows(frame.container) { row in
                guard row.dialects >> options.dialect & 1 != 0, case .number(let field) = row.meaning,
                    var value = bank[field]?.value
                else { return }
                if field == .current, options.invertsCurrent { value = 0 &- value }
                let said = row.sayable(value, field)
                if said != value { visit(row, value, said) }
            }
        }
    }

    /// The highest value of a limit that the protocol can say; `nil` if it does not carry it.
    public func highest(_ field: BankField, options: ProfileOptions = ProfileOptions()) -> Int32? {
        var highest: Int32?
        for index in 0..<frameCount {
            let frame = frame(index)
            guard frame.direction == .toInverter, sends(frame, inDialect: options.dialect) else { continue }
            visitRows(frame.container) { row in
                guard row.dialects >> options.dialect & 1 != 0, row.meaning == .number(field) else { return }
                highest = min(highest ?? row.range.upperBound, row.range.upperBound)
            }
        }
        return highest
    }
}

extension BankRow {
    /// The nearest value that the row can say, for fields where that misleads nobody; the value itself for others.
    fileprivate func sayable(_ value: Int32, _ field: BankField) -> Int32 {
        switch field {
        case .dischargeVoltageLimit: max(value, range.lowerBound)
        case .voltage, .current, .temperature, .highestCell, .lowestCell, .highestTemperature,
            .lowestTemperature, .capacity, .packs, .packsOffline, .remainingCapacity, .cycles, .cells,
            .cellSpread, .packsBlockingCharge, .packsBlockingDischarge, .mosfetTemperature, .energyCharged,
            .energyDischarged, .highestCellNumber, .lowestCellNumber, .highestCellPack, .lowestCellPack,
            .highestTemperatureNumber, .lowestTemperatureNumber, .highestTemperaturePack,
            .lowestTemperaturePack:
            min(max(value, range.lowerBound), range.upperBound)
        default: value
        }
    }
}
