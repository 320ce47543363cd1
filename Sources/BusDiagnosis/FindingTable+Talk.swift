extension FindingTable {
    /// Findings about who speaks with whom.
    static let talk = [
        nobodyAnswers, waitsForInverter, packProtocol, keepAliveMissing, inverterSilent, keepAliveGone,
        extendedKeepAlive,
        batterySilent, twoBatteries,
    ]

    static let nobodyAnswers = FindingSheet(
        "nobody-answers", .firmwareAndMode, .fault, "An inverter is there, and no battery answers it",
        effect: "The inverter reports that it has no battery.",
        causes: [
            Cause(
                "the battery sleeps or is switched off", .firmwareAndMode,
                test: "look at the LEDs of the pack, press its button", tells: "frames appear",
                fix: "wake the pack; see why it went to sleep", source: "Battery-Emulator issue 2406"),
            Cause(
                "the battery has another protocol or bit rate selected", .settings,
                test: "read the protocol setting of the BMS", tells: "it is not the one of the inverter",
                fix: "select the same on both sides", source: "esphome-yambms, Supported_devices.md"),
            Cause(
                "the cable to the battery is open, or in the wrong socket", .connector,
                test: "listen at the plug of the battery", tells: "frames are heard there",
                fix: "mend the cable or move the plug", source: "Pylontech US5000 manual"),
        ])

    static let waitsForInverter = FindingSheet(
        "waits-for-inverter", .firmwareAndMode, .note,
        "The battery may be one that speaks only when an inverter asks",
        effect: "Without the inverter nothing is heard of it, although all is well.",
        causes: [
            Cause(
                "the protocol is one of question and answer, and nobody asks", .firmwareAndMode,
                test: "listen with the inverter connected and switched on", tells: "the battery is heard",
                fix: "nothing; listen with the inverter",
                source: "Growatt text V1.04; SolaX and FoxESS captures")
        ])

    static let packProtocol = FindingSheet(
        "pack-protocol", .protocol, .fault,
        "The battery speaks its maker's own protocol, which no inverter understands",
        effect: "The bus is busy, and the inverter shows no battery.",
        causes: [
            Cause(
                "the CAN protocol of the BMS is still as delivered", .settings,
                test: "read the CAN protocol in the app of the BMS",
                tells: "the entry with the maker's own name is chosen",
                fix: "choose the protocol of the inverter, or put Busbar in between",
                source: "JK protocol list, entries 000 and 006")
        ])

    static let keepAliveMissing = FindingSheet(
        "keep-alive-missing", .settings, .warning, "The inverter never shows that it is there",
        effect: "The battery may switch its output off, and the inverter probably does not read it.",
        causes: [
            Cause(
                "the inverter runs without communication: battery type lead-acid or user", .settings,
                test: "read its battery page", tells: "no lithium battery with CAN is chosen",
                fix: "choose the protocol of the battery", source: "diyBMS issue 284"),
            Cause(
                "its wire to this bus is open", .connector,
                test: "pull its plug: do 60 Ω become 120 Ω between H and L, everything off?",
                tells: "nothing changes", fix: "mend the cable", source: "Battery-Emulator wiki, CAN wiring"),
        ])

    static let inverterSilent = FindingSheet(
        "inverter-silent", .settings, .note, "Nothing is heard of the inverter",
        effect: "It may run on voltages of its own, without reading the battery.",
        causes: [
            Cause(
                "inverters of this kind never send", .firmwareAndMode,
                test: "compare SOC at the inverter with that of the battery", tells: "they agree",
                fix: "nothing; switch off a watchdog of the BMS that waits for 0x305",
                source: "esphome-yambms issue 268"),
            Cause(
                "the inverter runs without communication", .settings,
                test: "read its battery page", tells: "it shows no SOC, or another one",
                fix: "choose the protocol of the battery", source: "diyBMS issue 284"),
        ])

    static let keepAliveGone = FindingSheet(
        "keep-alive-gone", .connector, .warning, "The inverter was there and has fallen silent",
        effect: "Some batteries stop sending or switch off when they do not hear it.",
        causes: [
            Cause(
                "the inverter was switched off or has restarted", .firmwareAndMode,
                test: "look at its log", tells: "a start at that time", fix: "nothing, if it comes back",
                source: "esphome-jk-bms-can issue 48"),
            Cause(
                "a plug is loose", .connector, test: "move plugs and cable while listening",
                tells: "it comes and goes", fix: "mend the plug", source: "Battery-Emulator wiki, CAN wiring"),
        ])

    static let extendedKeepAlive = FindingSheet(
        "extended-keep-alive", .protocol, .note, "The inverter's sign of life has 29 bits instead of 11",
        effect: "A battery or gateway that waits for 0x305 with 11 bits takes the inverter for absent.",
        causes: [
            Cause(
                "Schneider XW answers so", .firmwareAndMode,
                test: "see whether the battery stops after some seconds",
                tells: "it does, although the inverter answers", fix: "let the gateway accept both widths",
                source: "esphome-yambms, PYLON V2")
        ])

    static let batterySilent = FindingSheet(
        "battery-silent", .connector, .fault, "The battery has fallen silent",
        effect:
            "The inverter stops, or goes on with its own voltages, after a time that depends on its maker.",
        causes: [
            Cause(
                "the BMS has switched itself off or gone to sleep", .firmwareAndMode,
                test: "look at the last values: SOC, voltage, alarms",
                tells: "they were at an end of their range",
                fix: "charge or wake the pack; raise the SOC at which the inverter stops",
                source: "Battery-Emulator issue 2406"),
            Cause(
                "the cable was pulled or a gateway has stopped", .connector,
                test: "check plugs and the supply of the gateway", tells: "it is back at once",
                fix: "mend the plug; let the gateway restart by itself", source: "esphome-yambms issue 23"),
            Cause(
                "the BMS stops when it does not hear 0x305", .settings,
                test: "compare with the last sign of life of the inverter",
                tells: "it ended some seconds before",
                fix: "switch that watchdog off or mend the way back", source: "esphome-yambms issue 268"),
        ])

    static let twoBatteries = FindingSheet(
        "two-batteries", .settings, .fault, "Two batteries send the same frames on one bus",
        effect:
            "SOC and limits jump between two values, and the inverter follows now the one, now the other.",
        causes: [
            Cause(
                "packs in parallel each talk to the inverter", .settings,
                test: "unplug the CAN cable of one pack", tells: "the values stand still",
                fix: "connect the packs among each other; only the master goes to the inverter",
                source: "Sol-Ark CAN Bus Protocol V1.3; venus-os_dbus-serialbattery issue 266"),
            Cause(
                "the DIP switches make two masters", .settings, test: "read the addresses of all packs",
                tells: "two have that of the master", fix: "one master, the others numbered",
                source: "Seplos and PACE manuals"),
        ])
}
