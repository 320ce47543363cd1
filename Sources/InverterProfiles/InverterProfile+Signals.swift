public import BatteryModel
public import BusCodec

/// What a frame carries in one signal.
public enum SignalContent: Sendable, Equatable {
    /// A number in the unit of the row.
    case number(Int32)
    /// Whether the alarm of the row stands.
    case alarm(Bool)
    /// A name.
    case text(ASCIIText)
    /// Bits that nothing is read from: a constant, or reserved.
    case bits(UInt64)
    /// The sender says that it does not know.
    case notAvailable
    /// The frame ends before the signal does.
    case cutOff
    /// The value is outside what the signal can mean.
    case outOfRange(Int64)
}

extension InverterProfile {
    /// Hands each signal of a frame to `visit`, row by row, with what it carries.
    ///
    /// It reads what ``decode(_:dialect:invertsCurrent:at:into:)`` reads, for showing it.
    ///
    /// - Parameters:
    ///   - frame: The frame, of either direction.
    ///   - dialect: The dialect spoken; `nil` reads the rows of all of them.
    ///   - known: What was heard before.
    ///   - visit: Is called for each row of the frame.
    /// - Returns: The frame as ``frame`` counts them; `nil` if it is none of the profile's, or carries nothing.
    public func visitSignals(
        of frame: CANFrame, dialect: UInt8? = nil, known: borrowing BankReading,
        _ visit: (BankRow, SignalContent) -> Void
    ) -> Int? {
        guard frame.kind == .data else { return nil }
        let width = isKeepAlive(frame) ? sheet.keepAlive.isExtended : frame.isExtended
        guard let index = index(ofIdentifier: frame.identifier, isExtended: width) else { return nil }
        let container = self.frame(index).container
        let dialects: UInt8 = dialect.map { 1 << $0 } ?? .max
        var frame = frame
        mend(&frame, HeardBefore(temperature: known[.temperature]?.value))
        visitRows(container) { row in
            if row.dialects & dialects != 0 { visit(row, row.content(of: frame.payload)) }
        }
        return index
    }
}

extension BankRow {
    /// What `bytes` carry in this signal.
    fileprivate func content(of bytes: Span<UInt8>) -> SignalContent {
        do throws(SignalError) {
            switch meaning {
            case .number, .said, .meanCell, .shown:
                return try value(in: bytes).map { .number($0) } ?? .notAvailable
            case .alarm, .heardAlarm:
                return .alarm(try raw(in: bytes) != 0)
            case .alarmPair:
                let pair = try raw(in: bytes)
                return pair == 1 || pair == 2 ? .alarm(pair == 1) : .notAvailable
            case .maker, .shownText:
                return try text(in: bytes).map { .text($0) } ?? .notAvailable
            case .constant, .reserved:
                return .bits(try raw(in: bytes))
            }
        } catch {
            guard case .outOfRange(_, let value) = error else { return .cutOff }
            return .outOfRange(value)
        }
    }
}
