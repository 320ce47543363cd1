public import BatteryModel
public import ChargeControl
public import YAMLFile

/// Everything `busbar.yaml` says, checked, with the defaults filled in.
public struct BusbarSettings: Sendable {
    /// The most packs one gateway reads.
    public static let maximumPacks = 16
    /// The most inverters one gateway speaks to.
    public static let maximumInverters = 8
    /// Where the gateway listens for commands unless the file says otherwise.
    public static let defaultSocketPath = "/run/busbar/busbar.sock"
    /// Where the gateway remembers over a restart unless the file says otherwise.
    public static let defaultStatePath = "/var/lib/busbar/state"
    /// The folder in which the gateway records its decisions unless the file says otherwise.
    public static let defaultJournalPath = "/var/lib/busbar/journal"

    /// The physical buses, in the order of the file.
    public var links: [LinkSettings]
    /// The packs of the bank, in the order of the file.
    public var packs: [PackEntry]
    /// The inverters that hear the bank, at least one.
    public var inverters: [InverterEntry]
    /// The shunt that measures the whole bank; `nil` if there is none.
    public var shunt: ShuntEntry?
    /// How the bank is treated.
    public var control: ControlSettings
    /// How often each pack is read.
    public var pollInterval: Interval
    /// Where the gateway listens for commands.
    public var socketPath: String
    /// Where the gateway remembers over a restart; `nil` if it shall not.
    public var statePath: String?
    /// The folder in which the gateway records its decisions; `nil` if it shall not.
    public var journalPath: String?
    /// How long a cycle may take before the link to the inverter is closed.
    public var stallLimit: Interval

    /// The link called `name`; every name used in the file has one.
    public func link(named name: String) -> LinkSettings? {
        links.first { $0.name == name }
    }
}

/// One pack of the bank.
public struct PackEntry: Sendable {
    /// The operator's name for it.
    public var name: String
    /// The name of the link it is read over.
    public var linkName: String
    /// The driver that reads it, or the profile that it speaks.
    public var driver: String
    /// Its address on the link; `nil` for the one that its profile has.
    public var address: Int?
    /// The dialect of the profile that it speaks; `nil` means the profile's own choice.
    public var dialect: String?
    /// Whether another master polls it and Busbar only listens.
    public var listen: Bool
    /// How it is read.
    public var readMode: ReadMode
    /// Whether settings of its BMS may be written.
    public var settingsWritable: Bool
    /// What the control must know of it.
    public var control: PackSettings
    /// Where in the file it stands.
    public var mark: SourceMark
}

/// A shunt and how it is listened to.
public struct ShuntEntry: Sendable {
    /// The name of the link it speaks on.
    public var linkName: String
    /// The driver that understands it.
    public var driver: String
    /// Where in the file it stands.
    public var mark: SourceMark
}

/// The inverter and how it is spoken to.
public struct InverterEntry: Sendable {
    /// The name of the link it is on.
    public var linkName: String
    /// The profile that speaks to it.
    public var profile: String
    /// The dialect of the profile; `nil` means the profile's own choice.
    public var dialect: String?
    /// Whether every frame is padded to eight bytes.
    public var padsFrames: Bool
    /// How often the frames are sent; `nil` means the profile's own period.
    public var period: Interval?
    /// How the inverter's sign of life is waited for.
    public var keepAlive: KeepAliveEntry
    /// The battery's own address on a serial line; `nil` for the one that such inverters ask.
    public var address: Int?
    /// Its part of both currents, among the weights of all inverters; 0 for who only reads.
    public var weight: Int
    /// Where in the file it stands.
    public var mark: SourceMark
}

/// How an inverter's sign of life is waited for.
public enum KeepAliveEntry: Sendable, Equatable {
    /// As long as the profile says.
    case profile
    /// As long as this, then it counts as silent.
    case within(Interval)
    /// Not at all: this inverter never says anything.
    case ignored
}
