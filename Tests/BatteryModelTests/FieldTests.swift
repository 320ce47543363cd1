import BatteryModel
import TestSupport
import Testing

/// What has to hold for every field that readings are stored by.
@Suite struct FieldTests {
    @Test func `every number below the count is a pack field and none beyond`() {
        let existing = (UInt8.min...UInt8.max).compactMap(PackField.init(rawValue:)).map { Int($0.rawValue) }
        #expect(existing == Array(0..<PackField.count))
    }

    @Test func `every number below the count is a bank field and none beyond`() {
        let existing = (UInt8.min...UInt8.max).compactMap(BankField.init(rawValue:)).map { Int($0.rawValue) }
        #expect(existing == Array(0..<BankField.count))
    }

    @Test func `names of pack fields are unique and in snake case`() {
        #expect(faults(ofNames: packFields.map { "\($0.name)" }) == [])
    }

    @Test func `names of bank fields are unique and in snake case`() {
        #expect(faults(ofNames: bankFields.map { "\($0.name)" }) == [])
    }

    @Test func `names that are not in snake case are noticed`() {
        #expect(faults(ofNames: ["a", "", "Soc", "a_", "_a", "a__b", "a", "a-b", "ü", "1a"]).count == 9)
    }

    @Test func `every field of a pack reading keeps its own value`() {
        var reading = PackReading()
        for field in packFields {
            reading[field] = Reading(
                Int32(field.rawValue) - 40, at: Instant(nanoseconds: Int64(field.rawValue)))
        }
        let wrong = packFields.filter {
            reading[$0] != Reading(Int32($0.rawValue) - 40, at: Instant(nanoseconds: Int64($0.rawValue)))
        }
        #expect(wrong == [])
    }

    @Test func `every field of a bank reading keeps its own value`() {
        var reading = BankReading()
        for field in bankFields {
            reading[field] = Reading(
                Int32(field.rawValue) - 9, at: Instant(nanoseconds: Int64(field.rawValue)))
        }
        let wrong = bankFields.filter {
            reading[$0] != Reading(Int32($0.rawValue) - 9, at: Instant(nanoseconds: Int64($0.rawValue)))
        }
        #expect(wrong == [])
    }

    @Test func `a field that was not reported is nil and not zero`() {
        #expect(packFields.allSatisfy { PackReading()[$0] == nil })
        #expect(bankFields.allSatisfy { BankReading()[$0] == nil })
    }

    @Test func `a field can be taken back`() {
        var reading = PackReading()
        reading[.soc] = Reading(500, at: Instant(nanoseconds: 0))
        reading[.soc] = nil
        #expect(reading[.soc] == nil)
    }

    @Test func `cell sensors are eight different fields`() {
        let sensors = (0..<PackReading.cellSensorCount).map(PackReading.cellSensor)
        #expect(Set(sensors).count == 8)
        #expect(sensors.map { "\($0.name)" } == (1...8).map { "temperature_\($0)" })
    }

    @Test func `every text of an identity keeps its own value`() {
        let fields = (UInt8.min...UInt8.max).compactMap(IdentityField.init(rawValue:))
        var identity = PackIdentity()
        for field in fields { identity[field] = text(of: field) }
        #expect(fields.count == 6)
        #expect(fields.filter { identity[$0] != text(of: $0) } == [])
    }

    private func text(of field: IdentityField) -> ASCIIText {
        ASCIIText(padded: [0x41 + field.rawValue].span)
    }
}

private let packFields = (0..<PackField.count).compactMap { PackField(rawValue: UInt8($0)) }
private let bankFields = (0..<BankField.count).compactMap { BankField(rawValue: UInt8($0)) }

private func faults(ofNames names: [String]) -> [String] {
    var seen: Set<String> = []
    return names.filter { name in
        let words = name.split(separator: "_", omittingEmptySubsequences: false)
        let isSnake = words.allSatisfy { word in
            !word.isEmpty && word.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) }
        }
        let beginsWithLetter = name.utf8.first.map { (0x61...0x7A).contains($0) } ?? false
        return !isSnake || !beginsWithLetter || !seen.insert(name).inserted
    }
}
