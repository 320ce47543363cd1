import BatteryModel
import TestSupport
import Testing

/// Kinds of alarm as bits, and their levels.
@Suite struct AlarmTests {
    @Test func `every number below the count is a kind and none beyond`() {
        let existing = (UInt8.min...UInt8.max).compactMap(AlarmKind.init(rawValue:)).map { Int($0.rawValue) }
        #expect(existing == Array(0..<AlarmKind.count))
    }

    @Test func `every kind has a bit of its own in a mask`() {
        #expect(Set(kinds.map { AlarmMask($0).bits }).count == AlarmKind.count)
        #expect(kinds.allSatisfy { AlarmMask($0).bits == 1 << UInt64($0.rawValue) })
    }

    @Test func `a mask behaves like a set of kinds`() {
        var random = SeededRandom(seed: 3)
        var faults: [String] = []
        for _ in 0..<200 {
            let one = Set(kinds.filter { _ in Bool.random(using: &random) })
            let other = Set(kinds.filter { _ in random.next() % 4 == 0 })
            let masks = (mask(one), mask(other))
            if set(masks.0.union(masks.1)) != one.union(other) { faults.append("union") }
            if set(masks.0.subtracting(masks.1)) != one.subtracting(other) { faults.append("subtracting") }
            if masks.0.intersects(masks.1) == one.isDisjoint(with: other) { faults.append("intersects") }
            if masks.0.isEmpty != one.isEmpty { faults.append("isEmpty") }
        }
        #expect(faults == [])
    }

    @Test func `a mask of two kinds holds both and no other`() {
        #expect(set(AlarmMask(.cellOverVoltage, .notRepresentable)) == [.cellOverVoltage, .notRepresentable])
        #expect(set(AlarmMask(.imbalance, .imbalance)) == [.imbalance])
    }

    @Test(arguments: [AlarmLevel.info, .warning, .protection])
    func `an alarm stands at the level at which it was raised and at no other`(level: AlarmLevel) {
        var alarms = AlarmSet()
        for kind in kinds where kind.rawValue % 2 == 0 { alarms.raise(kind, level) }
        let wrong = kinds.filter { alarms.level(of: $0) != ($0.rawValue % 2 == 0 ? level : nil) }
        #expect(wrong == [])
        #expect(
            [alarms.infos, alarms.warnings, alarms.protections].filter { !$0.isEmpty } == [alarms[level]])
    }

    @Test func `of several levels the most serious counts`() {
        var alarms = AlarmSet()
        alarms.raise(.imbalance, .warning)
        alarms.raise(.imbalance, .protection)
        alarms.raise(.imbalance, .info)
        #expect(alarms.level(of: .imbalance) == .protection)
        alarms.protections = AlarmMask()
        #expect(alarms.level(of: .imbalance) == .warning)
    }

    @Test func `the alarms of two sets are kept level by level`() {
        var one = AlarmSet()
        one.raise(.imbalance, .warning)
        var other = AlarmSet()
        other.raise(.packLost, .protection)
        other.raise(.imbalance, .info)
        one.formUnion(other)
        #expect(one.infos == AlarmMask(.imbalance))
        #expect(one.warnings == AlarmMask(.imbalance))
        #expect(one.protections == AlarmMask(.packLost))
    }

    @Test func `a set is empty only without an alarm at any level`() {
        #expect(AlarmSet().isEmpty)
        for level in [AlarmLevel.info, .warning, .protection] {
            var alarms = AlarmSet()
            alarms[level] = AlarmMask(.packStale)
            #expect(!alarms.isEmpty, "\(level)")
        }
    }

    @Test func `protection is more serious than warning and warning than info`() {
        #expect([AlarmLevel.warning, .protection, .info].sorted() == [.info, .warning, .protection])
    }

    private func mask(_ kinds: Set<AlarmKind>) -> AlarmMask {
        kinds.reduce(AlarmMask()) { $0.union(AlarmMask($1)) }
    }

    private func set(_ mask: AlarmMask) -> Set<AlarmKind> { Set(kinds.filter(mask.contains)) }
}

private let kinds = (0..<AlarmKind.count).compactMap { AlarmKind(rawValue: UInt8($0)) }
