extension FindingTable {
    /// Findings about single frames.
    static let frames = [
        steeringFrameMissing, frameMissing, frameStopped, tooSlow, gaps, uneven, tooFast, frameTooShort,
    ]

    static let steeringFrameMissing = FindingSheet(
        "limits-missing", .protocol, .fault, "A frame with limits or SOC is not sent",
        effect: "The inverter has nothing to steer by: it stops, or takes its own settings.",
        causes: [
            Cause(
                "the BMS is set to a protocol that has other frames", .settings,
                test: "compare the identifiers with the protocol of the inverter",
                tells: "others are sent in their place",
                fix: "select the protocol of the inverter", source: "esphome-yambms, Supported_devices.md"),
            Cause(
                "the gateway withholds the frame because a value is missing", .firmwareAndMode,
                test: "look at the gateway's log and at what the BMS tells it",
                tells: "a value of the frame is unknown",
                fix: "give it the value, or the sensor", source: "diyBMS issue 194"),
        ])

    static let frameMissing = FindingSheet(
        "frame-missing", .protocol, .warning, "A frame of the protocol is not sent",
        effect:
            "The inverter misses alarms, permissions, measured values or the name; some then refuse the battery.",
        causes: [
            Cause(
                "the sender speaks only a part of the protocol", .firmwareAndMode,
                test: "see whether the inverter shows all it should",
                tells: "the values of this frame are absent",
                fix: "update the sender or choose another dialect",
                source: "esphome-yambms, Supported_devices.md"),
            Cause(
                "a newer or older set is meant", .settings, test: "look for other dialects in the BMS",
                tells: "another one has the frame", fix: "select it",
                source: "setfirelabs, Pylontech V1.2 against V1.3"),
        ])

    static let frameStopped = FindingSheet(
        "frame-stopped", .firmwareAndMode, .fault,
        "A frame came regularly and has stopped, while others go on",
        effect:
            "The inverter keeps an old value, then reports a fault (Sunny Island F952 or W952 after 60 s).",
        causes: [
            Cause(
                "the sender stops a frame when a value is missing or out of its range", .firmwareAndMode,
                test: "look at the last values in it", tells: "one was at an end of its range",
                fix: "update the sender", source: "diyBMS issue 194; SMA FSS-ConnectingBat-TI-en-10"),
            Cause(
                "the gateway has lost its pack", .connector,
                test: "see whether the gateway still hears the BMS",
                tells: "it does not", fix: "mend that line", source: "esphome-yambms PR 77"),
        ])

    static let tooSlow = FindingSheet(
        "too-slow", .settings, .warning, "The battery speaks too seldom",
        effect: "Inverters that wait 3 to 5 s lose the battery at times, and follow limits late.",
        causes: [
            Cause(
                "the period of the gateway is too long", .settings, test: "read its period",
                tells: "more than a second", fix: "send each frame once a second",
                source: "PYLON CAN-Bus-protocol low-voltage V1.2"),
            Cause(
                "the gateway asks many packs one after the other and sends between them", .firmwareAndMode,
                test: "count the packs", tells: "the period grows with them",
                fix: "let it send independently",
                source: "venus-os_dbus-serialbattery issue 260"),
        ])

    static let gaps = FindingSheet(
        "gaps", .electrical, .warning, "Frames stay away for seconds at times",
        effect: "The inverter reports communication faults now and then (Deye F58, Victron #67).",
        causes: [
            Cause(
                "the sender is busy or restarts", .firmwareAndMode,
                test: "compare the times with its log", tells: "it did something else then",
                fix: "update or relieve it", source: "Battery-Emulator issues 2112 and 2113"),
            Cause(
                "the line is bad: termination, ground, length", .electrical,
                test: "everything off: measure the resistance between CAN-H and CAN-L",
                tells: "60 Ω is right", fix: "120 Ω at both ends, common ground",
                source: "Battery-Emulator wiki, CAN wiring"),
        ])

    static let tooFast = FindingSheet(
        "too-fast", .settings, .warning, "Frames follow each other faster than the inverter wants",
        effect: "The inverter skips frames or behaves erratically.",
        causes: [
            Cause(
                "the period of the sender is too short", .settings, test: "read its period",
                tells: "less than 200 ms", fix: "send each frame once a second",
                source: "SMA FSS-ConnectingBat-TI-en-10: not faster than 200 ms"),
            Cause(
                "two senders speak at once", .settings, test: "unplug one of them", tells: "the rate halves",
                fix: "one sender only", source: "venus-os_dbus-serialbattery issue 266"),
        ])

    static let frameTooShort = FindingSheet(
        "frame-too-short", .protocol, .fault, "Frames are shorter than the inverter reads them",
        effect: "The inverter ignores them: no SOC or no limits although the bus is busy.",
        causes: [
            Cause(
                "the inverter takes frames of eight bytes only, and the battery sends as many as it needs",
                .protocol,
                test: "compare the lengths", tells: "4, 6 or 7 bytes where 8 are expected",
                fix: "switch on filling up at the BMS, or put Busbar in between",
                source: "Sol-Ark CAN Bus Protocol V1.3"),
            Cause(
                "the sender has an older version of the protocol", .firmwareAndMode, test: "read its version",
                tells: "a newer one has longer frames", fix: "update it", source: "PYLON V1.0 and V1.2"),
        ])

    static let uneven = FindingSheet(
        "uneven", .firmwareAndMode, .note, "Frames come unevenly, now early and now late",
        effect: "An inverter with a short patience warns at times, and follows limits with a delay.",
        causes: [
            Cause(
                "the gateway is busy with other things: web page, WLAN, many packs", .firmwareAndMode,
                test: "close its page and listen again", tells: "the gaps become even",
                fix: "take work off it, or a gateway that sends by itself",
                source: "Battery-Emulator issue 2112"),
            Cause(
                "the adapter that listens hands frames over in bunches", .settings,
                test: "record with another adapter", tells: "the gaps are even there",
                fix: "nothing on the bus; take times from the adapter", source: "python-can, time stamps"),
        ])
}
