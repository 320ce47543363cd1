/// What is known about each kind of finding, one row each.
///
/// The rows stand in extensions, one for each subject, beside the rules that find them.
public enum FindingTable {
    /// All rows.
    public static var all: [FindingSheet] { link + limits + serialLine + serialTalk + serialPacks }
}
