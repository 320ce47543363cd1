import BatteryModel
import BusCodec

/// A SunSpec battery: models 1, 802, 803 and 713 from register 40000, for energy managers that poll.
///
/// The bank is said as one string whose modules are its packs. Scale factors and the places of the models are always
/// the same, so a reader may keep them. What is not known has SunSpec's code for "not implemented"; a state of charge,
/// voltage, current or limit that is not known refuses the answer.
///
/// Sources: SunSpec Alliance, models (json/model_1.json, model_713.json, model_802.json, model_803.json); evcc
/// (templates/definition/meter/sunspec-battery-control.yaml); OpenEMS (DefaultSunSpecModel).
public enum SunSpecBattery {
    /// The profile.
    public static let profile = InverterProfile(
        sheet: sheet, serial: talk, frameCount: frames.count, frame: { frames[$0] }, visitRows: visitRows,
        prepare: prepare, mend: InverterProfile.noMending)

    private static let sheet = ProfileSheet(
        id: "sunspec-battery", name: "SunSpec battery (Modbus)",
        inverters: "energy managers: evcc, OpenEMS and what else reads SunSpec models 802, 803 or 713",
        link: .serial(baud: 9_600), dialects: ["802, 803 and 713", "", "", ""], period: .seconds(5),
        keepAlive: KeepAlive(identifier: UInt32(Model.base), period: .seconds(10), timeout: .seconds(60)),
        stop: """
            AChaMax and ADisChaMax 0, with State "standby", or "fault" where a fault of the system is the reason. \
            SunSpec obliges no reader to obey: this protocol informs, it does not stop.
            """,
        silence: "up to the reader; Hb stands still when the control does",
        isExperimental: true,
        evidence: """
            Places, types and events: the published models, high. The sign of A and W, positive while discharging: \
            evcc and Kostal, medium. No model has an energy or a power of the bank that the control knows: WHRtg is \
            the capacity at the voltage of now, WChaRteMax and WDisChaRteMax the limits of now. Only servers with the \
            same places of the models are read; others must be discovered.
            """)

    private static let talk = SerialTalk(
        framing: .modbus, tcpPort: 502, bauds: [9_600, 19_200, 115_200, 0], address: 1,
        question: { index, _ in questions.indices.contains(index) ? questions[index] : nil },
        spacing: .seconds(1), answerWithin: .seconds(1), answersAs: answersAs, take: take,
        complete: complete, dissect: dissect, mend: mendPayload)

    /// An answer carries 125 registers at most, so the models are asked for one by one.
    private static let questions: [4 of SerialQuestion] = [
        SerialQuestion(code: UInt16(Model.marker), count: 70),
        SerialQuestion(code: UInt16(Model.base), count: 64),
        SerialQuestion(code: UInt16(Model.bank), count: 60),
        SerialQuestion(code: UInt16(Model.storage), count: 9),
    ]

    /// Where the models begin.
    enum Model {
        static let marker = 40_000
        static let common = 40_002
        static let base = 40_070
        static let bank = 40_134
        static let storage = 40_194
        static let end = 40_203
        /// The first register behind the map.
        static let behind = 40_205
        /// Where the only string of 803 begins, counted from the model.
        static let string = 28
    }

    private static let text: StaticString = "SunSpec Alliance, models"

    private static let frames: [_ of FrameRow] = [
        FrameRow(UInt32(Model.marker), "marker", lengths: 4, isRequired: false, source: text),
        FrameRow(UInt32(Model.common), "common", lengths: 136, isRequired: false, source: text),
        FrameRow(UInt32(Model.base), "battery_base", lengths: 128, source: text),
        FrameRow(UInt32(Model.bank), "lithium_ion_bank", lengths: 120, source: text),
        FrameRow(UInt32(Model.storage), "storage_capacity", lengths: 18, source: text),
        FrameRow(UInt32(Model.end), "end", lengths: 4, isRequired: false, source: text),
    ]

    private static func visitRows(_ container: UInt32?, _ visit: (BankRow) -> Void) {
        for index in headRows.indices where container == nil || headRows[index].container == container {
            visit(headRows[index])
        }
        for index in baseRows.indices where container == nil || baseRows[index].container == container {
            visit(baseRows[index])
        }
        for index in bankRows.indices where container == nil || bankRows[index].container == container {
            visit(bankRows[index])
        }
        // Evt1 of the bank, and of its only string.
        if container == nil || container == UInt32(Model.base) {
            visitEvents(in: UInt32(Model.base), byte: 52, visit)
        }
        if container == nil || container == UInt32(Model.bank) {
            visitEvents(in: UInt32(Model.bank), byte: UInt16(Model.string + 20) * 2, visit)
        }
    }

    /// Marker, model 1, model 713 and the end.
    private static let headRows: [_ of BankRow] = [
        .word("marker", Model.marker, 0, 0x5375),
        .word("marker_end", Model.marker, 1, 0x6E53),
        .word("id", Model.common, 0, 1),
        .word("length", Model.common, 1, 66),
        .maker("manufacturer", in: UInt32(Model.common), byte: 4, characters: 32, padding: 0),
        // "Battery bank".
        .constant("model", in: UInt32(Model.common), byte: 36, bits: 64, 0x4261_7474_6572_7920),
        .constant("model_end", in: UInt32(Model.common), byte: 44, bits: 32, 0x6261_6E6B),
        .shownText("options", in: UInt32(Model.common), byte: 68, characters: 16),
        .shownText("version", in: UInt32(Model.common), byte: 84, characters: 16),
        .shownText("serial_number", in: UInt32(Model.common), byte: 100, characters: 32),
        .shownPoint("device_address", Model.common, 66),
        .word("pad", Model.common, 67, 0x8000),

        .word("id", Model.storage, 0, 713),
        .word("length", Model.storage, 1, 7),
        .shownPoint("energy_rating", Model.storage, 2, times: 10, unit: .wattHours),
        .shownPoint("energy_available", Model.storage, 3, times: 10, unit: .wattHours),
        .permillePoint("soc", Model.storage, 4, .soc),
        .permillePoint("soh", Model.storage, 5, .soh),
        .shownPoint("status", Model.storage, 6, unit: .choice),
        .scale("energy_scale", Model.storage, 7, 1),
        .scale("percent_scale", Model.storage, 8, -1),

        .word("end_id", Model.end, 0, 0xFFFF),
        .word("end_length", Model.end, 1, 0),
    ]
}
