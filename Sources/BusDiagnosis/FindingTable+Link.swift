extension FindingTable {
    /// Findings about the bus itself.
    static let link = [
        noTraffic, onlyErrors, errorFrames, busOff, noAcknowledge, otherBitrate, busLoad, recordingIncomplete,
    ]

    static let noTraffic = FindingSheet(
        "no-traffic", .connector, .fault, "Nothing is heard on the bus",
        effect: "The inverter gets no battery data and reports a communication fault.",
        causes: [
            Cause(
                "the cable connects the wrong pins: CAN lies on 4/5, 7/8 or 1/2 of the plug, depending on the maker",
                .connector, test: "listen at the plug of the battery, then at the one of the inverter",
                tells: "the battery is heard at its own plug and not at the other",
                fix: "make the cable from both pin tables",
                source: "Pylontech US5000 manual, SOK SK48v100 manual 4.3"),
            Cause(
                "the cable is in the RS485 socket or in the one between packs", .connector,
                test: "read the labels; measure the idle level of both wires against ground",
                tells: "CAN at rest has about 2.5 V on both wires", fix: "move the plug",
                source: "esphome-yambms, Interface_CAN_bus.md"),
            Cause(
                "the BMS sleeps, has CAN switched off, or waits to be asked", .firmwareAndMode,
                test: "listen for 10 s with the inverter connected, then without it",
                tells: "frames come only while the inverter asks",
                fix: "wake the pack; choose a protocol that is sent unasked",
                source: "Battery-Emulator issue 2406"),
            Cause(
                "the listener runs at another bit rate than the bus and may not show it", .settings,
                test: "try 250 and 500 kbit/s", tells: "frames appear at one of them",
                fix: "set the rate of the bus",
                source: "Victron GX manual, CAN-bus profiles"),
        ])

    static let onlyErrors = FindingSheet(
        "only-errors", .settings, .fault, "Only errors are heard, not one whole frame",
        effect: "Nobody on the bus understands anybody.",
        causes: [
            Cause(
                "the bit rate is wrong", .settings, test: "listen at 250, 500 and 125 kbit/s",
                tells: "whole frames at one of them", fix: "set the same rate everywhere",
                source: "Victron GX manual, CAN-bus profiles"),
            Cause(
                "CAN-H and CAN-L are swapped", .connector, test: "swap the two wires",
                tells: "frames appear", fix: "leave them swapped and mend the cable",
                source: "Battery-Emulator wiki, CAN wiring"),
        ])

    static let errorFrames = FindingSheet(
        "error-frames", .electrical, .warning, "Frames arrive with errors between them",
        effect: "Values flicker, and the inverter may lose the battery at times.",
        causes: [
            Cause(
                "a terminator is missing, or there is one too many", .electrical,
                test: "everything off: measure the resistance between CAN-H and CAN-L",
                tells: "60 Ω is right; 120 Ω is one missing, 40 Ω one too many",
                fix: "120 Ω at both ends and nowhere else",
                source: "Battery-Emulator wiki, CAN wiring"),
            Cause(
                "there is no common ground", .electrical,
                test: "compare the errors with and without heavy load",
                tells: "they follow the current", fix: "connect signal ground; the shield at one end only",
                source: "Battery-Emulator wiki, CAN wiring"),
        ])

    static let busOff = FindingSheet(
        "bus-off", .electrical, .fault, "The CAN controller has given up after too many errors",
        effect: "Nothing is sent any more until the controller is started again.",
        causes: [
            Cause(
                "CAN-H and CAN-L touch each other or a supply", .connector,
                test: "everything off, plug pulled: measure H to L, H to ground, L to ground",
                tells: "about 60 Ω between H and L and no short to ground is right",
                fix: "mend cable or plug",
                source: "linux/can/error.h; Battery-Emulator wiki, CAN wiring"),
            Cause(
                "somebody sends at another bit rate", .settings,
                test: "take the devices off one by one", tells: "the errors end with one of them",
                fix: "set the same rate everywhere", source: "Victron GX manual, CAN-bus profiles"),
        ])

    static let noAcknowledge = FindingSheet(
        "no-acknowledge", .connector, .fault, "Nobody acknowledges the frames that are sent here",
        effect: "The sender repeats one frame for ever and is heard by nobody.",
        causes: [
            Cause(
                "the cable to the other devices is open, or they are off", .connector,
                test: "measure the resistance between H and L at this end with everything off",
                tells: "about 120 Ω: only the own terminator is there",
                fix: "connect the cable, switch the devices on",
                source: "linux/can/error.h"),
            Cause(
                "all others listen at another bit rate, or only listen", .settings,
                test: "try the other rates; look for a listen-only setting", tells: "frames are acknowledged",
                fix: "set the rate of the others", source: "linux/can/error.h"),
        ])

    static let otherBitrate = FindingSheet(
        "other-bitrate", .settings, .fault,
        "The battery speaks at another bit rate than inverters of this protocol",
        effect: "The inverter hears nothing but errors and reports a communication fault.",
        causes: [
            Cause(
                "the BMS is set to a CAN protocol at 250 kbit/s", .settings,
                test: "read the protocol list of the BMS", tells: "the choice names 250 kbit/s",
                fix: "choose the entry at the rate of the inverter",
                source: "JK protocol list; Victron GX manual, CAN-bus profiles")
        ])

    static let busLoad = FindingSheet(
        "bus-load", .settings, .warning, "The bus is more than half full",
        effect: "Frames of low priority are late or lost, and inverters react erratically.",
        causes: [
            Cause(
                "a gateway or a BMS sends far too often", .settings,
                test: "look for the identifiers with the shortest gaps",
                tells: "a few identifiers make up most of it",
                fix: "send each frame about once a second", source: "SMA FSS-ConnectingBat-TI-en-10"),
            Cause(
                "two networks that do not belong together share the wires", .connector,
                test: "list who was named", tells: "more than one network", fix: "separate them",
                source: "field reports of shared CAN wires"),
        ])

    static let recordingIncomplete = FindingSheet(
        "recording-incomplete", .settings, .note, "The adapter lost frames while it listened",
        effect: "Gaps and missing frames in this account may be those of the adapter.",
        causes: [
            Cause(
                "the computer or the adapter was too slow", .settings,
                test: "listen again with nothing else running", tells: "no more overflow",
                fix: "use another adapter or a faster machine", source: "linux/can/error.h")
        ])
}
