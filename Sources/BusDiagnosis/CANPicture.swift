import BMSDrivers
import BatteryModel
import BusCodec
import InverterProfiles

/// What the rules for a CAN bus look at.
public struct CANPicture: Sendable {
    /// What was heard of each identifier.
    public var traffic: CANTraffic
    /// What the battery has told; `nil` while none is named.
    public var bank: BankTrack?
    /// Who was named.
    public var talkers: [Talker]
    /// What is known besides.
    public var options: DiagnosisOptions
}

extension CANPicture {
    /// A dialect of a profile.
    struct Target {
        let profile: InverterProfile
        let dialect: UInt8

        /// The frames that a battery sends in it.
        var rows: [FrameRow] {
            (0..<profile.frameCount).map { profile.frame($0) }
                .filter { $0.direction == .toInverter && profile.sends($0, inDialect: dialect) }
        }

        /// The frames without which an inverter does nothing.
        var required: [FrameRow] { rows.filter { $0.isRequired } }

        /// The numbers that a frame carries.
        func fields(of container: UInt32) -> [BankField] {
            var fields: [BankField] = []
            profile.visitRows(container) { row in
                guard row.dialects >> dialect & 1 != 0, case .number(let field) = row.meaning else { return }
                fields.append(field)
            }
            return fields
        }

        /// Whether a frame carries what an inverter steers by.
        func steers(_ container: UInt32) -> Bool {
            fields(of: container).contains { CANPicture.steering.contains($0) }
        }

        func isCalled(_ ids: [StaticString]) -> Bool {
            ids.contains { SignalName($0) == SignalName(profile.sheet.id) }
        }
    }

    /// What an inverter steers by.
    static let steering: [BankField] = [
        .chargeVoltageLimit, .chargeCurrentLimit, .dischargeCurrentLimit, .soc,
    ]

    /// The battery that was named first.
    var battery: Talker? { talkers.first { $0.role == .battery } }

    /// What the battery is heard in.
    var heard: Target? {
        bank.map { Target(profile: KnownProtocols.profiles[$0.profile], dialect: $0.dialect) }
    }

    /// What the inverter expects; of several dialects the one of which most is heard.
    var expected: Target? {
        guard let place = options.expectedProfile, KnownProtocols.profiles.indices.contains(place),
            KnownProtocols.profiles[place].serial == nil
        else { return nil }
        let profile = KnownProtocols.profiles[place]
        if let dialect = options.expectedDialect, dialect < profile.sheet.dialectCount {
            return Target(profile: profile, dialect: dialect)
        }
        if let bank, bank.profile == place { return Target(profile: profile, dialect: bank.dialect) }
        let targets = (0..<profile.sheet.dialectCount).map { Target(profile: profile, dialect: $0) }
        return targets.max { missing($0).count > missing($1).count }
    }

    /// What the inverter reads as far as is known: what it expects, otherwise what is heard.
    var target: Target? { expected ?? heard }

    /// Frames that a battery must send and that were not heard.
    func missing(_ target: Target) -> [FrameRow] { target.required.filter { !isHeard($0.container) } }

    func isHeard(_ container: UInt32) -> Bool { (traffic.track(container)?.count ?? 0) > 0 }

    /// The tracks of the battery.
    var batteryTracks: [FrameTrack] { (battery?.containers ?? []).compactMap { traffic.track($0) } }

    /// When the battery was heard last.
    var batteryLast: Instant? { batteryTracks.map { $0.last }.max() }

    /// The latest value of a number.
    func last(_ field: BankField) -> Int32? { bank?[field]?.last }

    /// Whether the BMS that is said to be there speaks only when it is asked, and no inverter is known that would ask.
    var namesPolledBMS: Bool {
        guard let place = options.driver, options.expectedProfile == nil, !options.hasInverter else {
            return false
        }
        let sheet = KnownProtocols.drivers[place].sheet
        return sheet.wire == .can && !sheet.isBroadcast
    }

    /// Whether a battery or a pack was named.
    var hearsBattery: Bool { talkers.contains { $0.role == .battery || $0.role == .pack } }
}

/// The rules for a CAN bus; each looks at the picture and says what it finds.
enum CANRules {
    static let all: [@Sendable (CANPicture) -> [Finding]] =
        link + talk + expectation + frames + values + limits

    /// A finding that explains others.
    private struct Explanation {
        let cause: FindingSheet
        let consequences: [FindingSheet]
    }

    private static let explanations: [Explanation] = [
        Explanation(
            cause: FindingTable.wrongProtocol,
            consequences: [
                FindingTable.steeringFrameMissing, FindingTable.frameMissing, FindingTable.nameRefused,
                FindingTable.frameTooShort, FindingTable.keepAliveMissing, FindingTable.inverterSilent,
                FindingTable.impossibleValue, FindingTable.alarmsUnread, FindingTable.newerSet,
            ]),
        Explanation(
            cause: FindingTable.newerSet,
            consequences: [
                FindingTable.steeringFrameMissing, FindingTable.frameMissing, FindingTable.alarmsUnread,
                FindingTable.frameTooShort,
            ]),
        Explanation(
            cause: FindingTable.byteOrder,
            consequences: [
                FindingTable.impossibleValue, FindingTable.voltageScale, FindingTable.halfVoltage,
                FindingTable.socScale, FindingTable.temperatureUnit, FindingTable.cvlZero,
                FindingTable.cvlLow,
                FindingTable.socJump, FindingTable.limitsIgnored, FindingTable.limitUnset,
                FindingTable.tinyStop,
                FindingTable.protects, FindingTable.frozen,
            ]),
        Explanation(
            cause: FindingTable.twoBatteries,
            consequences: [
                FindingTable.socJump, FindingTable.cvlLow, FindingTable.limitsIgnored, FindingTable.tooFast,
                FindingTable.currentSign, FindingTable.frameTooShort,
            ]),
        Explanation(
            cause: FindingTable.voltageScale,
            consequences: [FindingTable.cvlLow, FindingTable.cvlIgnored, FindingTable.impossibleValue]),
        Explanation(
            cause: FindingTable.batterySilent, consequences: [FindingTable.gaps, FindingTable.frameStopped]),
        Explanation(
            cause: FindingTable.limitUnset,
            consequences: [FindingTable.limitsIgnored, FindingTable.bothZero, FindingTable.limitContradicts]),
        Explanation(
            cause: FindingTable.busLoad, consequences: [FindingTable.tooFast]),
        Explanation(
            cause: FindingTable.frameTooShort,
            consequences: [FindingTable.steeringFrameMissing, FindingTable.impossibleValue]),
        Explanation(
            cause: FindingTable.protects,
            consequences: [FindingTable.bothZero, FindingTable.limitContradicts]),
        Explanation(
            cause: FindingTable.tinyStop, consequences: [FindingTable.cvlLow, FindingTable.limitsIgnored]),
    ]

    /// The findings without those that are only the consequence of another one.
    static func withoutConsequences(_ findings: [Finding]) -> [Finding] {
        findings.filter { finding in
            !explanations.contains { explanation in
                findings.contains { isOf(explanation.cause, $0) }
                    && explanation.consequences.contains { isOf($0, finding) }
            }
        }
    }

    private static func isOf(_ sheet: FindingSheet, _ finding: Finding) -> Bool {
        SignalName(sheet.id) == SignalName(finding.sheet.id)
    }

    /// A name as far as there is room for it.
    static func text(_ name: StaticString) -> Fact.Value { .text(ASCIIText(name)) }
}
