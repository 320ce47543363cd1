/// What is known about each kind of finding, one row each.
///
/// The rows stand in extensions, one for each subject, beside the rules that find them.
public enum FindingTable {
    /// All rows.
    public static var all: [FindingSheet] { can + serial }

    /// The rows of what is found on a CAN bus.
    public static var can: [FindingSheet] { link + talk + expectation + frames + values + limits }

    /// The rows of what is found on a serial line.
    public static var serial: [FindingSheet] { serialLine + serialTalk + serialPacks + serialBMS }
}
