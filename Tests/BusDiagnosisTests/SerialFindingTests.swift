import BatteryModel
import BusDiagnosis
import TestSupport
import Testing

@Suite("What is wrong on a serial line")
struct SerialFindingTests {
    @Test("each fault is the first thing found, whoever speaks", arguments: SerialFault.all)
    func faults(_ fault: SerialFault) {
        var (cases, hits, misses) = (0, 0, [String]())
        for speaker in SerialSpeaker.all {
            guard let events = fault.make(speaker) else { continue }
            cases += 1
            let found = events.findings(fault.options(speaker))
            if found.first == fault.finding(of: speaker) { hits += 1 } else { misses.append("\(speaker.testDescription): \(found)") }
        }
        print(fault.testDescription, hits, cases)
        #expect(cases > 0 && hits * 100 >= cases * 95, "\(misses.joined(separator: "; "))")
    }
}
