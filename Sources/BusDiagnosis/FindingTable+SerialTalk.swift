extension FindingTable {
    /// Findings about who asks and answers on a serial line.
    static let serialTalk = [
        noAnswer, addressSilent, secondMaster, twoProtocols, wrongAddressAnswers, questionsRefused,
        lateAnswers,
        duplicateAddress, answersTwice, onlyAnswers, strangeQuestions, serialOtherProtocol, limitsNeverAsked,
    ]

    static let noAnswer = FindingSheet(
        "no-answer", .settings, .fault, "Questions are asked, and nobody answers",
        effect: "The inverter or the reader has no battery data.",
        causes: [
            Cause(
                "the battery has another address", .settings,
                test: "read its DIP switches; scan all addresses",
                tells: "it answers at another one", fix: "set the address that is asked",
                source: "bms-to-inverter issue 147"),
            Cause(
                "the battery listens at another rate, or speaks another protocol on this port", .settings,
                test: "read rate and protocol in its app", tells: "they are not those of the questions",
                fix: "choose the same on both sides", source: "mr-manuel, JKBMS-PB.md; esphome-yambms"),
            Cause(
                "A and B are swapped at the battery, or a wire is broken", .connector,
                test: "swap the two wires at the battery", tells: "it answers",
                fix: "leave them swapped; mend the cable", source: "Pylontech US5000 manual p. 12"),
            Cause(
                "the pack sleeps or is off", .firmwareAndMode, test: "press its button, or charge it",
                tells: "it answers then", fix: "keep it awake: longer sleep delay",
                source: "Louisvdw dbus-serialbattery issues"),
        ])

    static let addressSilent = FindingSheet(
        "address-silent", .settings, .warning, "One address is asked and never answers, others do",
        effect: "That pack is missing in the sum.",
        causes: [
            Cause(
                "the pack has another address", .settings, test: "read its DIP switches",
                tells: "they show another number", fix: "set them, and switch the pack off and on",
                source: "symptom table of Busbar"),
            Cause(
                "the pack is off, or its cable is not plugged in", .connector,
                test: "look at its light and its plug", tells: "dark, or loose",
                fix: "switch it on, plug it in",
                source: "symptom table of Busbar"),
            Cause(
                "more packs are set in the asker than there are", .settings, test: "read its list of packs",
                tells: "the number is too high", fix: "set the right number",
                source: "symptom table of Busbar"),
        ])

    static let secondMaster = FindingSheet(
        "second-master", .settings, .fault, "Two ask on one line",
        effect: "They spoil each other's answers; each takes answers for the other as its own.",
        causes: [
            Cause(
                "an inverter, a monitor or a pack is master here already", .settings,
                test: "unplug one asker after the other", tells: "one half of the questions ends",
                fix: "one master on a line: listen only, or use the other port",
                source: "Modbus over serial line V1.02, section 2.1; mr-manuel, JKBMS-PB.md")
        ])

    static let twoProtocols = FindingSheet(
        "two-protocols", .settings, .fault, "Two protocols are spoken on one line",
        effect: "The packs take frames of the other for noise; answers collide.",
        causes: [
            Cause(
                "the line between the packs and the one to the inverter are connected", .connector,
                test: "unplug the cable between the packs", tells: "one protocol is gone",
                fix: "keep the two lines apart", source: "esphome-yambms, Interface_RS485_bus.md"),
            Cause(
                "an asker tries protocols one after the other", .firmwareAndMode,
                test: "look whether its battery type is automatic", tells: "it is",
                fix: "set the protocol by hand", source: "own tests"),
        ])

    static let wrongAddressAnswers = FindingSheet(
        "wrong-address", .settings, .fault, "Another address answers than was asked",
        effect: "Values land at the wrong pack, or are thrown away.",
        causes: [
            Cause(
                "a pack answers to any address and says its own", .firmwareAndMode,
                test: "leave only that pack on the line", tells: "it answers whoever is asked",
                fix: "newer firmware, or one pack on the line",
                source: "phinix-org, JK packs on one line"),
            Cause(
                "answers come so late that the next question has been asked", .settings,
                test: "ask with twice the pause", tells: "the addresses fit", fix: "leave the longer pause",
                source: "mr-manuel, JKBMS-PB.md"),
        ])

    static let questionsRefused = FindingSheet(
        "questions-refused", .protocol, .fault, "Questions are refused",
        effect: "What was asked for is missing at the inverter.",
        causes: [
            Cause(
                "the battery speaks this framing but another map: the protocol is not the one of the inverter",
                .settings, test: "read the protocol that the BMS is set to",
                tells: "it is another", fix: "choose the inverter's protocol in the BMS",
                source: "Modbus application protocol V1.1b3, section 7; PYLON RS485 V3.3, section 3.4"),
            Cause(
                "the firmware does not know these registers yet", .firmwareAndMode,
                test: "compare with a pack of newer firmware", tells: "it answers", fix: "update the BMS",
                source: "symptom table of Busbar"),
        ])

    static let lateAnswers = FindingSheet(
        "late-answers", .settings, .warning, "Answers come later than the asker waits",
        effect: "They are thrown away, or taken for answers to the next question.",
        causes: [
            Cause(
                "something between holds them back: a network bridge, a radio link, a slow gateway",
                .settings,
                test: "connect directly", tells: "they are in time",
                fix: "a direct line, or a longer time-out",
                source: "times of the profile"),
            Cause(
                "the pack is slow: it fetches the values of the others first", .firmwareAndMode,
                test: "ask the pack alone", tells: "it is fast", fix: "ask less often",
                source: "times of the profile"),
        ])

    static let duplicateAddress = FindingSheet(
        "duplicate-address", .settings, .fault, "Two packs have one address",
        effect: "Their answers collide, and values jump between two packs.",
        causes: [
            Cause(
                "the DIP switches of two packs are alike", .settings, test: "read the switches of all packs",
                tells: "two show the same number", fix: "give each a number of its own and switch off and on",
                source: "JK-PB manual; Pylontech manual"),
            Cause(
                "one pack did not take its new address: it is read at switching on", .firmwareAndMode,
                test: "switch it off and on", tells: "the second answer is gone", fix: "leave it so",
                source: "Pylontech manual"),
        ])

    static let answersTwice = FindingSheet(
        "answers-twice", .electrical, .warning, "Each answer comes twice, the same both times",
        effect: "The second is taken for the answer to the next question.",
        causes: [
            Cause(
                "a repeater or an adapter sends it again", .electrical, test: "connect directly",
                tells: "it comes once", fix: "remove the repeater", source: "own tests"),
            Cause(
                "the line is recorded at two places", .settings, test: "look at how it is recorded",
                tells: "two adapters write into one file", fix: "record one place", source: "own tests"),
        ])

    static let onlyAnswers = FindingSheet(
        "only-answers", .connector, .note, "Answers are heard, and none of the questions",
        effect: "Which question an answer belongs to can only be guessed.",
        causes: [
            Cause(
                "the line has four wires, and only one pair is heard", .connector,
                test: "count the wires", tells: "there are two pairs", fix: "listen to both",
                source: "Modbus over serial line V1.02, section 3.3"),
            Cause(
                "the recorder writes down only what it receives", .settings,
                test: "look at how it was recorded", tells: "the recorder asks itself",
                fix: "record what is sent as well", source: "own tests"),
        ])

    static let strangeQuestions = FindingSheet(
        "strange-questions", .protocol, .warning, "The inverter asks for what this protocol does not have",
        effect: "It expects another map, and part of what it wants is never told.",
        causes: [
            Cause(
                "the inverter is set to another battery, or its firmware has a newer map", .settings,
                test: "compare the battery type of the inverter with the protocol of the BMS",
                tells: "they differ", fix: "choose the same on both", source: "symptom table of Busbar")
        ])

    static let serialOtherProtocol = FindingSheet(
        "other-protocol", .protocol, .fault, "Another protocol is spoken than the inverter expects",
        effect: "The inverter shows no battery although the line is busy.",
        causes: [
            Cause(
                "the BMS is set to another protocol on this port", .settings,
                test: "read the RS485 protocol in the app of the BMS", tells: "it is not the inverter's",
                fix: "choose the one that the inverter expects", source: "esphome-yambms, BMS_JK-PB.md"),
            Cause(
                "the plug is in the port between the packs", .connector, test: "read the labels",
                tells: "it says RS485-2 or Link", fix: "use the port for the inverter",
                source: "JK-PB manual"),
        ])

    static let limitsNeverAsked = FindingSheet(
        "limits-never-asked", .firmwareAndMode, .warning,
        "The inverter reads the battery and never asks for its limits",
        effect: "It runs on limits of its own (open loop), and the BMS may switch off under load.",
        causes: [
            Cause(
                "the inverter only shows the battery: its charging follows its own settings", .settings,
                test: "look for 'BMS control' or 'lithium with communication'", tells: "it is off",
                fix: "switch it on", source: "diyBMS issue 284"),
            Cause(
                "another program asks, not an inverter", .settings, test: "see who is connected",
                tells: "a monitor", fix: "nothing", source: "own tests"),
        ])
}
