import BatteryModel
import BusCodec
import InverterProfiles
import Testing

/// A plan reads what its profile reads.
@Suite("a profile worked out beforehand")
struct ProfilePlanTests {
    /// Frames as they come and as they should not: random bytes of any length, codes of few bits, names.
    private static func frame(_ row: FrameRow, _ random: inout SplitMix) -> CANFrame {
        let kind = random.next() % 64 == 0 ? CANFrame.Kind.remote : .data
        let isLong = random.next() % 4 != 0
        var frame = CANFrame(
            identifier: row.identifier, isExtended: row.isExtended, kind: kind,
            length: isLong ? 8 : UInt8(random.next() % 9))
        guard kind == .data else { return frame }
        let form = random.next() % 4
        for index in 0..<Int(frame.length) {
            let drawn = UInt8(truncatingIfNeeded: random.next())
            let plain: [UInt8] = [0, 0xFF, 0x20, 0x50, drawn & 3, 1, 0x7F, 0x80]
            frame.bytes[index] =
                form == 0 ? drawn : form == 1 ? plain[Int(drawn & 7)] : index & 1 == 0 ? drawn : drawn & 1
        }
        return frame
    }

    @Test("reads random frames into the same numbers, in every dialect", arguments: canProfiles)
    func same(_ profile: InverterProfile) {
        var random = SplitMix(state: 42)
        let dialects: [UInt8?] = [nil] + (0..<profile.sheet.dialectCount).map { $0 }
        for dialect in dialects {
            var plan = ProfilePlan(profile, dialect: dialect)
            var (slow, fast) = (BankReading(), BankReading())
            for round in 0..<4_000 {
                let frame = Self.frame(
                    profile.frame(Int(random.next() % UInt64(profile.frameCount))), &random)
                let (now, inverts) = (Instant(nanoseconds: Int64(round)), round % 5 == 0)
                let isShown = Self.isShown(profile, &plan, frame, fast)
                #expect(isShown, "\(frame)")
                let expected = profile.decode(
                    frame, dialect: dialect, invertsCurrent: inverts, at: now, into: &slow)
                let heard = plan.decode(frame, invertsCurrent: inverts, at: now, into: &fast)
                guard heard == expected, Self.isSame(slow, fast) else {
                    Issue.record("\(frame): \(heard), not \(expected)")
                    return
                }
            }
        }
    }

    @Test("knows no frame that the profile does not know")
    func unknown() {
        var plan = ProfilePlan(PylontechLV.profile)
        var reading = BankReading()
        for (identifier, isExtended) in [(0x123, false), (0x351, true), (0x305, true)] as [(UInt32, Bool)] {
            let frame = CANFrame(identifier: identifier, isExtended: isExtended, length: 8)
            let now = Instant(nanoseconds: 0)
            let expected = PylontechLV.profile.decode(frame, at: now, into: &reading)
            let heard = plan.decode(frame, at: now, into: &reading)
            #expect(heard == expected)
            let numbers = plan.numbers(of: frame, known: HeardBefore())
            #expect((numbers == nil) == (expected == .unknown))
        }
    }

    /// Whether a frame has more signals than a plan works out, all dialects together.
    private static func isLarge(_ profile: InverterProfile, _ frame: CANFrame) -> Bool {
        var count = 0
        _ = profile.visitSignals(of: frame, known: BankReading()) { _, _ in count += 1 }
        return count > ProfilePlan.maximumSignalsOfFrame
    }

    @Test("leaves no frame of the table to the profile that is not too large", arguments: canProfiles)
    func complete(_ profile: InverterProfile) {
        var plan = ProfilePlan(profile)
        for index in 0..<profile.frameCount {
            let row = profile.frame(index)
            let frame = CANFrame(identifier: row.identifier, isExtended: row.isExtended, length: 8)
            let found = plan.numbers(of: frame, known: HeardBefore())?.frame
            #expect(found == index || Self.isLarge(profile, frame), "\(row.name)")
        }
    }

    /// Whether the numbers of a frame are those that the profile shows.
    private static func isShown(
        _ profile: InverterProfile, _ plan: inout ProfilePlan, _ frame: CANFrame, _ known: BankReading
    ) -> Bool {
        let before = HeardBefore(temperature: known[.temperature]?.value)
        guard let (found, numbers) = plan.numbers(of: frame, known: before) else {
            return frame.kind != .data || isLarge(profile, frame)
        }
        var (place, isSame) = (0, true)
        let index = profile.visitSignals(of: frame, dialect: plan.dialect, known: known) { row, content in
            let number = plan.number(place, ofFrame: found)
            let isOut = numbers.outOfRange >> UInt64(place) & 1 != 0
            let isCutOff = numbers.cutOff >> UInt64(place) & 1 != 0
            switch content {
            case .number(let value): isSame = isSame && number == Int64(value)
            case .alarm(let stands):
                if case .alarmPair = row.meaning {
                    isSame = isSame && number == (stands ? 1 : 2)
                } else {
                    isSame = isSame && number == (stands ? 1 : 0)
                }
            case .bits(let bits): isSame = isSame && number == Int64(bitPattern: bits)
            case .text(let text): isSame = isSame && number != nil && text.count > 0
            case .notAvailable:
                switch row.meaning {
                case .alarmPair: isSame = isSame && (number == 0 || number == 3)
                case .maker, .shownText: isSame = isSame && number != nil
                default: isSame = isSame && number == nil && !isOut && !isCutOff
                }
            case .cutOff: isSame = isSame && isCutOff && number == nil
            case .outOfRange: isSame = isSame && isOut && number == nil
            }
            place += 1
        }
        return isSame && index != nil && place == numbers.count
    }

    private static func isSame(_ one: BankReading, _ other: BankReading) -> Bool {
        for raw in 0..<UInt8(BankField.count) {
            guard let field = BankField(rawValue: raw), one[field] == other[field] else { return false }
        }
        return one.alarms == other.alarms && one.maker == other.maker
    }
}
