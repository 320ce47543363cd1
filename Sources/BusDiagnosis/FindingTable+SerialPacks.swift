extension FindingTable {
    /// Findings about what packs on a serial line tell, and about habits of single makers.
    static let serialPacks = [
        packFrozen, packImpossible, packProtection, packLimitsZero, packSOCJump, jkMasterPolls, jkAddressZero,
        coldBus, firstPackMissing, pylontechRate,
    ]

    static let packFrozen = FindingSheet(
        "pack-frozen", .firmwareAndMode, .fault, "The values stand still although a current flows",
        effect: "Limits are made from old values.",
        causes: [
            Cause(
                "the BMS or a gateway between repeats what it knew last", .firmwareAndMode,
                test: "compare with the app of the BMS", tells: "the app shows other values",
                fix: "restart the gateway or the BMS", source: "Louisvdw issue 64; esphome-jk-bms issue 273")
        ])

    static let packImpossible = FindingSheet(
        "pack-impossible", .protocol, .fault, "Values arrive that cannot be",
        effect: "The inverter may act on a wrong voltage, temperature or state of charge.",
        causes: [
            Cause(
                "the firmware has another map than the reader", .firmwareAndMode,
                test: "compare each value with the app", tells: "some differ by a factor, or stand elsewhere",
                fix: "choose the variant that fits the firmware", source: "symptom table of Busbar"),
            Cause(
                "a sensor or a balance lead is broken", .electrical,
                test: "look at the same value in the app",
                tells: "it is impossible there as well", fix: "mend the sensor or the lead",
                source: "JK-PB manual"),
        ])

    static let packProtection = FindingSheet(
        "pack-protection", .firmwareAndMode, .fault, "The battery is in protection",
        effect: "It refuses charging, discharging or both until the cause is gone.",
        causes: [
            Cause(
                "a limit of the BMS was broken: voltage, current or temperature", .firmwareAndMode,
                test: "read the alarm in the app", tells: "it names the limit",
                fix: "remove the cause; many release by themselves", source: "alarm bits of the protocol")
        ])

    static let packLimitsZero = FindingSheet(
        "pack-limits-zero", .firmwareAndMode, .warning,
        "A limit is 0 A although the battery is neither full nor empty",
        effect: "The inverter does not charge, or does not discharge.",
        causes: [
            Cause(
                "the BMS blocks: temperature, imbalance, a rule of its firmware, a switch in the app",
                .firmwareAndMode,
                test: "read alarms and switches in the app", tells: "a switch is off or a warning stands",
                fix: "remove the cause, switch it on",
                source: "GP-PC200B firmware changelog; diyBMS issue 307"),
            Cause(
                "the gateway that makes the limits has no value for one of its rules", .settings,
                test: "read the reason in the gateway", tells: "it names the rule", fix: "mend that rule",
                source: "esphome-yambms, YamBMS_behavior.md"),
        ])

    static let packSOCJump = FindingSheet(
        "pack-soc-jump", .firmwareAndMode, .warning, "The state of charge jumps",
        effect: "The inverter may stop or start to charge from the grid.",
        causes: [
            Cause(
                "the BMS sets its counter anew at full or empty", .firmwareAndMode,
                test: "look at the cell voltages at the jump", tells: "a cell was full or empty",
                fix: "set capacity and full voltage right", source: "ArminJo, JK-BMSToPylontechCAN"),
            Cause(
                "two packs answer in turn", .settings, test: "leave one pack on the line",
                tells: "the jumps end", fix: "give each its own address", source: "symptom table of Busbar"),
        ])

    static let jkMasterPolls = FindingSheet(
        "jk-master", .settings, .note, "A JK pack asks the other JK packs here: this port has a master",
        effect: "Whoever else asks on this line collides with it.",
        causes: [
            Cause(
                "one pack has DIP 0 and is master of the port between the packs", .settings,
                test: "read the DIP switches", tells: "one pack has all off",
                fix: "listen only, or ask at the other RS485 port",
                source: "mr-manuel, JKBMS-PB.md; recorded bus of six packs")
        ])

    static let jkAddressZero = FindingSheet(
        "jk-address-0", .settings, .fault, "A JK pack is asked at address 0, which does not answer",
        effect: "The pack is not read.",
        causes: [
            Cause(
                "all DIP switches are off: such a pack is master of its port and answers nobody", .settings,
                test: "read the DIP switches", tells: "all off",
                fix: "set an address from 1 to 15 and ask that one, or listen only",
                source: "mr-manuel, JKBMS-PB.md")
        ])

    static let coldBus = FindingSheet(
        "cold-bus", .firmwareAndMode, .note, "The first question after a pause is not answered, the next is",
        effect: "A reader that gives up after one question believes the pack to be gone.",
        causes: [
            Cause(
                "this firmware falls asleep on a quiet line; JK packs do so for function 3", .firmwareAndMode,
                test: "ask once more at once", tells: "the second question is answered",
                fix: "ask twice after a pause, or more often than every three seconds",
                source: "mr-manuel, JKBMS-PB.md")
        ])

    static let firstPackMissing = FindingSheet(
        "first-pack-missing", .settings, .warning, "The first address does not answer, higher ones do",
        effect: "Inverters ask the first pack for all of them: the battery is not found.",
        causes: [
            Cause(
                "no pack has the number of the master", .settings,
                test: "read the DIP switches of the first pack",
                tells: "it has another number", fix: "number the packs from the first address on",
                source: "Pylontech manual; Growatt SPF manual, master address 1"),
            Cause(
                "the first pack is off", .firmwareAndMode, test: "look at its light", tells: "dark",
                fix: "switch it on before the others", source: "Pylontech manual"),
        ])

    static let pylontechRate = FindingSheet(
        "pylontech-rate", .settings, .fault,
        "Pylontech questions are asked at a rate at which nobody answers",
        effect: "The inverter reports a lost battery, for example 61 on Voltronic.",
        causes: [
            Cause(
                "the modules run at the other rate: 115200 baud as delivered, 9600 with DIP 1 on", .settings,
                test: "read DIP switch 1 of the first module",
                tells: "it does not fit the rate of the questions",
                fix: "inverters mostly want 9600: DIP 1 on, then switch the module off and on",
                source: "Pylontech US2000/US3000 manual; Power Forum topic 15270"),
            Cause(
                "the address is not 2", .settings, test: "ask 2 to 9", tells: "an answer",
                fix: "set the group switches to 0", source: "PYLON RS485 V3.3"),
            Cause(
                "A and B are swapped", .connector, test: "swap them", tells: "an answer",
                fix: "leave them swapped", source: "Pylontech US5000 manual p. 12"),
        ])
}
