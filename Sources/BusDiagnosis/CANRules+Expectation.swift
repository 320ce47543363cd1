import BMSDrivers
import BatteryModel
import BusCodec
import InverterProfiles

// Rules about what the inverter expects and what it gets.

extension CANRules {
    static let expectation: [@Sendable (CANPicture) -> [Finding]] = [
        wrongProtocol, newerSet, noPermissions, nameRefused, alarmsUnread, otherBMS,
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
        var sheet = FindingTable.wrongProtocol
        if let known = BMSDialects.row(of: picture.options.driver) {
            if let menu = known.entry(expected.profile.sheet.id)?.menu {
                facts.append(Fact("to be chosen at the named BMS", text(menu)))
            } else if known.lacks([expected.profile.sheet.id]) {
                sheet.causes.insert(FindingTable.namedBMSLacksIt, at: 0)
            }
        }
        return [
            Finding(
                sheet, certainty: 95, facts,
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

    /// Alarms stand in a frame, or in bits of it, that the inverter does not read.
    @Sendable static func alarmsUnread(_ picture: CANPicture) -> [Finding] {
        guard let expected = picture.expected,
            case .profile(let place, let dialect)? = picture.battery?.candidates.first?.source
        else { return [] }
        let spoken = CANPicture.Target(profile: KnownProtocols.profiles[place], dialect: dialect)
        // Where something of it is read, in whatever frame, the inverter knows that there is trouble.
        guard let frame = alarmFrame(spoken, picture), alarmFrame(expected, picture) == nil else { return [] }
        return [
            Finding(
                FindingTable.alarmsUnread, certainty: 85, [Fact("alarms stand in", .identifier(frame))],
                places: [picture.traffic.track(frame)?.lastPlace ?? 0])
        ]
    }

    /// The frame in which a reader finds a protection or a warning; `nil` if he finds none.
    private static func alarmFrame(_ reader: CANPicture.Target, _ picture: CANPicture) -> UInt32? {
        let containers = reader.rows.map { $0.container }
        for track in picture.batteryTracks where track.count >= 3 && containers.contains(track.container) {
            var reading = BankReading()
            _ = reader.profile.decode(track.frame, dialect: reader.dialect, at: track.last, into: &reading)
            guard let alarms = reading.alarms?.value else { continue }
            if !alarms.protections.isEmpty || !alarms.warnings.isEmpty { return track.container }
        }
        return nil
    }

    /// What is heard is not what the BMS that is said to be there speaks.
    @Sendable static func otherBMS(_ picture: CANPicture) -> [Finding] {
        guard let place = picture.options.driver, picture.traffic.length >= .seconds(5),
            let first = picture.talkers.first(where: { $0.role == .battery || $0.role == .pack }),
            let best = first.candidates.first,
            !picture.talkers.contains(where: { $0.candidates.first?.source == .driver(place) })
        else { return [] }
        var sheet = FindingTable.otherBMS
        let named = KnownProtocols.drivers[place].sheet
        let known = BMSDialects.row(of: place)
        if first.role == .pack {
            guard known?.entry(best.id) == nil else { return [] }
        } else {
            // A BMS at the CAN port of an inverter is meant to speak the language of the inverter.
            let isOwnPort =
                named.wire == .can && picture.options.expectedProfile == nil
                && !picture.talkers.contains { $0.role == .inverter }
            guard isOwnPort || known?.lacks(first.candidates.map { $0.id }) ?? false else { return [] }
            sheet.severity = .note
        }
        return [
            Finding(
                sheet, certainty: first.role == .pack ? 92 : 70,
                [Fact("named", text(named.id)), Fact("heard", text(best.name))],
                places: first.containers.first.flatMap { picture.traffic.track($0) }.map { [$0.firstPlace] }
                    ?? [])
        ]
    }
}
