import BatteryModel

// Rules about limits that are read on a serial line, and whether they are followed. What they find is the same as on CAN.

extension SerialRules {
    static let limits: [@Sendable (SerialPicture) -> [Finding]] = [
        serialLimitsIgnored, serialCVL, serialForbidden, serialSign, serialSOCZero,
    ]

    /// An inverter that follows its limits does so within this time.
    private static let longestReaction = Interval.seconds(20)
    /// What holds for so long is no transition.
    private static let lasting = Interval.seconds(10)

    /// More flows than is allowed.
    @Sendable static func serialLimitsIgnored(_ picture: SerialPicture) -> [Finding] {
        timed(picture).filter { $0.overLimit.longest >= longestReaction }.map { track in
            let vitals = track.lastVitals
            return Finding(
                FindingTable.limitsIgnored, certainty: 88,
                facts(
                    track, ("CCL", vitals.chargeCurrentLimit, .milliamps),
                    ("DCL", vitals.dischargeCurrentLimit, .milliamps), ("current", vitals.current, .milliamps)
                )
                    + [Fact("exceeded for", .interval(track.overLimit.longest))],
                places: [track.overLimit.place])
        }
    }

    /// CVL is below the voltage of the battery, or it is charged past it.
    @Sendable static func serialCVL(_ picture: SerialPicture) -> [Finding] {
        timed(picture).compactMap { track in
            let isPast =
                track.chargedAboveCVL.longest >= longestReaction
                && track.chargedAboveCVL.longest > track.lowCVL.longest
            let condition = isPast ? track.chargedAboveCVL : track.lowCVL
            guard isPast || condition.longest >= lasting else { return nil }
            let vitals = track.lastVitals
            return Finding(
                isPast ? FindingTable.cvlIgnored : FindingTable.cvlLow, certainty: 85,
                facts(
                    track, ("CVL", vitals.chargeVoltageLimit, .millivolts),
                    ("voltage", vitals.voltage, .millivolts))
                    + [Fact("for", .interval(condition.longest))], places: [condition.place])
        }
    }

    /// A direction is forbidden and its limit says go.
    @Sendable static func serialForbidden(_ picture: SerialPicture) -> [Finding] {
        timed(picture).filter { $0.forbiddenWithLimit.longest >= lasting && !$0.protection.holds }.map {
            track in
            let vitals = track.lastVitals
            return Finding(
                FindingTable.limitContradicts, certainty: 80,
                facts(
                    track, ("CCL", vitals.chargeCurrentLimit, .milliamps),
                    ("charging permitted", vitals.chargeEnabled, .onOff),
                    ("DCL", vitals.dischargeCurrentLimit, .milliamps),
                    ("discharging permitted", vitals.dischargeEnabled, .onOff)),
                places: [track.forbiddenWithLimit.place])
        }
    }

    /// Voltage and state of charge move against the current.
    @Sendable static func serialSign(_ picture: SerialPicture) -> [Finding] {
        timed(picture).filter { track in
            (track.sign.isOpposedByVoltage || track.sign.isOpposedBySOC)
                && track.sign.agreeing <= track.sign.opposing
        }.map { track in
            Finding(
                FindingTable.currentSign, certainty: 88,
                facts(track) + [
                    Fact("steps against the voltage", .count(track.sign.opposing)),
                    Fact("steps with it", .count(track.sign.agreeing)),
                ])
        }
    }

    /// The state of charge is 0 % although the cells are not empty.
    @Sendable static func serialSOCZero(_ picture: SerialPicture) -> [Finding] {
        timed(picture).filter { $0.zeroSOC.longest >= longestReaction }.map { track in
            let vitals = track.lastVitals
            return Finding(
                FindingTable.socZero, certainty: 85,
                facts(
                    track, ("lowest cell", vitals.lowestCell, .millivolts),
                    ("voltage", vitals.voltage, .millivolts)),
                places: [track.zeroSOC.place])
        }
    }

    /// The tracks of a line on which times are those of hearing, and of which is known who has said what.
    private static func timed(_ picture: SerialPicture) -> [AddressTrack] {
        guard picture.options.hasTimes, let talk = picture.conversation, !talk.isGuessed,
            duplicateAddress(picture).isEmpty
        else { return [] }
        return talk.tracks.filter { $0.impossible < 3 }
    }

    /// The address, and those of the values that are known.
    private static func facts(
        _ track: AddressTrack, _ values: (label: StaticString, value: Int32?, unit: Unit)...
    ) -> [Fact] {
        [Fact("address", .address(track.address))]
            + values.compactMap { row in row.value.map { Fact(row.label, .number($0, row.unit)) } }
    }
}
