import BMSDrivers
public import BatteryModel
import ChargeControl
import FoundationEssentials
public import Gateway
import InverterProfiles

/// What the BMS are set to, what the configuration says beside it, and what contradicts what: what `busbar settings
/// --json` prints.
public struct SettingsDocument: Codable, Sendable, Equatable {
    /// The packs, in the order of the configuration.
    public var packs: [Pack]
    /// The setting that was written last, or is being written; left out if none was since the start.
    public var write: Write?

    /// A pack.
    public struct Pack: Codable, Sendable, Equatable {
        /// The operator's name for it.
        public var name: String
        /// The driver, or the profile that it speaks.
        public var driver: String
        /// Whether the configuration allows that its settings are written.
        public var isWritable: Bool
        /// What it has said.
        public var settings: [Setting]
        /// What does not go with the configuration.
        public var contradictions: [Finding]
    }

    /// A setting.
    public struct Setting: Codable, Sendable, Equatable {
        /// Its name.
        public var name: String
        /// What it is set to, in thousandths of a volt, an ampere or an ampere-hour, tenths of a degree, or as it is.
        public var value: Int32
        /// The same for people, with its unit.
        public var text: String
        /// What the configuration has to compare it with; left out where nothing.
        public var configured: String?
        /// How long ago it was read.
        public var ageSeconds: Double
        /// The lowest value that may be written; left out where none may.
        public var lowest: Int32?
        /// The highest value that may be written; left out where none may.
        public var highest: Int32?
        /// What proves that it can be written; left out where nothing does.
        public var source: String?
    }

    /// Something that does not go with the configuration.
    public struct Finding: Codable, Sendable, Equatable {
        /// Its name: `cell_count`, `charge_limit` and so on.
        public var name: String
        /// `warning` or `info`.
        public var level: String
        /// What it is, in a sentence.
        public var words: String
        /// What to do about it.
        public var remedy: String
    }

    /// A write of a setting.
    public struct Write: Codable, Sendable, Equatable {
        /// Its number since the start of the gateway.
        public var number: UInt64
        /// The pack.
        public var pack: String
        /// The setting.
        public var name: String
        /// What was set before, in the unit of ``Setting/value``.
        public var old: Int32
        /// What was to be set.
        public var new: Int32
        /// Who wanted it.
        public var by: String
        /// `under_way`, `written`, `written_unconfirmed`, `refused`, `not_kept`, `unknown` or `not_sent`.
        public var result: String
        /// All of it in a sentence.
        public var words: String
    }

    /// The document as JSON.
    ///
    /// - Throws: `EncodingError`, which no document can cause.
    public func json() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return try [UInt8](encoder.encode(self))
    }

    /// Reads the document back.
    public init(json: [UInt8]) throws {
        self = try JSONDecoder().decode(SettingsDocument.self, from: Data(json))
    }
}

extension SettingsDocument {
    /// Describes what a gateway knows.
    public init(_ snapshot: Snapshot, at now: Instant) {
        let wording = Wording(snapshot)
        packs = snapshot.packs.indices.map { Pack(snapshot, $0, wording, at: now) }
        write = snapshot.settingRecord.map { Write($0, wording) }
    }
}

extension SettingsDocument.Pack {
    init(_ snapshot: Snapshot, _ index: Int, _ wording: Wording, at now: Instant) {
        let (pack, configured) = (snapshot.packs[index], snapshot.configuration.packs[index])
        name = pack.name
        isWritable = configured.settingsWritable
        var known = BMSSettings.none
        switch configured.reader {
        case .driver(let bms, _, _): (driver, known) = ("\(bms.sheet.id)", bms.settings)
        case .source(let profile, _): driver = "\(profile.sheet.id)"
        }
        let view = snapshot.configuration.settingsView(ofPack: index, pack.reading)
        settings = PackField.settings.compactMap { field in
            guard let reading = pack.reading[field] else { return nil }
            let writable = known.index(of: field).map(known.writable)
            return SettingsDocument.Setting(
                name: "\(field.name)", value: reading.value,
                text: wording.setting(field, reading.value, pack: index),
                configured: view.configured(field).map { Wording.quantity($0, field.unit) },
                ageSeconds: reading.age(at: now).tenths, lowest: writable?.range.lowerBound,
                highest: writable?.range.upperBound, source: writable.map { "\($0.source)" })
        }
        contradictions = SettingsDocument.Finding.all(snapshot.contradictions[index], index, wording)
    }
}

extension SettingsDocument.Finding {
    static func all(_ found: Contradictions, _ pack: Int, _ wording: Wording) -> [SettingsDocument.Finding] {
        Contradiction.Kind.allCases.compactMap { found[$0] }.map {
            SettingsDocument.Finding(
                name: CaseName.of($0.kind), level: Wording.level($0.level),
                words: wording.contradiction($0, pack: pack), remedy: Wording.remedy($0.kind))
        }
    }
}

extension SettingsDocument.Write {
    /// What was written since an event: each write once when it is ordered, and once when it is over.
    ///
    /// - Parameters:
    ///   - snapshot: Whose log is looked through.
    ///   - seen: Number of events that are known already.
    /// - Returns: The writes in order.
    public static func all(in snapshot: Snapshot, since seen: UInt64) -> [SettingsDocument.Write] {
        let fresh = snapshot.log.total - min(seen, snapshot.log.total)
        guard fresh > 0 else { return [] }
        let wording = Wording(snapshot)
        return snapshot.log.events.suffix(Int(min(fresh, 1_000))).compactMap { event in
            guard case .setting(let record) = event.kind else { return nil }
            return SettingsDocument.Write(record, wording)
        }
    }

    init(_ record: SettingRecord, _ wording: Wording) {
        let change = record.change
        number = record.number
        pack = wording.packs.indices.contains(change.pack) ? wording.packs[change.pack] : ""
        name = "\(change.field.name)"
        old = record.old
        new = change.value
        by = record.by
        result = Wording.outcomeName(record.outcome)
        words = wording.setting(record)
    }
}

extension PackField {
    /// What a BMS is set to and what is chosen in it, in the order of the fields.
    static let settings: [PackField] =
        [.batteryType, .chargeOverCurrent, .dischargeOverCurrent]
        + (PackField.chargeLimit.rawValue...PackField.sleepDelay.rawValue).compactMap(
            PackField.init(rawValue:))
        + [
            .uart1Protocol, .uart2Protocol, .canProtocol, .buzzerTrigger, .dry1Trigger, .dry2Trigger,
            .requestedChargeTime, .requestedFloatTime,
        ]
}
