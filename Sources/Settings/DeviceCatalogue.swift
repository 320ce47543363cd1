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
        /// The ways it can read a pack.
        public var readModes: Set<ReadMode>
        /// Whether it can listen while another master polls.
        public var canListen: Bool

        /// Makes the entry of a driver.
        public init(
            id: String, addresses: ClosedRange<Int>, linkKinds: Set<LinkKind> = [.serial],
            defaultBaud: Int, readModes: Set<ReadMode> = [.frames], canListen: Bool = false
        ) {
            self.id = id
            self.addresses = addresses
            self.linkKinds = linkKinds
            self.defaultBaud = defaultBaud
            self.readModes = readModes
            self.canListen = canListen
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

    /// Makes a catalogue.
    public init(drivers: [Driver], profiles: [Profile], shunts: [Shunt] = []) {
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
}
