import BMSDrivers
import BatteryModel

// Rules about what packs tell, and about habits of single makers.

extension SerialRules {
    static let packs: [@Sendable (SerialPicture) -> [Finding]] = [
        packFrozen, packImpossible, packProtection, packLimitsZero, packSOCJump, jkMasterPolls, jkAddressZero,
        coldBus, firstPackMissing, pylontechRate,
    ]

    /// So long nothing stands still while a current flows.
    private static let frozenFor = Interval.seconds(120)
    /// A state of charge does not move so far at once, in thousandths.
    private static let socStep: Int32 = 80

    /// Values that stand still while a current flows.
    @Sendable static func packFrozen(_ picture: SerialPicture) -> [Finding] {
        guard picture.options.hasTimes else { return [] }
        return tracks(of: picture).filter { $0.frozen.longest >= frozenFor && $0.answers >= 20 }.map {
            Finding(
                FindingTable.packFrozen, certainty: $0.frozen.longest >= .seconds(600) ? 92 : 80,
                [
                    Fact("address", .address($0.address)),
                    Fact("not one value changed for", .interval($0.frozen.longest)),
                    Fact("current", .number($0.lastVitals.current ?? 0, .milliamps)),
                ], places: [$0.frozen.place])
        }
    }

    /// Values that cannot be.
    @Sendable static func packImpossible(_ picture: SerialPicture) -> [Finding] {
        tracks(of: picture).filter { $0.impossible >= 3 }.map {
            let vitals = $0.lastVitals
            var facts = [Fact("address", .address($0.address)), Fact("such answers", .count($0.impossible))]
            if let voltage = vitals.voltage { facts.append(Fact("voltage", .number(voltage, .millivolts))) }
            if let sum = vitals.cellSum { facts.append(Fact("sum of the cells", .number(sum, .millivolts))) }
            if let cell = vitals.highestCell {
                facts.append(Fact("highest cell", .number(cell, .millivolts)))
            }
            if let soc = vitals.soc { facts.append(Fact("state of charge", .number(soc, .permille))) }
            if let warmth = vitals.temperature {
                facts.append(Fact("temperature", .number(warmth, .decicelsius)))
            }
            return Finding(
                FindingTable.packImpossible, certainty: 90, facts, places: [$0.impossiblePlace])
        }
    }

    /// Protections that stand.
    @Sendable static func packProtection(_ picture: SerialPicture) -> [Finding] {
        tracks(of: picture).filter { $0.protection.holds && $0.answers >= 2 }.map { track in
            let bits = track.lastVitals.protections.bits
            return Finding(
                FindingTable.packProtection, certainty: 95,
                [
                    Fact("address", .address(track.address)),
                    Fact("stands for", .interval(track.protection.longest)),
                    Fact("number of protections", .count(UInt64(bits.nonzeroBitCount))),
                    Fact("kinds, as bits", .code(UInt32(truncatingIfNeeded: bits))),
                ], places: [track.protection.place])
        }
    }

    /// Limits that are 0 without need.
    @Sendable static func packLimitsZero(_ picture: SerialPicture) -> [Finding] {
        tracks(of: picture).filter { $0.zeroLimits.holds && $0.zeroLimits.longest >= .seconds(5) }.map {
            let vitals = $0.lastVitals
            var facts = [Fact("address", .address($0.address))]
            if let limit = vitals.chargeCurrentLimit { facts.append(Fact("CCL", .number(limit, .milliamps))) }
            if let limit = vitals.dischargeCurrentLimit {
                facts.append(Fact("DCL", .number(limit, .milliamps)))
            }
            if let soc = vitals.soc { facts.append(Fact("state of charge", .number(soc, .permille))) }
            return Finding(FindingTable.packLimitsZero, certainty: 85, facts, places: [$0.zeroLimits.place])
        }
    }

    /// A state of charge that jumps.
    @Sendable static func packSOCJump(_ picture: SerialPicture) -> [Finding] {
        guard duplicateAddress(picture).isEmpty, packImpossible(picture).isEmpty else { return [] }
        return tracks(of: picture).compactMap { track in
            guard let soc = track.soc, soc.largestStep >= socStep else { return nil }
            return Finding(
                FindingTable.packSOCJump, certainty: 85,
                [
                    Fact("address", .address(track.address)),
                    Fact("largest step", .number(soc.largestStep, .permille)),
                    Fact("lowest", .number(soc.lowest, .permille)),
                    Fact("highest", .number(soc.highest, .permille)),
                ], places: [soc.largestStepPlace])
        }
    }

