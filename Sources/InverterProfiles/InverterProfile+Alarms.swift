public import BatteryModel
import BusCodec

extension InverterProfile {
    /// The kinds of alarm that the inverter can be told of at `level` in a dialect.
    ///
    /// Its own misconduct it is told as a warning, also where that is a protection.
    public func visibleKinds(at level: AlarmLevel, dialect: UInt8) -> AlarmMask {
        let kinds = kindsOfRows(at: level, dialect)
        guard level == .protection else { return kinds }
        let warned = kindsOfRows(at: .warning, dialect)
        return kinds.union(AlarmMask(bits: warned.bits & AlarmMask.misconduct.bits))
    }

    private func kindsOfRows(at level: AlarmLevel, _ dialect: UInt8) -> AlarmMask {
        var kinds = AlarmMask()
        for index in 0..<frameCount {
            let row = frame(index)
            guard row.direction == .toInverter, row.isSent(inDialect: dialect) else { continue }
            visitRows(row.container) { row in
                guard row.dialects >> dialect & 1 != 0 else { return }
                switch row.meaning {
                case .alarm(let group, level), .alarmPair(let group, level):
                    kinds = kinds.union(group.kinds)
                default:
                    break
                }
            }
        }
        return kinds
    }

    /// The kinds of alarm that stay invisible to the inverter at `level` in a dialect.
    public func invisibleKinds(at level: AlarmLevel, dialect: UInt8) -> AlarmMask {
        let all = AlarmMask(bits: 1 << UInt64(AlarmKind.count) - 1)
        return all.subtracting(visibleKinds(at: level, dialect: dialect))
    }

    /// What of `alarms` the inverter is not told of in a dialect.
    public func invisible(of alarms: AlarmSet, dialect: UInt8) -> AlarmSet {
        var rest = alarms
        rest.infos = alarms.infos.subtracting(visibleKinds(at: .info, dialect: dialect))
        rest.warnings = alarms.warnings.subtracting(visibleKinds(at: .warning, dialect: dialect))
        rest.protections = alarms.protections.subtracting(visibleKinds(at: .protection, dialect: dialect))
        return rest
    }
}

extension AlarmMask {
    /// What the inverter itself does wrong while the battery is well.
    static let misconduct = AlarmMask(.limitsIgnored, .voltageIgnored)
}

extension AlarmGroup {
    /// The group as far as it is said at a level: what the inverter does wrong is no protection to it.
    func said(at level: AlarmLevel) -> AlarmGroup {
        guard level == .protection else { return self }
        var group = self
        group.kinds = kinds.subtracting(.misconduct)
        return group
    }
}

extension BankReading {
    /// Turns protections for what the inverter does wrong into warnings.
    ///
    /// To people it is a protection, because current flows that must not. Said to the inverter as one, a healthy bank
    /// could be dropped: a Sunny Island stops at any alarm in 0x35A (SMA FSS-ConnectingBat-TI-en-10). Where the control
    /// means "stop" it says so with the limits.
    mutating func warnOfMisconduct() {
        guard var said = alarms, said.value.protections.intersects(.misconduct) else { return }
        let found = AlarmMask(bits: said.value.protections.bits & AlarmMask.misconduct.bits)
        said.value.protections = said.value.protections.subtracting(found)
        said.value.warnings = said.value.warnings.union(found)
        alarms = said
    }
}
