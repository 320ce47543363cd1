public import Gateway

extension Wording {
    /// What was found of the time before the start.
    public static func remembered(_ note: Remembered.Note) -> String {
        switch note {
        case .nothing: "nothing is remembered: first start here"
        case .goesOn(let ago):
            "going on where it was"
                + (ago.map { " \(time($0)) ago" } ?? "; the clock cannot tell when that was")
        case .older(let why): "the newest state is not used (\(damage(why))); the one before is"
        case .damaged(let why): "nothing is remembered: \(damage(why)); defaults are used"
        case .otherBank(let bank):
            "nothing is remembered: the state was written for another bank (\(bank) cells)"
        case .cannotSave(let why): "warning: nothing will be remembered over a restart: \(why)"
        }
    }

    /// Why a state is not used.
    public static func damage(_ damage: StateDamage) -> String {
        switch damage {
        case .unreadable(let why): why
        case .incomplete: "it is not complete"
        case .checksum: "its checksum is wrong"
        case .version: "it is of another version"
        case .line(let number): "line \(number) is not understood"
        case .otherBank(let bank): "it was written for another bank (\(bank) cells)"
        }
    }
}
