public import BatteryModel
public import BusDiagnosis

// What a diagnosis says, in words.

extension Wording {
    /// A layer in words.
    public static func layer(_ layer: Layer) -> String {
        switch layer {
        case .electrical: "electrical"
        case .connector: "connector"
        case .protocol: "protocol"
        case .settings: "settings"
        case .firmwareAndMode: "firmware and mode"
        }
    }

    /// A severity in a word.
    public static func severity(_ severity: Severity) -> String {
        switch severity {
        case .fault: "fault"
        case .warning: "warning"
        case .note: "note"
        }
    }

    /// A role in a word.
    public static func role(_ role: Talker.Role) -> String {
        switch role {
        case .battery: "battery"
        case .inverter: "inverter"
        case .pack: "pack"
        case .master: "master"
        case .foreign: "foreign"
        case .unknown: "unknown"
        }
    }

    /// What was measured.
    public static func measured(_ value: Fact.Value) -> String {
        switch value {
        case .count(let count): "\(count)"
        case .number(let number, let unit): shown(number, unit)
        case .interval(let interval): length(interval)
        case .identifier(let container): identifier(container)
        case .address(let address): "\(address)"
        case .share(let permille): Digits.display(Int64(permille), in: .permille)
        case .rate(let rate): "\(rate) bit/s"
        case .code(let code): "0x" + Digits.hex(UInt64(code))
        case .text(let text): "'\(text.string)'"
        }
    }

    /// A number in the unit of the screen; yes or no for what is only on or off.
    public static func shown(_ number: Int32, _ unit: Unit) -> String {
        unit == .onOff ? (number == 0 ? "no" : "yes") : Digits.display(Int64(number), in: unit)
    }

    /// An identifier on CAN; bit 31 stands for 29 bits.
    public static func identifier(_ container: UInt32) -> String {
        "0x" + Digits.hex(UInt64(container & 0x1FFF_FFFF), digits: container >> 31 != 0 ? 8 : 3)
    }

    /// A length of time to three digits or so.
    private static func length(_ interval: Interval) -> String {
        let milliseconds = interval.milliseconds
        return milliseconds < 10_000
            ? "\(milliseconds) ms" : Digits.text(milliseconds / 100, places: 1) + " s"
    }

    /// What is said where there is no finding; who has heard little cannot say much.
    static func nothingFound(_ link: DiagnosisDocument.Link) -> String {
        if link.seconds < 5 || link.count < 20 {
            return "Nothing wrong was found, but too little was heard to tell: half a minute is better."
        }
        return link.talkers.contains { $0.role == "battery" || $0.role == "pack" }
            ? "Nothing wrong was found."
            : "Nobody was heard who speaks a battery protocol, so only the bus itself was judged."
    }

    /// What stands above a table of addresses.
    static let addressHeader = [
        "address", "questions", "answers", "refused", "unanswered", "half within", "99 of 100 within",
    ]

    /// A row of that table.
    static func columns(_ row: DiagnosisDocument.Address) -> [String] {
        [
            "\(row.address)", "\(row.questions)", "\(row.answers)", "\(row.refusals)", "\(row.unanswered)",
            milliseconds(row.halfWithinMilliseconds), milliseconds(row.mostWithinMilliseconds),
        ]
    }

    /// A time in whole milliseconds; nothing for one that is not known.
    static func milliseconds(_ value: Double?) -> String {
        value.map { "\(TerminalText.fixed($0, 0)) ms" } ?? ""
    }
}
