import BatteryModel
import BusCodec

/// EG4's battery on RS485, as the first pack of a chain speaks for all of them (unit 1).
///
/// Modbus RTU, function 3. Address, unit and scale of every register are those of Growatt's 1xSxxP document; registers
/// 0 to 18 are 0, by which readers tell this map from that of a single pack. The latter (units from 2 on) is not
/// carried: it has no CVL and no limit for discharging. The same goes for the telecom frames of LifePower4 (CID1 4A).
///
/// Sources: joyfulhouse/pylxpweb (docs/BATTERY_RS485_PROTOCOLS.md, battery_protocols/eg4_master.py), read from real
/// batteries and checked against their firmware; no vendor text is public.
public enum EG4RS485 {
    /// The profile.
    public static let profile = InverterProfile(
        sheet: sheet, serial: talk, frameCount: frames.count, frame: { frames[$0] },
        visitRows: { container, visit in
            GrowattRegisters.visitCommon(container, visit)
            GrowattRegisters.visitFull(container, visit)
            for index in rows.indices where container == nil || rows[index].container == container {
                visit(rows[index])
            }
        },
        prepare: prepare, mend: InverterProfile.noMending)

    private static let sheet = ProfileSheet(
        id: "eg4-rs485", name: "EG4 (RS485)",
        inverters:
            "EG4 3000EHV, 6500EX, 6000XP, 12000XP and 18kPV, LuxPower SNA and LXP, where CAN is not used",
        link: .serial(baud: 9_600), dialects: ["EG4-LL", "", "", ""], period: .seconds(2),
        keepAlive: KeepAlive(identifier: 0x10, period: .seconds(2), timeout: .seconds(10)),
        stop: """
            The current limit in register 25 or 35 at 0 A, together with bit 6 or 5 of register 19 cleared. That \
            inverters obey either is concluded from Growatt's text, not seen.
            """,
        silence: "Not published.", isExperimental: true,
        evidence: """
            The registers: two programs that read real batteries, medium. That they mean what Growatt's text says, and \
            what EG4 and LuxPower inverters ask on RS485: concluded, low; their usual link is CAN.
            """)

    private static let talk = SerialTalk(
        framing: .modbus, bauds: [9_600, 0, 0, 0], address: 1,
        // No inverter was captured. One question for everything up to the cells shows which map answers, too.
        question: { index, _ in index == 0 ? SerialQuestion(code: 0, count: 42) : nil },
        // Programs that read these batteries wait for up to 2.5 s.
        spacing: .seconds(2), answerWithin: .milliseconds(1_500), answersAs: answersAs, complete: complete,
        dissect: dissect)

    private static let source: StaticString = "joyfulhouse/pylxpweb, eg4_master.py"

    private static let frames: [_ of FrameRow] = [
        FrameRow(0x00, "zeros", lengths: 32, isRequired: false, source: source),
        FrameRow(0x10, "status", lengths: 54, source: source),
        FrameRow(0x2B, "unassigned", lengths: 138, isRequired: false, source: source),
        FrameRow(0x70, "cells", lengths: 36, isRequired: false, source: source),
    ]

    private static let rows: [_ of BankRow] = [
        // Bits 0 to 2 are a state, of which the codes are in doubt: 2 was published of a battery that discharges,
        // which is "charging" at Growatt.
        .shown("state", in: 0x10, byte: 7, bit: 2, bits: 3, unit: .choice),
        .wholeCelsius("highest_temperature", in: 0x10, byte: 16, .highestTemperature),
        .hundredths(
            "max_charge_current", in: 0x10, byte: 18, unit: .milliamps, 0...highestCurrent, .down,
            .chargeCurrentLimit),
        // Both begin again at 0 behind 655.35 Ah, so what is read says nothing; see `complete`.
        .shown("remaining_capacity", in: 0x10, byte: 20, bits: 16, times: 10, unit: .milliampHours),
        .shown("full_capacity", in: 0x10, byte: 22, bits: 16, times: 10, unit: .milliampHours),
        .shown("firmware", in: 0x10, byte: 24, bits: 16, unit: .bits),
        .hundredths(
            "max_discharge_current", in: 0x10, byte: 38, unit: .milliamps, 0...highestCurrent, .down,
            .dischargeCurrentLimit),
        number("highest_cell_number", byte: 46, .highestCellNumber),
        number("lowest_cell_number", byte: 48, .lowestCellNumber),
    ]

    /// These batteries say no limit above 300 A.
    private static let highestCurrent: Int32 = 300_000

    /// The number of a cell, counted from 0 on the line.
    private static func number(_ name: StaticString, byte: UInt16, _ field: BankField) -> BankRow {
        BankRow(
            name, in: 0x10, byte: byte, bits: 16, plus: 1, range: 1...65_536, .number(field))
    }
}

// MARK: - What is said differently

extension EG4RS485 {
    /// Keeps limits and enable bits from contradicting each other, and limits within what these batteries say.
    ///
    /// There is no code for the place of a cell that is not known; it is the one at which the answer shows the cell.
    static func prepare(_ bank: inout BankReading, _ options: ProfileOptions) {
        bank.cap(.chargeCurrentLimit, at: highestCurrent)
        bank.cap(.dischargeCurrentLimit, at: highestCurrent)
        bank.makeLimitsAgree(resolution: 10)
        bank.keepApartFromEmpty()
        guard let cells = bank[.cells]?.value else { return }
        let places = BankCells.places(bank, count: cells)
        bank.sayIfUnknown(.highestCellNumber, places.highest)
        bank.sayIfUnknown(.lowestCellNumber, places.lowest)
    }

    /// Behind register 129 these batteries do not answer at all.
    static func answersAs(_ asked: UInt8, _ own: UInt8, _ code: UInt16) -> UInt8? {
        asked == own && code <= 129 ? asked : nil
    }

    /// Writes the single cells and the capacities, which are capped rather than begun again at 0.
    static func complete(
        _ question: SerialFrame, _ bank: borrowing BankReading, _ options: ProfileOptions, _ hasRows: Bool,
        _ payload: inout SerialPayload
    ) throws(SignalError) -> Bool {
        guard hasRows else { return false }
        try GrowattRegisters.completeCells(question, bank, &payload)
        if let place = question.place(of: 0x1A) {
            payload.set(big: UInt16(clamping: try bank.need(.remainingCapacity) / 10), at: place)
        }
        if let place = question.place(of: 0x1B) {
            payload.set(big: UInt16(clamping: try bank.need(.capacity) / 10), at: place)
        }
        return true
    }

    /// Takes nothing from an answer in which registers 0 to 18 are not 0: that is the map of a single pack, whose
    /// temperatures and status would be read as limits.
    static func dissect(
        _ code: UInt16, _ payload: Span<UInt8>, _ now: Instant, _ reading: inout BankReading
    ) -> Bool {
        guard code == 0 else { return false }
        for place in 0..<38 where place >= payload.count || payload[place] != 0 { return true }
        return false
    }
}
