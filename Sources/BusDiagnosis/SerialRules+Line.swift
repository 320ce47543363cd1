import BatteryModel

// Rules about the line itself: whether anything arrives, and whether it can be read.

extension SerialRules {
    static let line: [@Sendable (SerialPicture) -> [Finding]] = [
        serialSilent, idleBreak, heardAnyway, parityErrors, unreadable, damagedFrames, brokenFrames,
        serialEcho, strayBytes,
    ]

    /// So long nobody who polls a battery is silent.
    private static let longestPause = Interval.seconds(15)

    /// Nothing was heard for so long that every inverter would have asked.
    @Sendable static func serialSilent(_ picture: SerialPicture) -> [Finding] {
        let traffic = picture.traffic
        guard picture.options.hasTimes, traffic.bytes == 0, traffic.ownBytes == 0,
            traffic.length >= longestPause
        else { return [] }
        return [
            Finding(
                FindingTable.serialSilent, certainty: picture.options.hasInverter ? 95 : 80,
                [Fact("listened for", .interval(traffic.length))])
        ]
    }

    /// Nothing but zeros, or breaks that the adapter has counted.
    @Sendable static func idleBreak(_ picture: SerialPicture) -> [Finding] {
        let traffic = picture.traffic
        let isOnlyZeros = traffic.bytes > 4 && traffic.bytes == traffic.zeroBytes
        guard !isMuchSlower(picture) else { return [] }
        guard isOnlyZeros || picture.conversation == nil && traffic.breaks > 4 else { return [] }
        return [
            Finding(
                FindingTable.idleBreak, certainty: 85,
                [Fact("zeros", .count(traffic.zeroBytes)), Fact("breaks counted", .count(traffic.breaks))],
                places: [traffic.firstPlace])
        ]
    }

    /// Nothing but zeros, and far fewer than a line at that level makes: at a tenth of the rate each bit is one.
    private static func isMuchSlower(_ picture: SerialPicture) -> Bool {
        let traffic = picture.traffic
        guard let rate = picture.options.rate, rate >= 38_400, traffic.bytes >= 64,
            traffic.bytes == traffic.zeroBytes, let first = traffic.first, let last = traffic.last
        else { return false }
        let most = (last - first).milliseconds * Int64(rate) / 10_000
        return Int64(traffic.bytes) * 10 < most * 4
    }

    /// Questions of a known protocol as they sound on swapped wires, at another rate or with parity.
    @Sendable static func heardAnyway(_ picture: SerialPicture) -> [Finding] {
        guard let heard = picture.heardAnyway else { return [] }
        let sound = heard.sound
        var facts = [
            Fact("questions recognised", .count(UInt64(heard.times))),
            Fact(heard.isProtocolSure ? "of" : "of, or of one alike", .text(ASCIIText(heard.id))),
        ]
        facts += heard.addresses.prefix(4).map { Fact("asks address", .address($0)) }
        let certainty: Int32 = heard.times >= 6 ? 95 : 85
        if sound.isSwapped { return [Finding(FindingTable.wiresSwapped, certainty: certainty, facts)] }
        if sound.parity != .none {
            facts.insert(Fact("parity", .text(ASCIIText(sound.parity == .even ? "even" : "odd"))), at: 0)
            return [Finding(FindingTable.wrongParity, certainty: certainty, facts)]
        }
        facts.insert(Fact("rate of the line", .rate(sound.sentRate)), at: 0)
        facts.insert(Fact("listened at", .rate(sound.heardRate)), at: 1)
        return [
            Finding(
                FindingTable.wrongRate, certainty: picture.options.rate == nil ? certainty - 15 : certainty,
                facts)
        ]
    }

    /// Frames are understood, and the adapter misses stop bits: a parity bit stands in their place.
    @Sendable static func parityErrors(_ picture: SerialPicture) -> [Finding] {
        let traffic = picture.traffic
        guard let talk = picture.conversation, talk.isMet, traffic.framingErrors >= 10,
            traffic.framingErrors * 25 >= traffic.bytes, traffic.framingErrors > traffic.breaks * 4
        else { return [] }
        return [
            Finding(
                FindingTable.wrongParity, certainty: 80,
                [
                    Fact("characters without stop bit", .count(traffic.framingErrors)),
                    Fact("of all", .share(permille: permille(traffic.framingErrors, of: traffic.bytes))),
                ])
        ]
    }

