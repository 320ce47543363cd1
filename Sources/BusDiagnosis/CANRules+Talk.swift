import BatteryModel
import BusCodec
import InverterProfiles

// Rules about who speaks with whom.

extension CANRules {
    static let talk: [@Sendable (CANPicture) -> [Finding]] = [
        nobodyAnswers, waitsForInverter, packProtocol, keepAlive, extendedKeepAlive, batterySilent,
        twoBatteries,
    ]

    /// Somebody asks, or shows that he is there, and no battery is heard.
    @Sendable static func nobodyAnswers(_ picture: CANPicture) -> [Finding] {
        guard picture.traffic.length >= .seconds(5), !picture.hearsBattery,
            !picture.talkers.contains(where: { $0.role == .foreign || $0.role == .unknown }),
            let asking = picture.talkers.first(where: { $0.role == .inverter || $0.role == .master }),
            let container = asking.containers.first, let track = picture.traffic.track(container),
            track.count >= 3
        else { return [] }
        return [
            Finding(
                FindingTable.nobodyAnswers, certainty: 95,
                [
                    Fact("heard of the inverter", .identifier(container)), Fact("times", .count(track.count)),
                    Fact("listened for", .interval(picture.traffic.length)),
                ], places: [track.firstPlace])
        ]
    }

    /// Nothing is heard, or only a battery that announces itself, where batteries answer questions and nobody asks.
    @Sendable static func waitsForInverter(_ picture: CANPicture) -> [Finding] {
        guard picture.traffic.length >= .seconds(5) else { return [] }
        let isSilent = picture.traffic.frames == 0 && picture.traffic.errorFrames == 0
        let isPolled = picture.expected?.isCalled(["growatt-lv-can"]) ?? picture.namesPolledBMS
        let announced = announcements.first { picture.isHeard($0) && !picture.isHeard(questions) }
        guard isSilent && isPolled || announced != nil else { return [] }
        return [
            Finding(
                FindingTable.waitsForInverter, certainty: announced == nil ? 50 : 85,
                announced.map { [Fact("it announces itself with", .identifier($0))] } ?? [
                    Fact("listened for", .interval(picture.traffic.length))
                ])
        ]
    }

    /// What SolaX and FoxESS batteries say before anybody asks, and the question that they wait for.
    private static let announcements: [UInt32] = [0x8000_1801, 0x8100_A001], questions: UInt32 = 0x8000_1871

    /// Only the own protocol of a pack is heard where an inverter listens.
    @Sendable static func packProtocol(_ picture: CANPicture) -> [Finding] {
        let isListened = picture.options.hasInverter || picture.talkers.contains { $0.role == .inverter }
        guard isListened, picture.options.expectedProfile == nil, picture.battery == nil,
            let pack = picture.talkers.first(where: { $0.role == .pack }), let best = pack.candidates.first
        else { return [] }
        return [
            Finding(
                FindingTable.packProtocol, certainty: 90, [Fact("it speaks", text(best.name))],
                places: pack.containers.first.flatMap { picture.traffic.track($0) }.map { [$0.firstPlace] }
                    ?? [])
        ]
    }

    /// The sign of life of the inverter has stopped, or never came.
    @Sendable static func keepAlive(_ picture: CANPicture) -> [Finding] {
        guard let target = picture.target, picture.battery != nil, target.profile.sheet.keepAlive.isKnown,
            let last = picture.batteryLast
        else { return [] }
        let rule = target.profile.sheet.keepAlive
        let tracks = keepAliveTracks(rule, picture.traffic)
        guard let track = tracks.max(by: { $0.last < $1.last }) else {
            return keepAliveMissing(picture, target, rule)
        }
        guard track.count >= 3, last - track.last > rule.timeout * 3 else { return [] }
        return [
            Finding(
                FindingTable.keepAliveGone, certainty: 90,
                [
                    Fact("identifier", .identifier(track.container)),
                    Fact("heard before", .count(track.count)),
                    Fact("silent for", .interval(last - track.last)),
                ], places: [track.lastPlace])
        ]
    }

