import BatteryModel
import InverterProfiles

// Rules about the bus itself: whether anything arrives, and how.

extension CANRules {
    static let link: [@Sendable (CANPicture) -> [Finding]] = [
        noTraffic, errorFrames, controllerState, otherBitrate, busLoad, recordingIncomplete,
    ]

    /// Nothing was heard for long enough that every battery would have spoken.
    @Sendable static func noTraffic(_ picture: CANPicture) -> [Finding] {
        let traffic = picture.traffic
        guard traffic.frames == 0, traffic.errorFrames == 0, traffic.length >= .seconds(5),
            !picture.namesPolledBMS
        else { return [] }
        return [
            Finding(FindingTable.noTraffic, certainty: 100, [Fact("listened for", .interval(traffic.length))])
        ]
    }

    /// The controller reports errors on the wire.
    @Sendable static func errorFrames(_ picture: CANPicture) -> [Finding] {
        let traffic = picture.traffic
        // What the controller says of itself, a restart, and waiting for others are no errors on the wire.
        let others: UInt32 = ErrorClass.controller | ErrorClass.restarted | ErrorClass.lostArbitration
        guard traffic.errorFrames >= 3 || traffic.errorFrames * 100 >= traffic.frames,
            traffic.errorFrames > 0, traffic.errorClasses & ~others != 0 || traffic.errorClasses == 0,
            traffic.errorClasses & (ErrorClass.busOff | ErrorClass.noAcknowledge) == 0
        else { return [] }
        let sheet = traffic.frames == 0 ? FindingTable.onlyErrors : FindingTable.errorFrames
        return [Finding(sheet, certainty: 95, errorFacts(traffic), places: errorPlaces(traffic))]
    }

    /// The controller has given up, or nobody acknowledges what it sends.
    @Sendable static func controllerState(_ picture: CANPicture) -> [Finding] {
        let traffic = picture.traffic
        if traffic.errorClasses & ErrorClass.busOff != 0 {
            return [
                Finding(FindingTable.busOff, certainty: 98, errorFacts(traffic), places: errorPlaces(traffic))
            ]
        }
        guard traffic.errorClasses & ErrorClass.noAcknowledge != 0 else { return [] }
        return [
            Finding(
                FindingTable.noAcknowledge, certainty: traffic.frames == 0 ? 95 : 70, errorFacts(traffic),
                places: errorPlaces(traffic))
        ]
    }

    /// The battery speaks at another bit rate than inverters of its protocol listen at.
    @Sendable static func otherBitrate(_ picture: CANPicture) -> [Finding] {
        guard let rate = picture.options.rate, let target = picture.target, picture.battery != nil,
            case .can(let kilobits) = target.profile.sheet.link, rate != kilobits * 1_000
        else { return [] }
        return [
            Finding(
                FindingTable.otherBitrate, certainty: 95,
                [Fact("heard at", .rate(rate)), Fact("inverters listen at", .rate(kilobits * 1_000))])
        ]
    }

    /// The bus is full.
    @Sendable static func busLoad(_ picture: CANPicture) -> [Finding] {
        let traffic = picture.traffic
        guard traffic.length >= .seconds(5), traffic.frames >= 100 else { return [] }
        let rate = Int64(picture.options.rate ?? 500_000)
        let milliseconds = traffic.length.nanoseconds / 1_000_000
        // Stuffing adds a tenth in the middle of its range.
        let permille = Int64(traffic.bits) * 1_100 * 1_000 / max(rate * milliseconds, 1)
        guard permille > 500 else { return [] }
        return [
            Finding(
                FindingTable.busLoad, certainty: picture.options.rate == nil ? 75 : 95,
                [
                    Fact("load", .share(permille: Int32(clamping: permille))),
                    Fact("frames", .count(traffic.frames)),
                ])
        ]
    }

    /// The controller could not take all frames.
    @Sendable static func recordingIncomplete(_ picture: CANPicture) -> [Finding] {
        guard picture.traffic.controllerState & 0x3 != 0 else { return [] }
        return [
            Finding(FindingTable.recordingIncomplete, certainty: 95, [], places: errorPlaces(picture.traffic))
        ]
    }

    private static func errorFacts(_ traffic: CANTraffic) -> [Fact] {
        let all = traffic.frames + traffic.errorFrames
        return [
            Fact("error frames", .count(traffic.errorFrames)),
            Fact("of all frames", .share(permille: Int32(traffic.errorFrames * 1_000 / all))),
            Fact("classes", .code(traffic.errorClasses)),
        ]
    }

    private static func errorPlaces(_ traffic: CANTraffic) -> [Int] {
        traffic.firstErrorPlace.map { [$0] } ?? []
    }

    /// The classes of error frames, as linux/can/error.h has them.
    private enum ErrorClass {
        static let lostArbitration: UInt32 = 0x02, controller: UInt32 = 0x04
        static let noAcknowledge: UInt32 = 0x20, busOff: UInt32 = 0x40
        static let restarted: UInt32 = 0x100
    }
}
