public import ChargeControl

/// What travels on a link.
public enum LinkKind: String, Sendable, Hashable, CaseIterable {
    /// A stream of bytes: a serial port, or one behind a TCP converter.
    case serial
    /// CAN frames.
    case can
    /// Streams of bytes of all who call on a TCP port.
    case server
}

/// How a pack is read where its driver knows two ways.
public enum ReadMode: String, Sendable, Hashable, CaseIterable {
    /// Whole frames as the maker's own tools ask for them.
    case frames
    /// Single registers.
    case registers
}

/// What the settings must know of the drivers and profiles to check a file against them.
///
/// The caller fills it from the driver table and the profile table.
public struct DeviceCatalogue: Sendable {
    /// One BMS driver.
    public struct Driver: Sendable {
        /// Its name in the file (`jk-modbus`).
        public var id: String
        /// The bus addresses a pack can have.
        public var addresses: ClosedRange<Int>
        /// The kinds of link it runs on.
        public var linkKinds: Set<LinkKind>
        /// The baud rate of a serial link that does not state one.
        public var defaultBaud: Int
        /// The bit rate of a CAN bus that does not state one, in kbit/s; `nil` for a driver that is not on CAN.
        public var usualBitrateKbitPerSecond: Int?
        /// The ways it can read a pack.
        public var readModes: Set<ReadMode>
        /// Whether it can listen while another master polls.
        public var canListen: Bool
        /// Whether there are settings that it can write.
        public var canWriteSettings: Bool
        /// What a BMS never reports and its packs must say that they are without.
        public var absent: AbsentSources
        /// What is special about a battery that is heard as its inverter would hear it; `nil` for a BMS.
        public var source: Source?

        /// Makes the entry of a driver.
        public init(
            id: String, addresses: ClosedRange<Int>, linkKinds: Set<LinkKind> = [.serial],
            defaultBaud: Int, usualBitrateKbitPerSecond: Int? = nil, readModes: Set<ReadMode> = [.frames],
            canListen: Bool = false, canWriteSettings: Bool = false, absent: AbsentSources = .none,
            source: Source? = nil
        ) {
            self.canWriteSettings = canWriteSettings
            self.absent = absent
            self.source = source
            self.id = id
            self.addresses = addresses
            self.linkKinds = linkKinds
            self.defaultBaud = defaultBaud
            self.usualBitrateKbitPerSecond = usualBitrateKbitPerSecond
            self.readModes = readModes
            self.canListen = canListen
        }
    }

    /// A battery that speaks an inverter profile.
    public struct Source: Sendable {
        /// How it speaks in one dialect.
        public struct Dialect: Sendable {
            /// Its name; empty where the profile has only one.
            public var name: String
            /// What it never tells and the control cannot do without, in words.
            public var missing: [String]
            /// What it never tells and the control does without.
            public var absent: AbsentSources

            /// Makes the entry of a dialect.
            public init(name: String, missing: [String] = [], absent: AbsentSources = .singleCells) {
                self.name = name
                self.missing = missing
                self.absent = absent
            }
        }

        /// The bit rate of its CAN bus, in kbit/s; `nil` for a serial line.
        public var bitrateKbitPerSecond: Int?
        /// The dialects, the usual one first; at least one.
        public var dialects: [Dialect]

        /// Makes the entry of a source.
        public init(bitrateKbitPerSecond: Int? = nil, dialects: [Dialect]) {
            self.bitrateKbitPerSecond = bitrateKbitPerSecond
            self.dialects = dialects
        }

        /// The dialect called `name`, or the usual one.
        func dialect(_ name: String?) -> Dialect? {
            name.map { name in dialects.first { $0.name == name } } ?? dialects.first
        }
    }

    /// A profile and one of its dialects; `nil` for the usual one.
    public struct Speech: Sendable {
        /// The profile.
        public var profile: String
        /// The dialect.
        public var dialect: String?

        /// Makes a speech.
        public init(profile: String, dialect: String?) {
            self.profile = profile
            self.dialect = dialect
        }
    }

    /// One inverter profile.
    public struct Profile: Sendable {
        /// Its name in the file (`pylontech-lv-can`).
        public var id: String
        /// The kind of link it runs on.
        public var linkKind: LinkKind
        /// The bit rate of its CAN bus, in kbit/s; `nil` for a serial profile.
        public var bitrateKbitPerSecond: Int?
        /// The baud rate of its serial line; `nil` for a CAN profile.
        public var defaultBaud: Int?
        /// The port at which it is spoken over a network; `nil` for one that is not.
        public var tcpPort: Int?
        /// The dialects it knows, by name.
        public var dialects: [String]

        /// The kinds of link it runs on.
        var linkKinds: Set<LinkKind> { tcpPort == nil ? [linkKind] : [linkKind, .server] }

        /// Makes the entry of a profile.
        public init(
            id: String, linkKind: LinkKind = .can, bitrateKbitPerSecond: Int? = nil,
            defaultBaud: Int? = nil, tcpPort: Int? = nil, dialects: [String] = []
        ) {
            self.tcpPort = tcpPort
            self.id = id
            self.linkKind = linkKind
            self.bitrateKbitPerSecond = bitrateKbitPerSecond
            self.defaultBaud = defaultBaud
            self.dialects = dialects
        }
    }

    /// One driver of a shunt.
    public struct Shunt: Sendable {
        /// Its name in the file (`victron-vedirect`).
        public var id: String
        /// The baud rate of a serial link that does not state one.
        public var defaultBaud: Int

        /// Makes the entry of a driver.
        public init(id: String, defaultBaud: Int) {
            self.id = id
            self.defaultBaud = defaultBaud
        }
    }

    /// Every driver there is.
    public var drivers: [Driver]
    /// Every profile there is.
    public var profiles: [Profile]
    /// Every driver of a shunt there is.
    public var shunts: [Shunt]
    /// What an inverter needs to be told and a source never tells, in words; `nil` if nothing.
    public var obstacle: @Sendable (_ source: Speech, _ inverter: Speech) -> String?

    /// Makes a catalogue.
    public init(
        drivers: [Driver], profiles: [Profile], shunts: [Shunt] = [],
        obstacle: @escaping @Sendable (Speech, Speech) -> String? = { _, _ in nil }
    ) {
        self.obstacle = obstacle
        self.drivers = drivers
        self.profiles = profiles
        self.shunts = shunts
    }

    func driver(_ id: String) -> Driver? {
        drivers.first { $0.id == id }
    }

    func shunt(_ id: String) -> Shunt? {
        shunts.first { $0.id == id }
    }

    func profile(_ id: String) -> Profile? {
        profiles.first { $0.id == id }
    }

    /// What is absent, in the words of `without` in a settings file.
    public static func words(of absent: AbsentSources) -> [String] {
        PackSchema.sources.filter { absent.contains($0.value) }.map(\.word)
    }
}
