extension FindingTable {
    /// Findings about limits.
    static let limits = [
        limitsIgnored, limitUnset, cvlZero, tinyStop, cvlLow, cvlIgnored, limitContradicts, bothZero,
        protects,
        onlyFullCharge,
    ]

    static let limitsIgnored = FindingSheet(
        "limits-ignored", .protocol, .fault,
        "The inverter takes or gives more current than the battery allows",
        effect: "The BMS will switch the battery off under load.",
        causes: [
            Cause(
                "this inverter does not follow a limit of 0 A, or of this kind", .protocol,
                test: "let the battery tell 0 A and watch the current",
                tells: "it goes on", fix: "use the enable bits and CVL as well; ask the maker",
                source: "diyBMS issues 175 and 284"),
            Cause(
                "the inverter runs with limits of its own: battery type lead-acid or user", .settings,
                test: "read its battery page", tells: "the type is not lithium with communication",
                fix: "choose the protocol of the battery", source: "diyBMS issue 284"),
            Cause(
                "another charger or load is on the battery that hears nothing of the limits", .connector,
                test: "switch it off", tells: "the current falls below the limit",
                fix: "put it under the control of the inverter or the BMS", source: "diyBMS issue 284"),
        ])

    static let limitUnset = FindingSheet(
        "limit-not-sent", .settings, .fault,
        "A current limit is 0 A all the time although its direction is permitted and used",
        effect: "An inverter that follows it does nothing in that direction; one that does not has no limit.",
        causes: [
            Cause(
                "the limit is not set in the BMS or gateway", .settings,
                test: "look for charge and discharge limit there",
                tells: "one is 0 or empty", fix: "set it to what the battery may do",
                source: "diyBMS issue 217"),
            Cause(
                "the protocol of the sender has no such limit", .protocol,
                test: "compare with the page of the protocol",
                tells: "its place is left at zero", fix: "choose another protocol",
                source: "ace battery on CAN limits"),
        ])

    static let cvlZero = FindingSheet(
        "cvl-zero", .protocol, .fault, "CVL is 0 V",
        effect: "Victron takes it for over-voltage and discharges with full current; others reject it.",
        causes: [
            Cause(
                "the sender means stop", .firmwareAndMode, test: "see when it says so",
                tells: "when charging is to stop",
                fix: "say CCL 0 A and clear the permission, CVL at the battery's voltage",
                source: "diyBMS issue 175"),
            Cause(
                "CVL is not set", .settings, test: "look for the charge voltage in BMS or gateway",
                tells: "it is empty",
                fix: "set it", source: "diyBMS issue 175"),
        ])

    static let tinyStop = FindingSheet(
        "tiny-stop", .protocol, .warning, "Stop is said with 0.1 V or 0.1 A",
        effect: "Deye warns with W31 and goes on charging; Victron discharges down to CVL.",
        causes: [
            Cause(
                "the sender is made for Sofar, which ignores zeros", .settings,
                test: "see whether the inverter is a Sofar", tells: "it is not",
                fix: "switch on the option for your inverter, so that 0 A is said", source: "diyBMS issue 216"
            )
        ])

    static let cvlLow = FindingSheet(
        "cvl-low", .settings, .warning, "CVL is below the voltage of the battery",
        effect:
            "Some inverters discharge the battery into the grid until it is reached, whatever the limits say.",
        causes: [
            Cause(
                "the sender steps down to a float voltage at once", .settings,
                test: "look at CVL when the battery is full", tells: "it falls by volts in one step",
                fix: "lower it slowly, or not at all", source: "esphome-yambms issue 46"),
            Cause(
                "the sender lowers CVL to stop charging", .firmwareAndMode,
                test: "look at CCL at the same time",
                tells: "it is 0 A", fix: "keep CVL at the battery's voltage and say 0 A",
                source: "diyBMS issue 175"),
            Cause(
                "CVL is set for fewer cells", .settings, test: "divide CVL by the number of cells",
                tells: "less than 3.3 V for LFP", fix: "set it for this battery", source: "field reports"),
        ])

    static let cvlIgnored = FindingSheet(
        "cvl-ignored", .settings, .fault, "The inverter charges past CVL",
        effect: "Cells are overcharged until the BMS switches off.",
        causes: [
            Cause(
                "the inverter charges by voltages of its own", .settings, test: "read its absorption voltage",
                tells: "it is above CVL", fix: "let it follow the battery, or set its voltage below CVL",
                source: "diyBMS issue 284"),
            Cause(
                "a second charger does not know CVL", .connector, test: "switch it off",
                tells: "the voltage falls",
                fix: "set its voltage below CVL", source: "diyBMS issue 284"),
        ])

    static let limitContradicts = FindingSheet(
        "limit-contradicts", .protocol, .warning, "A current limit and its permission contradict each other",
        effect: "Some inverters look at the one, some at the other: what happens depends on the maker.",
        causes: [
            Cause(
                "the sender clears only one of them to stop", .firmwareAndMode,
                test: "see which of them changes when it stops", tells: "only one does",
                fix: "say both: 0 A and no permission", source: "Battery-Emulator, PYLON-LV-CAN.cpp"),
            Cause(
                "the limit is 0 in the settings", .settings, test: "read the limits in BMS or gateway",
                tells: "one is 0", fix: "set it", source: "diyBMS issue 217"),
        ])

    static let bothZero = FindingSheet(
        "both-limits-zero", .firmwareAndMode, .warning, "The battery allows neither charging nor discharging",
        effect: "The inverter stands still or reports that the battery is missing.",
        causes: [
            Cause(
                "the BMS blocks: temperature, protection, a switch turned off", .firmwareAndMode,
                test: "read alarms and switches in its app", tells: "the same there", fix: "clear the reason",
                source: "esphome-yambms; PACE firmware notes"),
            Cause(
                "a gateway has not finished starting, or misses a value", .firmwareAndMode,
                test: "wait a minute, read its log", tells: "limits appear, or it names what is missing",
                fix: "give it what it misses", source: "esphome-yambms issue 96"),
        ])

    static let protects = FindingSheet(
        "battery-protects", .firmwareAndMode, .fault, "The battery reports that a protection has acted",
        effect: "It has switched off charging, discharging or both.",
        causes: [
            Cause(
                "a cell, a temperature or the current is out of its limits", .firmwareAndMode,
                test: "read the alarms in the app of the BMS", tells: "it names which",
                fix: "remove the reason; the BMS comes back by itself or after a restart",
                source: "PYLON CAN-Bus-protocol low-voltage V1.2"),
            Cause(
                "the limits of inverter and BMS lie too close together", .settings,
                test: "compare CVL and the current limits with the protection settings",
                tells: "less than 0.1 V for each cell lies between them",
                fix: "set CVL lower, limits smaller",
                source: "esphome-yambms, BMS_JK-PB.md"),
        ])

    static let onlyFullCharge = FindingSheet(
        "only-full-charge", .protocol, .note,
        "The battery is low and asks for a full charge only, not to be charged now",
        effect: "Most inverters do nothing: they charge from the grid on the other two request bits.",
        causes: [
            Cause(
                "the sender sets bit 3 of 0x35C where bit 4 or 5 is needed", .firmwareAndMode,
                test: "look at 0x35C", tells: "0x08 is set, 0x10 and 0x20 are not",
                fix: "let the sender set bit 5", source: "DiyBatteryBMS README; Sol-Ark CAN Bus Protocol V1.3"
            )
        ])
}
