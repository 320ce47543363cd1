import BatteryModel
import InverterProfiles
import Testing

@Suite("frame schedule")
struct FrameScheduleTests {
    private func schedule(_ dialect: UInt8 = 0, period: Interval? = nil) -> FrameSchedule {
        FrameSchedule(PylontechLV.profile, dialect: dialect, period: period, start: noon)
    }

    private func identifiers(_ schedule: inout FrameSchedule, at now: Instant) -> [UInt32] {
        var result: [UInt32] = []
        while let index = schedule.next(at: now) {
            result.append(PylontechLV.profile.frame(index).identifier)
        }
        return result
    }

    @Test(
        "a set comes in the order of the sheet, evenly over the second",
        arguments: [
            (0, [0x351, 0x355, 0x356, 0x35C, 0x35E, 0x359]), (1, [0x351, 0x355, 0x356, 0x35A, 0x35E, 0x35F]),
        ] as [(UInt8, [UInt32])])
    func order(_ dialect: UInt8, _ expected: [UInt32]) {
        var schedule = schedule(dialect)
        var sent: [UInt32] = []
        var dues: [Int64] = []
        while let due = schedule.nextDue, due < noon + .seconds(1) {
            dues.append((due - noon).milliseconds)
            #expect(identifiers(&schedule, at: Instant(nanoseconds: due.nanoseconds - 1)) == [])
            sent += identifiers(&schedule, at: due)
        }
        #expect(sent == expected)
        #expect(dues == [0, 166, 333, 500, 666, 833])
    }

    @Test("late wake-ups do not shift the grid")
    func noDrift() {
        var schedule = schedule()
        var generator = SplitMix(state: 5)
        var count = 0
        while let due = schedule.nextDue, due < noon + .seconds(3_600) {
            count +=
                identifiers(&schedule, at: due + .milliseconds(.random(in: 0...90, using: &generator))).count
        }
        #expect(count == 21_600)
        #expect(schedule.skipped == 0)
        #expect(schedule.nextDue == noon + .seconds(3_600))
    }

    @Test(
        "after a long sleep one set comes, never more, and the rest is counted",
        arguments: [
            (900, 6, 0), (1_000, 6, 1), (1_166, 6, 1), (1_167, 6, 2), (60_000, 6, 355),
            (86_400_000, 6, 518_395),
        ] as [(Int64, Int, UInt64)])
    func late(_ milliseconds: Int64, _ sent: Int, _ skipped: UInt64) {
        var schedule = schedule()
        let frames = identifiers(&schedule, at: noon + .milliseconds(milliseconds))
        #expect(frames.count == sent)
        #expect(Set(frames).count == sent)
        #expect(schedule.skipped == skipped)
        #expect(schedule.nextDue.map { $0 > noon + .milliseconds(milliseconds) } == true)
    }

    @Test("every wake-up pattern: never more than a set at once, each slot sent or counted")
    func anyPattern() {
        var generator = SplitMix(state: 11)
        for period in [200, 333, 1_000, 60_000] as [Int64] {
            var schedule = schedule(period: .milliseconds(period))
            var now = noon
            var sent = 0
            for _ in 0..<2_000 {
                now = now + Interval(nanoseconds: .random(in: 0...3_000_000_000, using: &generator))
                let frames = identifiers(&schedule, at: now)
                #expect(frames.count <= 6)
                sent += frames.count
                let passed = Double((now - noon).nanoseconds) * 6 / Double(period * 1_000_000)
                #expect(abs(Double(sent) + Double(schedule.skipped) - (passed + 0.5)) <= 1)
            }
        }
    }

    @Test("urgent frames come at once and leave the grid alone")
    func urgent() {
        var schedule = schedule()
        _ = identifiers(&schedule, at: noon)
        let due = schedule.nextDue
        schedule.urge(frame: 0)
        schedule.urge(frame: 8)
        #expect(schedule.nextDue == Instant(nanoseconds: .min))
        #expect(identifiers(&schedule, at: noon + .milliseconds(10)) == [0x351])
        #expect(schedule.nextDue == due)
        schedule.urgeAll()
        #expect(identifiers(&schedule, at: noon + .milliseconds(20)).count == 6)
        #expect(schedule.nextDue == due)
    }

    @Test("nothing is due before the start, and a new grid begins where it is told")
    func restart() {
        var schedule = schedule()
        #expect(identifiers(&schedule, at: Instant(nanoseconds: noon.nanoseconds - 1)) == [])
        schedule.restart(at: noon + .seconds(100))
        #expect(identifiers(&schedule, at: noon + .seconds(99)) == [])
        #expect(identifiers(&schedule, at: noon + .seconds(100)) == [0x351])
        #expect(schedule.skipped == 0)
    }
}

@Suite("frame schedule: what must not be repeated so soon")
struct FrameSpacingTests {
    private let profile = SMALV.profile

