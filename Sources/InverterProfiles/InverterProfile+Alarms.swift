public import BatteryModel
import BusCodec

extension InverterProfile {
    /// The kinds of alarm that the inverter can be told of at `level` in a dialect.
    public func visibleKinds(at level: AlarmLevel, dialect: UInt8) -> AlarmMask {
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
