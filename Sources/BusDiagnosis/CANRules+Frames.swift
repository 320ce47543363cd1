import BatteryModel
import BusCodec
import InverterProfiles

// Rules about single frames: whether they come, when, and how long they are.

extension CANRules {
    static let frames: [@Sendable (CANPicture) -> [Finding]] = [
        framesMissing, frameStopped, tooSlow, gaps, uneven, tooFast, tooShort,
    ]

    /// A frame that the inverter needs is never sent.
    @Sendable static func framesMissing(_ picture: CANPicture) -> [Finding] {
        guard let target = picture.target, picture.battery != nil, picture.traffic.frames >= 20 else {
            return []
        }
        let heardFor = picture.traffic.length
        let missing = picture.missing(target).filter { row in
            heardFor >= target.profile.sheet.period * Int64(max(row.every, 1)) * 3 + .seconds(5)
        }
        return [true, false].compactMap { isSteering in
            let rows = missing.filter { target.steers($0.container) == isSteering }
            guard !rows.isEmpty else { return nil }
            return Finding(
                isSteering ? FindingTable.steeringFrameMissing : FindingTable.frameMissing,
                certainty: picture.expected == nil ? 75 : 95,
                rows.map { Fact("missing", .identifier($0.container)) }
                    + [Fact("listened for", .interval(heardFor))])
        }
    }

    /// A frame came regularly and then no more, while others go on.
    @Sendable static func frameStopped(_ picture: CANPicture) -> [Finding] {
        guard let target = picture.target, let end = picture.batteryLast else { return [] }
        let stopped = picture.batteryTracks.filter { track in
            guard track.count >= 5, let median = track.gaps.median, isSent(track, target) else {
                return false
            }
            let longest = (track.gaps.longest ?? .zero) * 2
            return end - track.last > max(.seconds(5), max(median * 6, longest))
        }
        guard let first = stopped.first else { return [] }
        let isSteering = stopped.contains { target.steers($0.container) }
        return [
            Finding(
                FindingTable.frameStopped, certainty: isSteering ? 95 : 85,
                stopped.prefix(4).map { Fact("stopped", .identifier($0.container)) }
                    + [Fact("silent for", .interval(end - first.last))],
                places: stopped.prefix(4).map { $0.lastPlace })
        ]
    }

    /// Frames come so seldom that an inverter may give up between them.
    @Sendable static func tooSlow(_ picture: CANPicture) -> [Finding] {
        guard let target = picture.target else { return [] }
        let slow = needed(picture, target).filter { track, row in
            guard track.gaps.count >= 3, let median = track.gaps.median else { return false }
            let wanted = target.profile.sheet.period * Int64(max(row.every, 1))
            return median
                > max(wanted * 2 + Interval(nanoseconds: wanted.nanoseconds / 2), .milliseconds(2_500))
        }
        guard let first = slow.first, slow.count * 2 >= needed(picture, target).count else { return [] }
        return [
            Finding(
                FindingTable.tooSlow, certainty: 85,
                [
                    Fact("identifier", .identifier(first.0.container)),
                    Fact("usual gap", .interval(first.0.gaps.median ?? .zero)),
                    Fact("usual in this protocol", .interval(target.profile.sheet.period)),
                ], places: [first.0.longestGapPlace])
        ]
    }

    /// Frames stay away for seconds at times.
    @Sendable static func gaps(_ picture: CANPicture) -> [Finding] {
        guard let target = picture.target else { return [] }
        let period = target.profile.sheet.period
        let torn = needed(picture, target).map { $0.0 }.filter { track in
            guard let median = track.gaps.median, let longest = track.gaps.longest, median <= period * 2
            else {
                return false
            }
            let late = track.gaps.countLonger(than: median * 3)
            return longest > max(.seconds(5), period * 5) || late >= 3 && late * 20 >= track.count
        }
        let worst = torn.max { ($0.gaps.longest ?? .zero) < ($1.gaps.longest ?? .zero) }
        guard let worst, let longest = worst.gaps.longest else { return [] }
        return [
            Finding(
                FindingTable.gaps, certainty: 85,
                [
                    Fact("identifier", .identifier(worst.container)), Fact("longest gap", .interval(longest)),
                    Fact("usual gap", .interval(worst.gaps.median ?? .zero)),
                    Fact(
                        "much too long",
                        .count(worst.gaps.countLonger(than: (worst.gaps.median ?? .zero) * 3))),
                ], places: [worst.longestGapPlace])
        ]
    }

