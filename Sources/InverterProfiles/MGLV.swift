import BatteryModel
import BusCodec

/// MG Energy Systems Master LV, its protocol "General BMS".
///
/// SMA's frames with the firmware version the other way round, and frames of their own for cells and energy, the latter
/// in 10 Wh where Victron and BYD have 100 Wh. The Master LV's other two protocols are SMA's and NMEA 2000.
///
/// Sources: MG Master LV communication guide (EN-8000).
public enum MGLV {
    /// The profile.
    public static let profile = InverterProfile(
        sheet: sheet, frameCount: frames.count, frame: { frames[$0] },
        visitRows: { container, visit in
            LowVoltageFrames.visitLimits(container, visit)
            SunnyIslandFrames.visitRows(container, visit)
            for index in rows.indices where container == nil || rows[index].container == container {
                visit(rows[index])
            }
        },
        prepare: prepare, mend: FineStateOfCharge.mend)

    private static let sheet = ProfileSheet(
        id: "mg-lv-can", name: "MG Energy Master LV, General BMS",
        inverters: "Systems made for the General BMS protocol of a Master LV",
        link: .can(bitrateKilobits: 500),
        dialects: ["General BMS", "", "", ""], period: .milliseconds(500),
        // The guide has none for General BMS; 0x305 is that of the family it belongs to.
        keepAlive: KeepAlive(identifier: 0x305),
        stop: "CCL or DCL 0 A and an alarm in 0x35A; how a reader of this protocol takes them is not known.",
        silence: "Not known. No sign of life of an inverter is described; 0x305 is that of the family.",
        isExperimental: true,
        evidence: "Vendor's guide without a capture: high for the layout, nothing for the behaviour.")

    private static let guide: StaticString = "MG Master LV communication guide"

    private static let frames: [_ of FrameRow] = [
        FrameRow(0x351, "limits", source: guide),
        FrameRow(0x355, "state", lengths: 6, source: guide),
        FrameRow(0x356, "measurements", source: guide),
        FrameRow(AlarmPairs.identifier, "alarms_warnings", source: guide),
        FrameRow(0x35E, "manufacturer", isRequired: false, source: guide),
        FrameRow(0x35F, "battery_system_data", isRequired: false, source: guide),
        FrameRow(0x373, "cell_info", isRequired: false, source: guide),
        FrameRow(0x378, "energy", isRequired: false, source: guide),
        FrameRow(0x35B, "events", dialects: 0, isRequired: false, source: guide),
        FrameRow(0x380, "serial_high", dialects: 0, isRequired: false, source: guide),
        FrameRow(0x381, "serial_low", dialects: 0, isRequired: false, source: guide),
        FrameRow(
            0x305, "inverter_alive", .fromInverter, isRequired: false,
            source: "the rest of the family, not the guide"),
    ]

    private static let invalid = SunnyIslandFrames.invalid, invalidLong: UInt64 = 0xFFFF_FFFF

    private static let rows: [_ of BankRow] = [
        // The most significant byte comes first, as the guide says expressly.
        .code("software_version", in: 0x35F, byte: 2, .version, .big, notAvailable: invalid),

        .cell("min_cell_voltage", in: 0x373, byte: 0, .lowestCell, notAvailable: invalid),
        .cell("max_cell_voltage", in: 0x373, byte: 2, .highestCell, notAvailable: invalid),
        .kelvin("min_temperature", in: 0x373, byte: 4, .lowestTemperature, notAvailable: invalid),
        .kelvin("max_temperature", in: 0x373, byte: 6, .highestTemperature, notAvailable: invalid),

        .energy("charged_energy", in: 0x378, byte: 0, times: 10, .energyCharged, notAvailable: invalidLong),
        .energy(
            "discharged_energy", in: 0x378, byte: 4, times: 10, .energyDischarged, notAvailable: invalidLong),

        .shownText("serial_1_8", in: 0x380, byte: 0, characters: 8),
        .shownText("serial_9_16", in: 0x381, byte: 0, characters: 8),

        .reserved("zeros", in: 0x305, byte: 0, bits: 64),
    ]

    /// The name is `MG-BMS` and the type that of a Master LV, unless the bank says otherwise.
    private static func prepare(_ bank: inout BankReading, _ options: ProfileOptions) {
        bank.name("MG-BMS")
        bank.sayIfUnknown(.batteryType, 0x3A9B)
        bank.makeLimitsAgree()
        bank.keepApartFromEmpty()
    }
}
