public import BatteryModel

/// What is known about a link besides what is heard on it.
public struct DiagnosisOptions: Sendable {
    /// The profile that the inverter expects, as a place in ``InverterProfiles/ProfileTable``; `nil` if nobody has said.
    public var expectedProfile: Int?
    /// Its dialect; `nil` if any will do.
    public var expectedDialect: UInt8?
    /// The BMS that is there, as a place in ``BMSDrivers/DriverTable``; `nil` if nobody has said.
    public var expectedDriver: Int?
    /// The name that the inverter wants to see in the battery's frames; `nil` if nobody has said.
    public var expectedName: ASCIIText?
    /// The speed at which is listened, in baud or bit/s; `nil` if it is not known.
    public var rate: Int32?
    /// Whether an inverter is known to be connected, so that its silence says something.
    public var hasInverter: Bool
    /// Whether the instants are those at which things were heard; a recording without times has made up ones.
    public var hasTimes: Bool

    /// Makes options.
    public init(
        expectedProfile: Int? = nil, expectedDialect: UInt8? = nil, expectedDriver: Int? = nil,
        expectedName: ASCIIText? = nil, rate: Int32? = nil, hasInverter: Bool = false, hasTimes: Bool = true
    ) {
        self.expectedProfile = expectedProfile
        self.expectedDialect = expectedDialect
        self.expectedDriver = expectedDriver
        self.expectedName = expectedName
        self.rate = rate
        self.hasInverter = hasInverter
        self.hasTimes = hasTimes
    }
}

/// What came out of listening to a link.
public struct DiagnosisAccount: Sendable {
    /// Who was heard, the battery side first.
    public var talkers: [Talker]
    /// What is wrong, the most important first.
    public var findings: [Finding]

    /// Makes an account; the findings are put in order.
    public init(talkers: [Talker], findings: [Finding]) {
        self.talkers = talkers
        self.findings = Self.ordered(findings)
    }

    /// The worst first, then the surest; findings that are equal in both keep their order.
    private static func ordered(_ findings: [Finding]) -> [Finding] {
        var result: [Finding] = []
        for finding in findings {
            var place = result.count
            while place > 0, isBefore(finding, result[place - 1]) { place -= 1 }
            result.insert(finding, at: place)
        }
        return result
    }

    private static func isBefore(_ one: Finding, _ other: Finding) -> Bool {
        one.sheet.severity != other.sheet.severity
            ? one.sheet.severity > other.sheet.severity : one.certainty > other.certainty
    }
}
