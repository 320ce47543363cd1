import BatteryModel
import Gateway
import Reporting
import Testing

@Suite("The audit of settings")
struct SettingAuditTests {
    @Test("every write stands in the log with its number, and a document of the journal keeps it")
    func journal() throws {
        var plant = SettingTests.plant()
        #expect(SettingTests.set(&plant, .balanceStart, 3_420) == .done)
        plant.run(for: .seconds(3))
        #expect(SettingTests.set(&plant, .balanceStart, 3_430) == .done)
        plant.run(for: .seconds(3))
        let writes = SettingsDocument.Write.all(in: plant.snapshot, since: 0)
        #expect(writes.map(\.number) == [1, 1, 2, 2])
        #expect(writes.map(\.result) == ["under_way", "written", "under_way", "written"])
        #expect(writes.last?.old == 3_420 && writes.last?.new == 3_430 && writes.last?.by == "anna")
        #expect(SettingsDocument.Write.all(in: plant.snapshot, since: plant.snapshot.log.total).isEmpty)
        let snapshot = published(&plant)
        var document = try #require(ExplanationDocument(snapshot, version: "0", at: plant.now)?.compact)
        document.settingWrites = writes
        let again = try ExplanationDocument(json: document.json())
        #expect(again == document)
        #expect(
            WhyView(columns: 200).summary(again).last
                == "Set  balance_start of pack 0 from 3.420 V to 3.430 V by anna: written, confirmed and read back"
        )
    }
}