    private static func keepAliveMissing(
        _ picture: CANPicture, _ target: CANPicture.Target, _ rule: KeepAlive
    ) -> [Finding] {
        guard picture.options.hasInverter, picture.traffic.length >= max(rule.timeout * 3, .seconds(15)),
            !picture.talkers.contains(where: { $0.role == .inverter })
        else { return [] }
        let isSure = target.isCalled([
            "victron-can", "sma-lv-can", "byd-lvs-can", "growatt-lv-can", "deye-lv-can",
        ])
        let identifier = rule.isExtended ? rule.identifier | FrameRow.extendedFlag : rule.identifier
        return [
            Finding(
                isSure ? FindingTable.keepAliveMissing : FindingTable.inverterSilent,
                certainty: isSure ? 85 : 60,
                [
                    Fact("expected identifier", .identifier(identifier)),
                    Fact("listened for", .interval(picture.traffic.length)),
                ])
        ]
    }

    private static func keepAliveTracks(_ rule: KeepAlive, _ traffic: CANTraffic) -> [FrameTrack] {
        var containers = [rule.isExtended ? rule.identifier | FrameRow.extendedFlag : rule.identifier]
        if rule.acceptsEitherWidth { containers.append(containers[0] ^ FrameRow.extendedFlag) }
        return containers.compactMap { traffic.track($0) }.filter { $0.count > 0 }
    }

    /// The inverter answers with 29 bits, which a battery may not take for a sign of life.
    @Sendable static func extendedKeepAlive(_ picture: CANPicture) -> [Finding] {
        guard picture.battery != nil, let track = picture.traffic.track(0x8000_0305), track.count >= 3,
            !picture.isHeard(0x305), picture.isHeard(0x351)
        else { return [] }
        return [
            Finding(
                FindingTable.extendedKeepAlive, certainty: 95, [Fact("times", .count(track.count))],
                places: [track.firstPlace])
        ]
    }

    /// The battery has stopped, and the bus goes on or is still listened to.
    @Sendable static func batterySilent(_ picture: CANPicture) -> [Finding] {
        guard let last = picture.batteryLast, let until = picture.traffic.until, let target = picture.heard,
            picture.batteryTracks.contains(where: { $0.count >= 5 })
        else { return [] }
        guard until - last > max(.seconds(5), target.profile.sheet.period * 5) else { return [] }
        return [
            Finding(
                FindingTable.batterySilent, certainty: 95, [Fact("silent for", .interval(until - last))],
                places: picture.batteryTracks.filter { $0.last == last }.map { $0.lastPlace })
        ]
    }

    /// Two batteries say the same identifiers: what they say alternates.
    @Sendable static func twoBatteries(_ picture: CANPicture) -> [Finding] {
        guard let target = picture.heard, let bank = picture.bank else { return [] }
        let alternating = picture.batteryTracks.filter { track in
            track.returns >= 8 && track.returns * 2 >= track.count && carriesIdentity(target, track.container)
        }
        let hasTwoNames = bank.names.count > 1 && picture.batteryTracks.contains { $0.returns >= 2 }
        // One frame alone may flicker between two values; two senders also make it come twice as often.
        guard alternating.count != 1 || hasTwoNames || isDouble(alternating[0], target) else { return [] }
        guard let first = alternating.first ?? (hasTwoNames ? picture.batteryTracks.first : nil) else {
            return []
        }
        var facts = alternating.prefix(3).map { Fact("says two things in turn", .identifier($0.container)) }
        for name in bank.names where bank.names.count > 1 { facts.append(Fact("name", .text(name))) }
        facts.append(Fact("changes there and back", .count(first.returns)))
        return [
            Finding(
                FindingTable.twoBatteries, certainty: bank.names.count > 1 || alternating.count > 1 ? 95 : 80,
                facts,
                places: [first.firstPlace])
        ]
    }

    /// Whether a frame comes more often than once in seven tenths of its period.
    private static func isDouble(_ track: FrameTrack, _ target: CANPicture.Target) -> Bool {
        guard track.count > 1 else { return false }
        let mean = (track.last - track.first).nanoseconds / Int64(track.count - 1)
        return mean < target.profile.sheet.period.nanoseconds / 10 * 7
    }

    /// Whether a frame tells what one battery does not change from second to second.
    private static func carriesIdentity(_ target: CANPicture.Target, _ container: UInt32) -> Bool {
        let slow: [BankField] = [
            .chargeVoltageLimit, .chargeCurrentLimit, .dischargeCurrentLimit, .soh, .capacity,
        ]
        let quick: [BankField] = [.voltage, .current, .highestCell, .lowestCell]
        let fields = target.fields(of: container)
        return fields.contains { slow.contains($0) } && !fields.contains { quick.contains($0) }
    }
}
