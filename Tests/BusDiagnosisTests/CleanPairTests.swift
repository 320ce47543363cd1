import BatteryModel
import BusCodec
import BusDiagnosis
import InverterProfiles
import Testing

@Suite("A battery that speaks as it should")
struct CleanPairTests {
    @Test("a bus on which nothing is heard for five seconds is found silent, and not before")
    func silence() {
        var diagnosis = CANDiagnosis()
        diagnosis.passed(to: Instant(nanoseconds: 0))
        diagnosis.passed(to: Instant(nanoseconds: 0) + .seconds(4))
        #expect(diagnosis.account().findings.isEmpty)
        diagnosis.passed(to: Instant(nanoseconds: 0) + .seconds(5))
        #expect(diagnosis.account().findings.map { "\($0.sheet.id)" } == ["no-traffic"])
    }
}
