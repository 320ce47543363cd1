extension FindingTable {
    /// Findings about a serial line itself: wires, rate, levels.
    static let serialLine = [
        serialSilent, idleBreak, wiresSwapped, wrongRate, wrongParity, unreadable, damagedFrames,
        brokenFrames,
        serialEcho, damageInBursts, strayBytes,
    ]

    static let serialSilent = FindingSheet(
        "serial-silent", .connector, .fault, "Nothing is heard on the line",
        effect: "Packs and inverters on RS485 speak when they are asked: nobody asks here.",
        causes: [
            Cause(
                "the cable ends on other pins: RS485 lies on 1/2, 7/8 or 4/5 of the plug, depending on the maker",
                .connector, test: "compare the pin tables of both devices and measure each wire",
                tells: "A or B has no connection", fix: "make the cable from both pin tables",
                source: "Pylontech US5000 manual p. 12, JK-PB manual"),
            Cause(
                "nobody asks: the inverter is set to CAN, to lead-acid, or is off", .settings,
                test: "look at the battery page of the inverter", tells: "the type is not lithium over RS485",
                fix: "choose the protocol of the battery on RS485", source: "Growatt SPF manual, program 36"),
            Cause(
                "the plug is in the CAN socket or in the one between packs", .connector,
                test: "read the labels of the sockets", tells: "it says CAN or Link",
                fix: "use the RS485 socket", source: "esphome-yambms, Interface_RS485_bus.md"),
        ])

    static let idleBreak = FindingSheet(
        "idle-break", .electrical, .fault, "The line lies at the level of a start bit while nobody speaks",
        effect: "A UART hears zeros, and the beginning of each frame is lost.",
        causes: [
            Cause(
                "A and B are swapped", .connector, test: "swap the two wires",
                tells: "the zeros end", fix: "leave them swapped; makers name A and B differently",
                source: "Pylontech US5000 manual p. 12, RS485 A/B naming"),
            Cause(
                "nothing holds the line at rest: there is no bias", .electrical,
                test: "measure A against B while nobody speaks", tells: "less than 0.2 V",
                fix: "switch on the bias of one device, or add two resistors of 680 Ω",
                source: "TIA/EIA-485-A; TI SLLA070"),
            Cause(
                "a wire is short-circuited, or a device without power pulls the line down", .electrical,
                test: "unplug one device after the other", tells: "the zeros end with one of them",
                fix: "mend or power that device", source: "TI SLLA070"),
        ])

    static let wiresSwapped = FindingSheet(
        "wires-swapped", .connector, .fault, "A and B are swapped: somebody is heard upside down",
        effect: "Nobody on the line understands him.",
        causes: [
            Cause(
                "A and B are named the other way round at one of the devices", .connector,
                test: "swap the two wires at the listener", tells: "the frames are understood",
                fix: "leave them swapped", source: "Pylontech US5000 manual p. 12")
        ])

    static let wrongRate = FindingSheet(
        "wrong-rate", .settings, .fault, "The line runs at another rate than is listened at",
        effect: "Not one frame is understood.",
        causes: [
            Cause(
                "the rates of the two sides differ", .settings, test: "listen at the rate that is told below",
                tells: "frames are understood", fix: "set both sides to one rate",
                source: "Pylontech manual, DIP switch 1; JK-PB protocol list, items 013 and 014")
        ])

    static let wrongParity = FindingSheet(
        "wrong-parity", .settings, .fault,
        "The line is used with a parity bit, and the listener expects none",
        effect: "Characters are lost or wrong, so no frame is understood.",
        causes: [
            Cause(
                "one side is set to even or odd parity", .settings,
                test: "look at the settings of both sides",
                tells: "one says 8E1 or 8O1", fix: "set 8N1 on both",
                source: "Modbus over serial line V1.02, section 2.5.1")
        ])

    static let unreadable = FindingSheet(
        "unreadable", .settings, .fault, "Bytes are heard, and not one frame of any known protocol",
        effect: "Nobody who is known can make use of this line.",
        causes: [
            Cause(
                "the rate is wrong", .settings, test: "listen at 9600, 19200, 57600 and 115200 baud",
                tells: "frames appear at one of them", fix: "use that rate",
                source: "rates of all drivers and profiles here"),
            Cause(
                "A and B are swapped", .connector, test: "swap the two wires", tells: "frames appear",
                fix: "leave them swapped", source: "Pylontech US5000 manual p. 12"),
            Cause(
                "it is CAN, or another protocol", .connector, test: "read the label of the socket",
                tells: "it says CAN", fix: "use the right socket, or record it for us",
                source: "symptom table of Busbar"),
        ])

    static let damagedFrames = FindingSheet(
        "damaged-frames", .electrical, .warning, "Frames arrive damaged",
        effect: "Answers are lost; the inverter may report a communication fault at times.",
        causes: [
            Cause(
                "there is no termination, or there is one too many", .electrical,
                test: "everything off: measure the resistance between A and B",
                tells: "60 Ω is right on a long line; 120 Ω is one missing, 40 Ω one too many",
                fix: "120 Ω at both ends and nowhere else; none on a few metres at 9600 baud",
                source: "TI SLLA070; Modbus over serial line V1.02, section 3.4"),
            Cause(
                "there is no common ground", .electrical,
                test: "compare the errors with and without heavy load", tells: "they follow the current",
                fix: "connect signal ground as a third wire",
                source: "esphome-yambms, Interface_RS485_bus.md"),
            Cause(
                "two speak at once", .settings, test: "let only one ask", tells: "the damage ends",
                fix: "one master on a line", source: "Modbus over serial line V1.02, section 2.1"),
            Cause(
                "the line is long and fast, or a stub hangs on it", .connector,
                test: "try a short cable or a lower rate", tells: "the damage ends",
                fix: "one cable from device to device, twisted pair", source: "TI SLLA070"),
        ])

    static let brokenFrames = FindingSheet(
        "broken-frames", .electrical, .warning, "There are pauses in the middle of frames",
        effect: "A device that ends a frame at the first pause takes each piece for damaged.",
        causes: [
            Cause(
                "an adapter or a network bridge holds bytes back", .settings,
                test: "record at the wire with another adapter", tells: "the pauses are gone",
                fix: "set the latency timer to 1 ms, or the bridge to send at the end of a frame",
                source: "FTDI AN232B-04; Modbus over serial line V1.02, section 2.5.1.1"),
            Cause(
                "the device itself pauses", .firmwareAndMode, test: "record another device of the kind",
                tells: "it does so as well", fix: "give the asker a longer gap; ask for firmware",
                source: "Modbus over serial line V1.02, section 2.5.1.1"),
        ])

    static let serialEcho = FindingSheet(
        "echo", .electrical, .note, "What is sent comes back: the adapter hears itself",
        effect: "Software that does not expect it takes its own question for an answer.",
        causes: [
            Cause(
                "the receiver of the adapter stays on while it sends", .electrical,
                test: "unplug everything from the adapter and send",
                tells: "it still comes back", fix: "use another adapter, or software that drops the echo",
                source: "TI SLLA070, driver and receiver enable"),
            Cause(
                "the line is written down on both sides of a tap", .settings,
                test: "look at how it is recorded", tells: "each direction is recorded twice",
                fix: "record one side", source: "own tests"),
        ])

    static let damageInBursts = FindingSheet(
        "damage-in-bursts", .electrical, .warning, "Frames arrive damaged for a while, and then whole again",
        effect: "The inverter loses the battery for seconds and reports a communication fault.",
        causes: [
            Cause(
                "a plug is loose or a wire is broken inside", .connector,
                test: "move plugs and cable while listening", tells: "the damage comes with the movement",
                fix: "mend the plug or take another cable", source: "Battery-Emulator wiki, CAN wiring"),
            Cause(
                "something strong switches near the cable: inverter, charger, pump", .electrical,
                test: "note the times and compare them with what was switched", tells: "they are the same",
                fix: "another path for the cable, a twisted and shielded one, ground as third wire",
                source: "TI SLLA070"),
            Cause(
                "somebody else speaks at those times", .settings, test: "unplug one device after the other",
                tells: "with one of them it ends", fix: "one who asks on a line",
                source: "Modbus over serial line V1.02, section 2.1"),
        ])

    static let strayBytes = FindingSheet(
        "stray-bytes", .electrical, .note, "Single bytes that belong to nothing stand before the frames",
        effect: "A reader that does not look for the beginning of a frame throws the whole answer away.",
        causes: [
            Cause(
                "nothing holds the line at rest while nobody speaks: bias is missing", .electrical,
                test: "measure A against B while nobody speaks", tells: "less than 0.2 V",
                fix: "bias at one place: 450 to 650 Ω from one wire to 5 V and from the other to ground",
                source: "Modbus over serial line V1.02, section 3.4.6; TI SLLA070"),
            Cause(
                "an adapter takes the line over or lets it go at the wrong moment", .connector,
                test: "take another adapter", tells: "the bytes are gone",
                fix: "an adapter that switches by itself in hardware",
                source: "esphome-yambms, Interface_RS485_bus.md"),
        ])
}
