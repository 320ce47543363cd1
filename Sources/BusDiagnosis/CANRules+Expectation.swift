import BatteryModel
import BusCodec
import InverterProfiles

// Rules about what the inverter expects and what it gets.

extension CANRules {
    static let expectation: [@Sendable (CANPicture) -> [Finding]] = [
        wrongProtocol, newerSet, noPermissions, nameRefused, alarmsUnread,
    ]

    /// Something else is heard than the inverter expects.
    @Sendable static func wrongProtocol(_ picture: CANPicture) -> [Finding] {
        guard let expected = picture.expected, picture.traffic.length >= .seconds(5), !isNewerSet(picture)
        else { return [] }
        let speaking = picture.talkers.filter {
            $0.role == .battery || $0.role == .pack || $0.role == .foreign
        }
        guard let first = speaking.first, !fits(expected, picture) else { return [] }
        var facts = [Fact("expected", text(expected.profile.sheet.name))]
        if let best = first.candidates.first { facts.append(Fact("heard", text(best.name))) }
        facts.append(Fact("frames missing", .count(UInt64(picture.missing(expected).count))))
        facts.append(Fact("frames expected", .count(UInt64(expected.required.count))))
        return [
            Finding(
                FindingTable.wrongProtocol, certainty: 95, facts,
                places: first.containers.first.flatMap { picture.traffic.track($0) }.map { [$0.firstPlace] }
                    ?? [])
        ]
    }

    /// Whether all of the expected frames are heard, or it may be the same protocol with something left out.
    private static func fits(_ expected: CANPicture.Target, _ picture: CANPicture) -> Bool {
        if picture.missing(expected).isEmpty { return true }
        return picture.battery?.candidates.contains { candidate in
            guard case .profile(let place, _) = candidate.source else { return false }
            return place == picture.options.expectedProfile
        } ?? false
    }

    private static func isNewerSet(_ picture: CANPicture) -> Bool {
        guard let expected = picture.expected, picture.isHeard(AlarmPairs.identifier) else { return false }
        let missing = picture.missing(expected).map { $0.container }
        return missing.contains(0x359) && missing.contains(0x35C) && missing.count == 2
    }

    /// 0x35A is heard where 0x359 and 0x35C are expected.
    @Sendable static func newerSet(_ picture: CANPicture) -> [Finding] {
        guard isNewerSet(picture), picture.traffic.length >= .seconds(5),
            let newer = picture.traffic.track(AlarmPairs.identifier), newer.count >= 3
        else { return [] }
        return [
            Finding(
                FindingTable.newerSet, certainty: 95,
                [
                    Fact("missing", .identifier(0x359)), Fact("missing", .identifier(0x35C)),
                    Fact("heard", .identifier(0x35A)),
                ],
                places: [newer.firstPlace])
        ]
    }

    /// The dialect that is heard has no permissions, and another dialect of the same protocol has them.
    @Sendable static func noPermissions(_ picture: CANPicture) -> [Finding] {
        guard let expected = picture.expected, picture.options.expectedDialect == nil, picture.bank != nil,
            picture.traffic.length >= .seconds(5), expected.profile.sheet.dialectCount > 1
        else { return [] }
        let carries = (0..<expected.profile.sheet.dialectCount).map { dialect in
            let target = CANPicture.Target(profile: expected.profile, dialect: dialect)
            return target.required.contains { target.fields(of: $0.container).contains(.chargeEnabled) }
        }
        guard carries.contains(true), !carries[Int(expected.dialect)] else { return [] }
        return [
            Finding(
                FindingTable.noPermissions, certainty: 90,
                [Fact("heard dialect", text(expected.profile.sheet.dialects.span[Int(expected.dialect)]))])
        ]
    }

    /// The battery has a name that the inverter does not take, or none.
    @Sendable static func nameRefused(_ picture: CANPicture) -> [Finding] {
        guard let wanted = picture.options.expectedName, wanted.count > 0, let bank = picture.bank,
            picture.traffic.length >= .seconds(5), !bank.names.contains(where: { begins($0, with: wanted) })
        else { return [] }
        var facts = [Fact("expected", .text(wanted))]
        if let heard = bank.names.first { facts.append(Fact("heard", .text(heard))) }
        return [Finding(FindingTable.nameRefused, certainty: bank.names.isEmpty ? 80 : 90, facts)]
    }

    private static func begins(_ name: ASCIIText, with start: ASCIIText) -> Bool {
        guard name.count >= start.count else { return false }
        return (0..<start.count).allSatisfy { name[$0] == start[$0] }
    }

    /// Alarms stand in a frame that the inverter does not read.
    @Sendable static func alarmsUnread(_ picture: CANPicture) -> [Finding] {
        guard let expected = picture.expected,
            let frame = alarmFrames.first(where: { raises($0, picture) }), !reads(expected, frame)
        else { return [] }
        // Where another alarm frame is read that tells the same, nothing is lost.
        guard !alarmFrames.contains(where: { $0 != frame && raises($0, picture) && reads(expected, $0) })
        else {
            return []
        }
        return [
            Finding(
                FindingTable.alarmsUnread, certainty: 85, [Fact("alarms stand in", .identifier(frame))],
                places: [picture.traffic.track(frame)?.lastPlace ?? 0])
        ]
    }

    /// The frames with alarms of the family that has two of them.
    private static let alarmFrames: [UInt32] = [0x359, AlarmPairs.identifier]

    private static func reads(_ expected: CANPicture.Target, _ container: UInt32) -> Bool {
        expected.rows.contains { $0.container == container }
    }

    /// Whether an alarm stands in a frame, as the battery that was named means it.
    private static func raises(_ container: UInt32, _ picture: CANPicture) -> Bool {
        guard let track = picture.traffic.track(container), track.count >= 3,
            case .profile(let place, let dialect)? = picture.battery?.candidates.first?.source
        else { return false }
        var reading = BankReading()
        _ = KnownProtocols.profiles[place].decode(
            track.frame, dialect: dialect, at: track.last, into: &reading)
        guard let alarms = reading.alarms?.value else { return false }
        return !alarms.protections.isEmpty || !alarms.warnings.isEmpty
    }
}