    /// The place of a frame in the sheet.
    private func place(_ identifier: UInt32) throws -> Int {
        try #require(profile.index(ofIdentifier: identifier))
    }

    /// What is sent at so many milliseconds.
    private func sent(_ schedule: inout FrameSchedule, _ milliseconds: Int64) -> [UInt32] {
        var result: [UInt32] = []
        while let index = schedule.next(at: noon + .milliseconds(milliseconds)) {
            result.append(profile.frame(index).identifier)
        }
        return result
    }

    private func due(_ schedule: FrameSchedule) -> Int64? {
        schedule.nextDue.map { ($0 - noon).milliseconds }
    }

    /// A schedule that has just sent its first limits, half a second after noon.
    private func begun() -> FrameSchedule {
        var schedule = FrameSchedule(profile, dialect: 0, start: noon)
        for milliseconds in [0, 167, 334, 500] as [Int64] { _ = sent(&schedule, milliseconds) }
        return schedule
    }

    @Test("an urgent frame waits for its time, and the others do not wait for it")
    func urgentWaits() throws {
        var schedule = begun()
        schedule.urge(frame: try place(0x351))
        #expect(sent(&schedule, 600) == [])
        #expect(due(schedule) == 666)
        #expect(sent(&schedule, 667) == [0x355])
        #expect(due(schedule) == 700)
        #expect(sent(&schedule, 699) == [])
        #expect(sent(&schedule, 700) == [0x351])
        #expect(due(schedule) == 833)
    }

    @Test("an urgent frame whose time has come goes out at once")
    func urgentGoes() throws {
        var schedule = begun()
        _ = sent(&schedule, 667)
        schedule.urge(frame: try place(0x351))
        #expect(sent(&schedule, 701) == [0x351])
    }

    @Test("a frame of the set waits after an urgent one, and the grid stays")
    func gridWaits() throws {
        var schedule = begun()
        _ = sent(&schedule, 1_350)
        schedule.urge(frame: try place(0x351))
        #expect(sent(&schedule, 1_400) == [0x351])
        #expect(sent(&schedule, 1_500) == [])
        #expect(due(schedule) == 1_600)
        #expect(sent(&schedule, 1_600) == [0x351])
        _ = sent(&schedule, 2_499)
        #expect(sent(&schedule, 2_500) == [0x351])
    }

    @Test("a new grid does not forget what was sent before it")
    func restart() throws {
        var schedule = FrameSchedule(profile, dialect: 0, start: noon)
        #expect(sent(&schedule, 0) == [0x35E])
        schedule.restart(at: noon + .milliseconds(50))
        #expect(sent(&schedule, 50) == [])
        #expect(due(schedule) == 200)
        #expect(sent(&schedule, 200) == [0x35E])
    }

    @Test("whatever is urged, whenever one wakes, whatever the period: no frame follows itself within 200 ms")
    func anyPattern() {
        var generator = SplitMix(state: 23)
        for period in [40, 150, 500, 1_000] as [Int64] {
            var schedule = FrameSchedule(profile, dialect: 0, period: .milliseconds(period), start: noon)
            var last: [UInt32: Int64] = [:]
            var now: Int64 = 0
            for _ in 0..<3_000 {
                now += .random(in: 0...120, using: &generator)
                if generator.next() % 4 == 0 { schedule.urgeAll() }
                for identifier in sent(&schedule, now) {
                    #expect(last[identifier].map { now - $0 >= 200 } ?? true)
                    last[identifier] = now
                }
            }
            // Nothing waits for ever.
            #expect(last.count == 6 && last.values.allSatisfy { now - $0 < 200 + period + 120 })
        }
    }
}

@Suite("the inverter's sign of life")
struct InverterWatchTests {
    @Test("is silent until heard, and again after the timeout")
    func silence() {
        let rule = PylontechLV.profile.sheet.keepAlive
        var watch = InverterWatch()
        #expect(watch.isSilent(at: noon, rule))
        #expect(watch.age(at: noon) == nil)
        watch.heard(at: noon)
        #expect(!watch.isSilent(at: noon + .seconds(10), rule))
        #expect(watch.isSilent(at: noon + .milliseconds(10_001), rule))
        #expect(watch.age(at: noon + .seconds(2)) == .seconds(2))
        #expect(watch.count == 1)
    }

    @Test("is counted per second")
    func rate() {
        var watch = InverterWatch()
        for tenth in 0..<25 { watch.heard(at: noon + .milliseconds(Int64(tenth) * 100)) }
        #expect(watch.framesPerSecond(at: noon + .milliseconds(2_500)) == 10)
        #expect(watch.framesPerSecond(at: noon + .milliseconds(3_500)) == 5)
        #expect(watch.framesPerSecond(at: noon + .seconds(10)) == 0)
    }
}
