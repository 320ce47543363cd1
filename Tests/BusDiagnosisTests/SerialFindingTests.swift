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
            let account = events.heard(fault.options(speaker)).account()
            let found = account.findings.map { "\($0.sheet.id)" }
            if found.first == fault.finding(of: speaker) {
                hits += 1
            } else {
                misses.append("\(speaker.testDescription): \(found)")
            }
            for finding in account.findings {
                #expect((50...100).contains(finding.certainty) && !finding.sheet.causes.isEmpty)
            }
        }
        // The table of docs/diagnosis-serial.md says these numbers.
        let told = SerialAccuracy.rows.first { $0.fault == fault.testDescription }
        #expect(told?.hits == hits && told?.cases == cases, "\(hits) of \(cases)")
        #expect(cases > 0 && hits * 100 >= cases * 95, "\(misses.joined(separator: "; "))")
    }

    @Test("rows have ids of their own and causes that say what to do")
    func rows() {
        let ids = FindingTable.all.map { "\($0.id)" }
        #expect(Set(ids).count == ids.count)
        for sheet in FindingTable.all {
            for text in [sheet.title]
                + sheet.causes.flatMap({ [$0.text, $0.test, $0.tells, $0.fix, $0.source] })
            {
                #expect(text.utf8CodeUnitCount > 2 && !"\(text)".hasSuffix("."), "\(sheet.id): \(text)")
            }
        }
    }
}
