extension FindingTable {
    /// Findings about the bus itself.
    static let link = [noTraffic, onlyErrors, errorFrames]

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
}