    /// Bytes that nobody understands, and of whom nothing can be guessed but whether the line is slower.
    @Sendable static func unreadable(_ picture: SerialPicture) -> [Finding] {
        let traffic = picture.traffic
        guard picture.conversation == nil, picture.heardAnyway == nil, traffic.bytes >= 64,
            traffic.stretches >= 3,
            traffic.bytes != traffic.zeroBytes || isMuchSlower(picture)
        else { return [] }
        var facts = [
            Fact("bytes heard", .count(traffic.bytes)), Fact("stretches", .count(traffic.stretches)),
        ]
        if let rate = picture.options.rate { facts.append(Fact("listened at", .rate(rate))) }
        let slowness = Slowness(traffic.sample)
        if slowness.looksSlower {
            facts.append(
                Fact("changes of level in a byte", .share(permille: slowness.changesPermille)))
            return [Finding(FindingTable.wrongRate, certainty: 60, facts, places: [traffic.firstPlace])]
        }
        return [
            Finding(
                FindingTable.unreadable, certainty: certainty(traffic.stretches, from: 70, to: 92), facts,
                places: [traffic.firstPlace])
        ]
    }

    /// Frames that are damaged, among many that are not.
    @Sendable static func damagedFrames(_ picture: SerialPicture) -> [Finding] {
        guard let talk = picture.conversation, picture.other == nil else { return [] }
        let counts = talk.counts
        let all = counts.items + counts.damages
        guard counts.damages >= 3, counts.damages * 100 >= all else { return [] }
        let share = permille(counts.damages, of: all)
        // Most of it at one question after the other, and long stretches without any.
        let isInBursts =
            counts.burstDamages >= 8 && counts.burstDamages * 10 >= counts.damages * 7 && share <= 300
        return [
            Finding(
                isInBursts ? FindingTable.damageInBursts : FindingTable.damagedFrames,
                certainty: certainty(counts.damages, from: 70, to: 95),
                [
                    Fact("damaged", .count(counts.damages)), Fact("of all frames", .share(permille: share)),
                    Fact(
                        "one behind the other", .count(max(counts.longestDamage, counts.longestBurst))),
                    Fact("questions whose answer was damaged", .count(counts.damagedAnswers)),
                ], places: talk.places.damaged.first)
        ]
    }

    /// A byte or two before frames that belong to nothing.
    @Sendable static func strayBytes(_ picture: SerialPicture) -> [Finding] {
        guard let talk = picture.conversation, picture.other == nil, damagedFrames(picture).isEmpty else {
            return []
        }
        let counts = talk.counts
        guard counts.strays >= 8, counts.strays * 5 >= counts.items else { return [] }
        return [
            Finding(
                FindingTable.strayBytes, certainty: 80,
                [
                    Fact("frames with a byte or two before them", .count(counts.strays)),
                    Fact("of all frames", .share(permille: permille(counts.strays, of: counts.items))),
                ], places: talk.places.stray.first)
        ]
    }

    /// Pauses inside frames.
    @Sendable static func brokenFrames(_ picture: SerialPicture) -> [Finding] {
        guard picture.options.hasTimes, let talk = picture.conversation else { return [] }
        let counts = talk.counts
        guard counts.brokenFrames >= 5, counts.brokenFrames * 5 >= counts.items else { return [] }
        return [
            Finding(
                FindingTable.brokenFrames, certainty: 85,
                [
                    Fact("frames with a pause inside", .count(counts.brokenFrames)),
                    Fact("of all frames", .share(permille: permille(counts.brokenFrames, of: counts.items))),
                    Fact("longest pause", .interval(counts.longestPause)),
                ], places: talk.places.broken.first)
        ]
    }

    /// Own questions that come back, or everything that is heard twice.
    @Sendable static func serialEcho(_ picture: SerialPicture) -> [Finding] {
        guard let talk = picture.conversation else { return [] }
        let counts = talk.counts
        let back = max(counts.echoes, counts.repeats)
        guard back >= 3, back * 10 >= counts.questions * 8 else { return [] }
        return [
            Finding(
                FindingTable.serialEcho, certainty: counts.echoes >= counts.repeats ? 98 : 75,
                [
                    Fact("questions that came back", .count(back)),
                    Fact("questions", .count(counts.questions)),
                ],
                places: talk.places.echo.first)
        ]
    }
}

/// How often the level changes within the bytes that were heard.
///
/// Who listens several times too fast hears each bit several times, so that few changes are left in a byte.
struct Slowness {
    /// Changes of level in a byte, start and stop bit included, times a thousand.
    private(set) var changesPermille: Int32 = 0
    private let bytes: Int
    private let kinds: Int

    init(_ sample: [UInt8]) {
        bytes = sample.count
        kinds = Set(sample).count
        var changes = 0
        for byte in sample {
            // Start bit 0, eight bits from the lowest on, stop bit 1.
            let levels = UInt16(byte) << 1 | 0x200
            changes += ((levels ^ levels >> 1) & 0x1FF).nonzeroBitCount
        }
        if bytes > 0 { changesPermille = Int32(changes * 1_000 / bytes) }
    }

    /// At three times the rate and more a byte has three changes at most; what is sent has five in the middle.
    var looksSlower: Bool { bytes >= 64 && kinds <= 40 && changesPermille <= 2_600 }
}
