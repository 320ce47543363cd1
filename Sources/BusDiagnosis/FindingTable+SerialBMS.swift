import BMSDrivers

extension FindingTable {
    /// Findings about the BMS that is said to be there, and about its firmware.
    static let serialBMS = [bmsRate, knownFirmware]

    static let bmsRate = FindingSheet(
        "bms-rate", .settings, .fault, "The named BMS does not speak at this rate",
        effect: "Its answers arrive as nonsense, or it takes no notice of the questions.",
        causes: [
            Cause(
                "the listener or the inverter is set to a rate of another maker", .settings,
                test: "listen at the rates that are told below", tells: "frames appear at one of them",
                fix: "set the rate of the BMS", source: "the driver's page"),
            Cause(
                "it is another BMS than was named", .settings, test: "read the label on the board",
                tells: "another model", fix: "name the model that is there", source: "the driver's page"),
        ])

    /// A trap in firmware of JK, and whether a version has it.
    struct FirmwareTrap: Sendable {
        let isMet: @Sendable (JKFirmware) -> Bool
        let cause: Cause
    }

    /// The traps, those that disturb most first.
    static let firmwareTraps = [
        FirmwareTrap(
            isMet: { $0.othersMayAnswer },
            cause: Cause(
                "a question to one pack is at times answered by another", .firmwareAndMode,
                test: "compare the address in the answer with the one that was asked", tells: "they differ",
                fix: "update, or read with function 3 and throw such answers away",
                source: "bms-to-inverter issue 179")),
        FirmwareTrap(
            isMet: { $0.firstAnswerMayBeStale },
            cause: Cause(
                "the first question after a pause is not answered, or with old values", .firmwareAndMode,
                test: "ask twice within 200 ms and compare", tells: "the second answer is a new one",
                fix: "ask twice after a pause and take the second answer",
                source: "mr-manuel dbus-serialbattery issue 419")),
        FirmwareTrap(
            isMet: { $0.generation == 19 },
            cause: Cause(
                "the protocol of RS485-2 may not follow the DIP switches, so that nobody answers there",
                .firmwareAndMode, test: "read the UART2 protocol in the app with an address set",
                tells: "015 instead of 001", fix: "erase the history in the app, then switch off and on",
                source: "esphome-yambms, BMS_JK-PB.md")),
    ]

    static let knownFirmware = FindingSheet(
        "known-firmware", .firmwareAndMode, .note, "Others have had trouble with this firmware of the pack",
        effect: "It works with a reader that knows of it, and fails at times with others.",
        causes: firmwareTraps.map { $0.cause })
}