    /// Frames come now early and now late, though none stays away for long.
    @Sendable static func uneven(_ picture: CANPicture) -> [Finding] {
        guard picture.options.hasTimes, let target = picture.target, gaps(picture).isEmpty else { return [] }
        let needed = needed(picture, target).map { $0.0 }
        let restless = needed.filter { track in
            guard track.gaps.count >= 40, let median = track.gaps.median,
                let early = track.gaps.percentile(10), let late = track.gaps.percentile(90)
            else { return false }
            return late - early >= .seconds(1) && early * 2 <= median && late * 2 >= median * 3
        }
        guard let first = restless.first, restless.count * 2 >= needed.count else { return [] }
        return [
            Finding(
                FindingTable.uneven, certainty: 75,
                [
                    Fact("identifier", .identifier(first.container)),
                    Fact("usual gap", .interval(first.gaps.median ?? .zero)),
                    Fact("one of ten is shorter than", .interval(first.gaps.percentile(10) ?? .zero)),
                    Fact("one of ten is longer than", .interval(first.gaps.percentile(90) ?? .zero)),
                ], places: [first.longestGapPlace])
        ]
    }

    /// Frames come faster than the protocol allows.
    @Sendable static func tooFast(_ picture: CANPicture) -> [Finding] {
        guard let target = picture.target else { return [] }
        let allowed = target.profile.sheet.spacing
        let limit = allowed > .zero ? Interval(nanoseconds: allowed.nanoseconds * 3 / 4) : .milliseconds(40)
        let fast = needed(picture, target).map { $0.0 }.filter { track in
            track.gaps.count >= 20 && (track.gaps.median ?? .seconds(1)) < limit
        }
        guard let first = fast.first, let median = first.gaps.median else { return [] }
        return [
            Finding(
                FindingTable.tooFast, certainty: allowed > .zero ? 95 : 70,
                [
                    Fact("identifier", .identifier(first.container)), Fact("usual gap", .interval(median)),
                    Fact("shortest allowed", .interval(allowed > .zero ? allowed : limit)),
                ], places: [first.firstPlace])
        ]
    }

    /// Frames end before what the inverter wants to read from them.
    @Sendable static func tooShort(_ picture: CANPicture) -> [Finding] {
        guard let target = picture.target else { return [] }
        let short = needed(picture, target).filter { track, row in
            let wanted = row.lengths[target.dialect]
            guard track.longestLength < wanted else { return false }
            return target.isCalled(onlyEight) || track.longestLength < lastByte(of: track, target)
        }
        guard let (track, row) = short.first else { return [] }
        return [
            Finding(
                FindingTable.frameTooShort, certainty: 95,
                [
                    Fact("identifier", .identifier(track.container)),
                    Fact("bytes", .count(UInt64(track.longestLength))),
                    Fact("bytes expected", .count(UInt64(row.lengths[target.dialect]))),
                    Fact("frames too short", .count(UInt64(short.count))),
                ], places: [track.firstPlace])
        ]
    }

    /// Profiles of inverters that do not recognise a frame of another length (Sol-Ark CAN Bus Protocol V1.3).
    private static let onlyEight: [StaticString] = ["sol-ark-lv-can"]

    /// Where the last of the numbers ends that an inverter steers by or shows first.
    private static func lastByte(of track: FrameTrack, _ target: CANPicture.Target) -> Int {
        let shown: [BankField] = CANPicture.steering + [.voltage, .current]
        var last = 0
        target.profile.visitRows(track.container) { row in
            guard row.dialects >> target.dialect & 1 != 0, case .number(let field) = row.meaning,
                shown.contains(field)
            else { return }
            last = max(last, row.endByte)
        }
        return last
    }

    private static func isSent(_ track: FrameTrack, _ target: CANPicture.Target) -> Bool {
        target.rows.contains { $0.container == track.container }
    }

    /// The frames that the inverter needs, as far as they are heard.
    static func needed(
        _ picture: CANPicture, _ target: CANPicture.Target
    ) -> [(FrameTrack, FrameRow)] {
        target.required.compactMap { row in
            guard let track = picture.traffic.track(row.container), track.count > 0 else { return nil }
            return (track, row)
        }
    }
}
