extension FindingTable {
    /// Findings about what the numbers say.
    static let values = [
        byteOrder, voltageScale, halfVoltage, currentSign, temperatureUnit, socScale, frozen, socJump,
        socZero,
        impossibleValue,
    ]

    static let byteOrder = FindingSheet(
        "byte-order", .protocol, .fault, "The bytes of the numbers are the wrong way round",
        effect: "The inverter reads nonsense and refuses it, or follows it.",
        causes: [
            Cause(
                "the sender has the byte order of another protocol", .firmwareAndMode,
                test: "swap two bytes of SOC by hand", tells: "a sensible number comes out",
                fix: "mend the sender; report it to its author",
                source: "SMA and Growatt texts against bms-to-inverter")
        ])

    static let voltageScale = FindingSheet(
        "voltage-scale", .protocol, .fault, "The voltage is wrong by a factor of ten",
        effect: "The inverter shows 5 V or 500 V, and refuses the battery.",
        causes: [
            Cause(
                "one side has 0.1 V and the other 0.01 V in 0x356", .protocol,
                test: "measure the voltage of the battery",
                tells: "what is heard is ten times or a tenth of it",
                fix: "choose the dialect with the other scale",
                source: "Sol-Ark V1.3 against PYLON V1.2; bms-to-inverter issue 107")
        ])

    static let halfVoltage = FindingSheet(
        "half-voltage", .firmwareAndMode, .warning, "The voltage is half of what CVL is made for",
        effect: "The inverter takes the battery for empty or for one of 24 V.",
        causes: [
            Cause(
                "the BMS tells the voltage of half the pack", .firmwareAndMode,
                test: "measure the voltage of the battery", tells: "it is twice what is heard",
                fix: "update the BMS", source: "one bridge author's observation"),
            Cause(
                "CVL is set for 48 V and the battery has 24 V", .settings,
                test: "read the number of cells in the BMS",
                tells: "7 or 8 cells", fix: "set CVL for that number", source: "field report"),
        ])

    static let currentSign = FindingSheet(
        "current-sign", .settings, .fault, "The current has the wrong sign",
        effect: "The inverter shows charging while it discharges, and its energy figures are wrong.",
        causes: [
            Cause(
                "the sender counts discharging as positive", .settings,
                test: "switch a large load on", tells: "the current rises while the voltage falls",
                fix: "turn the sign round at the sender",
                source: "Deye DY V3.3; Sol-Ark: differs between makers"),
            Cause(
                "a shunt or sensor is built in the wrong way round", .connector,
                test: "compare with a clamp meter", tells: "the BMS itself shows the wrong sign",
                fix: "turn the sensor or its setting", source: "field reports"),
        ])

    static let temperatureUnit = FindingSheet(
        "temperature-unit", .protocol, .warning,
        "Temperatures are in kelvin where degrees are read, or the other way round",
        effect: "The inverter shows 298 °C or -248 °C, and may stop charging.",
        causes: [
            Cause(
                "the sender has the unit of another protocol", .firmwareAndMode,
                test: "compare with the app of the BMS", tells: "the difference is 273",
                fix: "choose the right dialect or mend the sender",
                source: "captures of Victron 0x373 and MG guide")
        ])

    static let socScale = FindingSheet(
        "soc-scale", .protocol, .fault, "SOC stands in fractions of a percent where whole percents are read",
        effect: "The inverter shows thousands of percent, 100 %, or nothing.",
        causes: [
            Cause(
                "the sender has put the fine SOC into the place of the coarse one", .firmwareAndMode,
                test: "divide what is heard by 100 or by 10", tells: "the SOC of the BMS comes out",
                fix: "mend the sender", source: "SMA FSS-ConnectingBat-TI-en-10: two words for SOC in 0x355")
        ])

    static let frozen = FindingSheet(
        "frozen-values", .firmwareAndMode, .fault,
        "The measured values have not moved for a minute although current flows",
        effect: "The inverter steers by old values, and the battery is no longer watched.",
        causes: [
            Cause(
                "a gateway has lost its BMS and goes on sending what it knew", .connector,
                test: "pull the cable between gateway and BMS", tells: "nothing changes on CAN",
                fix: "mend the cable; use a gateway that falls silent then",
                source: "esphome-jk-bms issue 273, esphome-yambms PR 77"),
            Cause(
                "the BMS hangs", .firmwareAndMode, test: "look at its app",
                tells: "it shows the same numbers",
                fix: "restart the BMS", source: "dbus-serialbattery issue 64"),
        ])

    static let socJump = FindingSheet(
        "soc-jump", .firmwareAndMode, .warning, "SOC jumps",
        effect: "The inverter starts or stops charging, discharging or the generator for no reason.",
        causes: [
            Cause(
                "the BMS has set its SOC to full or empty", .firmwareAndMode,
                test: "look at the voltage at the jump", tells: "it was at an end of its range",
                fix: "charge fully more often; set the capacity right", source: "esphome-yambms, BMS_JK-PB.md"
            ),
            Cause(
                "a gateway puts several packs together, and one came or went", .firmwareAndMode,
                test: "look at capacity and number of packs at the jump", tells: "they changed as well",
                fix: "mend the line to that pack", source: "dbus-aggregate-batteries issue 120"),
        ])

    static let socZero = FindingSheet(
        "soc-zero", .firmwareAndMode, .warning,
        "SOC is 0 % although the voltage is that of a charged battery",
        effect: "The inverter stops discharging or charges from the grid.",
        causes: [
            Cause(
                "the gateway has no SOC yet, or no pack", .firmwareAndMode,
                test: "wait a minute, read its log",
                tells: "SOC appears, or it misses the pack", fix: "mend the line to the BMS",
                source: "esphome-yambms issue 96"),
            Cause(
                "the BMS has no current sensor or has lost its count", .firmwareAndMode,
                test: "read SOC in its app",
                tells: "0 % there too", fix: "charge fully, set the capacity, fit the sensor",
                source: "esphome-yambms, BMS_JK-PB.md"),
        ])

    static let impossibleValue = FindingSheet(
        "impossible-value", .protocol, .warning, "A number is outside what it can mean",
        effect: "The inverter ignores the frame, or takes the number as it is.",
        causes: [
            Cause(
                "scale, place or sign of this number differ from the protocol", .firmwareAndMode,
                test: "compare with the app of the BMS", tells: "a factor or an offset lies between them",
                fix: "choose another dialect or mend the sender", source: "see the page of the protocol"),
            Cause(
                "the sender says \"not known\" in a way of its own", .firmwareAndMode,
                test: "look at the bits", tells: "all ones, or the highest number",
                fix: "mend the sender", source: "SMA FSS-ConnectingBat-TI-en-10"),
        ])
}
