import BatteryModel

// Rules about the bus itself: whether anything arrives, and how.

extension CANRules {
    /// Nothing was heard for long enough that every battery would have spoken.
    @Sendable static func noTraffic(_ picture: CANPicture) -> [Finding] {
        let traffic = picture.traffic
        guard traffic.frames == 0, traffic.errorFrames == 0, traffic.length >= .seconds(5) else { return [] }
        return [
            Finding(FindingTable.noTraffic, certainty: 100, [Fact("listened for", .interval(traffic.length))])
        ]
    }

    /// The controller reports errors.
    @Sendable static func errorFrames(_ picture: CANPicture) -> [Finding] {
        let traffic = picture.traffic
        guard traffic.errorFrames > 0 else { return [] }
        let sheet = traffic.frames == 0 ? FindingTable.onlyErrors : FindingTable.errorFrames
        let all = traffic.frames + traffic.errorFrames
        return [
            Finding(
                sheet, certainty: 95,
                [
                    Fact("error frames", .count(traffic.errorFrames)),
                    Fact("of all frames", .share(permille: Int32(traffic.errorFrames * 1_000 / all))),
                    Fact("classes", .code(traffic.errorClasses)),
                ], places: traffic.firstErrorPlace.map { [$0] } ?? [])
        ]
    }
}
