import BatteryModel

/// Somebody who was heard, and what he speaks.
public struct Talker: Sendable {
    /// What he is.
    public enum Role: UInt8, Sendable {
        /// Tells an inverter what a battery wants.
        case battery
        /// An inverter.
        case inverter
        /// A BMS that speaks its own protocol.
        case pack
        /// Asks packs, or a battery.
        case master
        /// Speaks something that has nothing to do with batteries.
        case foreign
        /// Cannot be told.
        case unknown
    }

    /// What he is.
    public var role: Role
    /// What he may speak, the likeliest first; empty where nothing fits.
    public var candidates: [Candidate]
    /// What is said about foreign traffic, or why it cannot be told; `nil` where a candidate says it all.
    public var remark: StaticString?
    /// Who he seems to be, from what he sends; `nil` where nothing gives him away.
    public var sender: StaticString?
    /// The identifiers he sends, with bit 31 set for 29 bits; on a serial line none.
    public var containers: [UInt32]
    /// His addresses on a serial line.
    public var addresses: [UInt8]

    /// Makes a talker.
    public init(
        _ role: Role, candidates: [Candidate] = [], remark: StaticString? = nil, sender: StaticString? = nil,
        containers: [UInt32] = [], addresses: [UInt8] = []
    ) {
        self.role = role
        self.candidates = candidates
        self.remark = remark
        self.sender = sender
        self.containers = containers
        self.addresses = addresses
    }
}

/// A protocol that somebody may speak.
public struct Candidate: Sendable {
    /// Where it is found.
    public enum Source: Sendable, Equatable {
        /// The place in ``InverterProfiles/ProfileTable`` and the dialect.
        case profile(Int, dialect: UInt8)
        /// The place in ``BMSDrivers/DriverTable``.
        case driver(Int)
        /// The place in ``BMSDrivers/ShuntTable``.
        case shunt(Int)
    }

    /// Where it is found.
    public var source: Source
    /// The id of the protocol.
    public var id: StaticString
    /// Its name, and the name of the dialect; empty where it has none.
    public var name: StaticString, dialect: StaticString
    /// How well what was heard fits, in thousandths.
    public var score: Int32
    /// What speaks for it and against it.
    public var reasons: [Fact]

    /// Makes a candidate.
    public init(
        _ source: Source, id: StaticString, name: StaticString, dialect: StaticString = "", score: Int32,
        reasons: [Fact] = []
    ) {
        self.source = source
        self.id = id
        self.name = name
        self.dialect = dialect
        self.score = score
        self.reasons = reasons
    }
}
