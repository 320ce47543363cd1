import BMSDrivers
import BatteryModel

// Rules about the BMS that is said to be there, and about what is known of its firmware.

extension SerialRules {
    static let bms: [@Sendable (SerialPicture) -> [Finding]] = [serialOtherBMS, bmsRate, knownFirmware]

    /// Another protocol is heard than the named BMS has.
    @Sendable static func serialOtherBMS(_ picture: SerialPicture) -> [Finding] {
        guard let place = picture.options.driver, let talk = picture.conversation, talk.counts.items >= 4,
            let source = talk.grammar.source, !picture.alike.contains(.driver(place))
        else { return [] }
        let named = KnownProtocols.drivers[place].sheet
        var sheet = FindingTable.otherBMS
        let entry = BMSDialects.row(of: place)?.entry(talk.grammar.id)
        switch source {
        case .driver: break
        case .profile(let profile, _):
            // A BMS at the port of an inverter is meant to speak the language of the inverter.
            guard picture.options.expectedProfile != profile else { return [] }
            if entry != nil { sheet.severity = .note }
        case .shunt: return []
        }
        var facts = [Fact("named", CANRules.text(named.id)), Fact("heard", CANRules.text(talk.grammar.id))]
        if let menu = entry?.menu { facts.append(Fact("it is set to", CANRules.text(menu))) }
        return [Finding(sheet, certainty: 90, facts)]
    }

    /// The line is listened to, or the BMS is asked, at a rate that it does not have.
    @Sendable static func bmsRate(_ picture: SerialPicture) -> [Finding] {
        guard let place = picture.options.driver, let rate = picture.options.rate,
            KnownProtocols.drivers[place].sheet.wire == .serial, picture.heardAnyway == nil,
            picture.traffic.bytes + picture.traffic.ownBytes >= 16
        else { return [] }
        var rates: [Int32] = []
        KnownProtocols.drivers[place].sheet.visitBauds { rates.append($0) }
        let isUnderstood = picture.conversation.map { $0.counts.answers + $0.counts.refusals > 0 } ?? false
        guard !isUnderstood, !rates.contains(rate) else { return [] }
        return [
            Finding(
                FindingTable.bmsRate, certainty: 96,
                [
                    Fact("named", CANRules.text(KnownProtocols.drivers[place].sheet.id)),
                    Fact("at", .rate(rate)),
                ]
                    + rates.map { Fact("it speaks at", .rate($0)) })
        ]
    }

    /// A pack has firmware of which something is known that others stumble over.
    @Sendable static func knownFirmware(_ picture: SerialPicture) -> [Finding] {
        guard let talk = picture.conversation, talk.isOfJKPB, !talk.isGuessed else { return [] }
        for track in talk.tracks {
            guard let identity = track.told.pack?.identity?.value, let row = JKFirmware.proven(identity)
            else {
                continue
            }
            var sheet = FindingTable.knownFirmware
            sheet.causes = FindingTable.firmwareTraps.filter { $0.isMet(row) }.map { $0.cause }
            guard !sheet.causes.isEmpty else { continue }
            return [
                Finding(
                    sheet, certainty: 90,
                    [
                        Fact("address", .address(track.address)), Fact("firmware", .text(identity.firmware)),
                        Fact("hardware", .text(identity.hardware)),
                    ])
            ]
        }
        return []
    }
}