    /// A JK master goes through the addresses of the others.
    @Sendable static func jkMasterPolls(_ picture: SerialPicture) -> [Finding] {
        guard let talk = picture.conversation, talk.isJKMaster else { return [] }
        return [
            Finding(
                FindingTable.jkMasterPolls, certainty: 92,
                [
                    Fact("addresses asked", .count(UInt64(talk.askedAddresses.count))),
                    Fact("addresses that answer", .count(UInt64(talk.answering))),
                ])
        ]
    }

    /// A JK pack is asked at address 0.
    @Sendable static func jkAddressZero(_ picture: SerialPicture) -> [Finding] {
        guard let talk = picture.conversation, talk.isUnanswered, talk.isJKAtAddressZero else { return [] }
        return [
            Finding(
                FindingTable.jkAddressZero, certainty: 90, unansweredFacts(talk, picture),
                places: talk.places.unanswered.first)
        ]
    }

    /// The first question after a pause fails, those behind it do not.
    @Sendable static func coldBus(_ picture: SerialPicture) -> [Finding] {
        guard picture.options.hasTimes, let talk = picture.conversation else { return [] }
        let counts = talk.counts
        guard counts.coldFailures >= 3, counts.coldFailures * 10 >= counts.coldQuestions * 6,
            counts.warmQuestions >= 3, counts.warmFailures * 10 <= counts.warmQuestions
        else { return [] }
        return [
            Finding(
                FindingTable.coldBus, certainty: certainty(counts.coldFailures, from: 70, to: 92),
                [
                    Fact("questions after a pause", .count(counts.coldQuestions)),
                    Fact("of them without answer", .count(counts.coldFailures)),
                    Fact("other questions", .count(counts.warmQuestions)),
                    Fact("of them without answer", .count(counts.warmFailures)),
                ], places: talk.places.cold.first)
        ]
    }

    /// The first address is asked in vain, higher ones answer.
    @Sendable static func firstPackMissing(_ picture: SerialPicture) -> [Finding] {
        guard let talk = picture.conversation, !talk.isJKMaster, let first = talk.firstAddress,
            let track = talk.tracks.first(where: { $0.address == first }), track.unanswered >= 4,
            track.answers + track.refusals == 0,
            let other = talk.tracks.first(where: { $0.address > first && $0.answers > 2 })
        else { return [] }
        return [
            Finding(
                FindingTable.firstPackMissing, certainty: 85,
                [
                    Fact("asked in vain", .address(first)), Fact("questions", .count(track.questions)),
                    Fact("answers", .address(other.address)),
                ], places: talk.places.unanswered.first)
        ]
    }

    /// Pylontech questions that nobody answers: these modules know two rates.
    @Sendable static func pylontechRate(_ picture: SerialPicture) -> [Finding] {
        guard let talk = picture.conversation, talk.isUnanswered, talk.isPylontech, picture.other == nil
        else {
            return []
        }
        return [
            Finding(
                FindingTable.pylontechRate, certainty: 75, unansweredFacts(talk, picture),
                places: talk.places.unanswered.first)
        ]
    }

    private static func tracks(of picture: SerialPicture) -> [AddressTrack] {
        guard let talk = picture.conversation, !talk.isGuessed else { return [] }
        return talk.tracks
    }
}

extension SerialConversation {
    private func isOf(_ id: StaticString) -> Bool { ASCIIText(grammar.id) == ASCIIText(id) }

    /// Whether packs of JK's inverter series are read.
    var isOfJKPB: Bool { isOf("jk-modbus") }

    /// Whether a JK master goes through the addresses of its slaves: nobody else asks so many, absent ones among them.
    var isJKMaster: Bool {
        isOfJKPB && counts.ownQuestions == 0 && !askedAddresses.contains(0)
            && askedAddresses.count >= 6
            && counts.unanswered > 0 && answering < askedAddresses.count
    }

    /// Whether a JK pack is asked at the address at which it answers nobody.
    var isJKAtAddressZero: Bool { isOfJKPB && askedAddresses == [0] }

    /// Whether Pylontech modules are asked, by themselves or as the whole battery.
    var isPylontech: Bool { isOf("pylontech") || isOf("pylontech-lv-rs485") }

    /// The address of the first pack; `nil` in protocols without one.
    var firstAddress: UInt8? {
        guard case .driver(let place) = grammar.source else { return nil }
        let sheet = DriverTable.drivers.span[place].sheet
        // Where 0 is an address as well, makers begin to count at 0 or at 1.
        guard sheet.addresses.count > 1, sheet.addresses.lowerBound > 0 else { return nil }
        return sheet.factoryAddress ?? sheet.addresses.lowerBound
    }
}
