import BatteryModel
import LinuxIO
import Testing

@Suite("The clock on the wall")
struct WallClockTests {
    @Test("a time of day comes within a day, and then the clock shows it")
    func timeOfDay() throws {
        let now = try #require(WallClock.now())
        for (hour, minute) in [(Int32(0), Int32(0)), (12, 30), (23, 59)] {
            let left = try #require(WallClock.interval(untilHour: hour, minute: minute))
            #expect(left > .zero && left <= .seconds(25 * 3_600))
            var then = now
            then.unixSeconds += left.seconds
            // Summer time may begin or end in between.
            let off = abs(then.secondOfDay - (hour * 3_600 + minute * 60)) % 3_600
            #expect(off <= 2 || off >= 3_598)
        }
    }
}
