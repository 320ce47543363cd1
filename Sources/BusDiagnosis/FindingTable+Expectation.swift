extension FindingTable {
    /// Findings about what the inverter expects.
    static let expectation = [wrongProtocol, newerSet, noPermissions, nameRefused, alarmsUnread, otherBMS]

    static let wrongProtocol = FindingSheet(
        "wrong-protocol", .protocol, .fault, "The battery speaks another protocol than the inverter expects",
        effect: "The bus is busy, and the inverter shows no battery.",
        causes: [
            Cause(
                "another protocol is selected at the BMS", .settings,
                test: "read the protocol setting of the BMS", tells: "it is not the one of the inverter",
                fix: "select the protocol of the inverter, or put Busbar in between",
                source: "esphome-yambms, Supported_devices.md"),
            Cause(
                "another battery is selected at the inverter", .settings,
                test: "read its battery page", tells: "it names another maker",
                fix: "select what is heard here", source: "esphome-yambms, Supported_devices.md"),
        ])

    static let newerSet = FindingSheet(
        "newer-set", .firmwareAndMode, .fault,
        "The battery sends 0x35A where the inverter reads 0x359 and 0x35C",
        effect:
            "The inverter sees SOC and limits, but no alarms, permissions or requests to charge; some refuse it.",
        causes: [
            Cause(
                "the battery's firmware speaks V1.3 since an update", .firmwareAndMode,
                test: "read the firmware version of the battery", tells: "it is newer than what worked",
                fix: "ask for V1.2, take an inverter that reads 0x35A, or put Busbar in between",
                source: "setfirelabs, Pylontech V1.2 against V1.3"),
            Cause(
                "the BMS is set to Victron or SMA", .settings, test: "read its protocol setting",
                tells: "it names one of them", fix: "select Pylontech", source: "captures of JK and Seplos"),
        ])

    static let noPermissions = FindingSheet(
        "no-permissions", .protocol, .note, "What is heard has no permissions and no request to charge",
        effect: "The battery can stop the inverter by its limits only, and cannot ask to be charged.",
        causes: [
            Cause(
                "this is the newer set of the protocol, without 0x35C", .firmwareAndMode,
                test: "see whether the inverter stops at a limit of 0 A", tells: "it does",
                fix: "nothing then; otherwise choose the older set",
                source: "setfirelabs, Pylontech V1.2 against V1.3")
        ])

    static let nameRefused = FindingSheet(
        "name-refused", .settings, .fault, "The battery has a name that the inverter does not take",
        effect: "The inverter refuses the battery (Solis: BatName-FAIL), or hides some values.",
        causes: [
            Cause(
                "another battery model is chosen at the inverter", .settings,
                test: "read the battery model in its menu", tells: "it belongs to another name",
                fix: "choose the model for this name", source: "Solis manual; Battery-Emulator wiki, Solis"),
            Cause(
                "the BMS or gateway sends a name of its own", .settings, test: "look for its name setting",
                tells: "it can be changed", fix: "set the name that the inverter wants, often PYLON",
                source: "esphome-yambms, Supported_devices.md"),
        ])

    static let alarmsUnread = FindingSheet(
        "alarms-unread", .protocol, .warning, "An alarm stands in a frame that the inverter does not read",
        effect: "The inverter shows no alarm and does not react to it.",
        causes: [
            Cause(
                "the inverter reads 0x359 and the battery says it in 0x35A, or the other way round",
                .protocol,
                test: "compare the alarm page of the inverter with the battery", tells: "it stays empty",
                fix: "select the protocol that the inverter reads, or put Busbar in between",
                source: "setfirelabs, Pylontech V1.2 against V1.3; diyBMS issue 266"),
            Cause(
                "the protocol of the inverter has no bit for this alarm", .protocol,
                test: "read at the battery which alarm it is",
                tells: "one like cells too far apart, or a sensor",
                fix: "watch the battery by itself; nothing can be changed at the inverter",
                source: "PYLON V1.2, 0x359 against Victron 0x35A"),
        ])

    /// What ``wrongProtocol`` most likely comes from where the BMS is known.
    static let namedBMSLacksIt = Cause(
        "the named BMS does not have the protocol of this inverter", .protocol,
        test: "look for it in the protocol list of the BMS", tells: "it is not there",
        fix: "choose one that both have, or put Busbar in between", source: "protocol lists of the makers")

    static let otherBMS = FindingSheet(
        "other-bms", .settings, .fault, "What is heard is not what the named BMS speaks",
        effect: "Whoever reads this port in the BMS's own protocol gets nothing.",
        causes: [
            Cause(
                "another protocol is selected for this port", .settings,
                test: "read the protocol of this port in the app of the BMS",
                tells: "it is the one that is heard", fix: "select its own protocol, or read what is heard",
                source: "JK-PB and PACE protocol lists"),
            Cause(
                "it is another BMS than was named, or a gateway speaks for it", .settings,
                test: "read the label on the board; look for a box in the cable", tells: "another model",
                fix: "name the model that is there", source: "esphome-yambms, Supported_devices.md"),
            Cause(
                "the plug is in another port of it", .connector, test: "read the labels of the sockets",
                tells: "it says RS485-2, Link or display", fix: "use the port for reading",
                source: "JK-PB manual"),
        ])
}
