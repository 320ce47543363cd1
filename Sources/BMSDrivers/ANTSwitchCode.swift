import BatteryModel
import BusCodec

/// A code by which an ANT BMS says whether a MOSFET conducts, and why not.
///
/// The bits that the newer protocol has besides are not explained anywhere; these codes are all that names a fault.
/// What is a normal reason to be off (full, by hand, waiting, self-test) is no alarm; the switch itself says that it is
/// open. On the discharge side 4 is a second over-current and counts as one.
///
/// Source: lists of syssi/esphome-ant-bms, one project alone. One capture has discharge code 2 (cell under-voltage) and
/// bit 1 of the protections with all cells at 4.113 V; it is believed, for the MOSFET is open whatever the reason.
struct ANTSwitchCode: Sendable {
    private var code: UInt8
    /// What the code says about the charge MOSFET; `nil` if it is not known there.
    private var charge: AlarmMask?
    /// The same for the discharge MOSFET.
    private var discharge: AlarmMask?

    private init(_ code: UInt8, charge: AlarmMask?, discharge: AlarmMask?) {
        self.code = code
        self.charge = charge
        self.discharge = discharge
    }

    private static let off: UInt8 = 0
    private static let on: UInt8 = 1
    private static let nothing = AlarmMask()

    private static let rows: [_ of ANTSwitchCode] = [
        ANTSwitchCode(off, charge: nothing, discharge: nothing),
        ANTSwitchCode(on, charge: nothing, discharge: nothing),
        ANTSwitchCode(2, charge: AlarmMask(.cellOverVoltage), discharge: AlarmMask(.cellUnderVoltage)),
        ANTSwitchCode(3, charge: AlarmMask(.chargeOverCurrent), discharge: AlarmMask(.dischargeOverCurrent)),
        ANTSwitchCode(4, charge: nothing, discharge: AlarmMask(.dischargeOverCurrent)),
        ANTSwitchCode(5, charge: AlarmMask(.packOverVoltage), discharge: AlarmMask(.packUnderVoltage)),
        ANTSwitchCode(
            6, charge: AlarmMask(.chargeOverTemperature), discharge: AlarmMask(.dischargeOverTemperature)),
        both(7, .mosfetOverTemperature),
        both(8, .currentSensorFault),
        both(9, .wireResistance),
        both(10, .mosfetOverTemperature),
        // "Charge MOSFET on".
        ANTSwitchCode(11, charge: nil, discharge: nothing),
        ANTSwitchCode(
            12, charge: AlarmMask(.chargeSwitchFault), discharge: AlarmMask(.dischargeShortCircuit)),
        both(13, .dischargeSwitchFault),
        ANTSwitchCode(14, charge: nothing, discharge: AlarmMask(.dischargeSwitchFault)),
        ANTSwitchCode(15, charge: nothing, discharge: nothing),
        ANTSwitchCode(16, charge: AlarmMask(.cellOverVoltage), discharge: AlarmMask(.cellUnderVoltage)),
        ANTSwitchCode(
            17, charge: AlarmMask(.chargeUnderTemperature), discharge: AlarmMask(.dischargeUnderTemperature)),
        both(18, .imbalance),
        ANTSwitchCode(19, charge: nil, discharge: nothing),
        ANTSwitchCode(20, charge: nothing, discharge: nil),
    ]

    private static func both(_ code: UInt8, _ kind: AlarmKind) -> ANTSwitchCode {
        ANTSwitchCode(code, charge: AlarmMask(kind), discharge: AlarmMask(kind))
    }
}

// MARK: - Reading and writing

extension ANTSwitchCode {
    /// The section of ``chargeRow`` and ``dischargeRow``: two bytes made of the codes, 1 for a MOSFET that conducts.
    private static let section: UInt32 = 0x100
    /// The row of the charge switch.
    static let chargeRow = row("charge_switch", 0, .chargeSwitch)
    /// The row of the discharge switch.
    static let dischargeRow = row("discharge_switch", 1, .dischargeSwitch)

    private static func row(_ name: StaticString, _ byte: UInt16, _ field: PackField) -> PackRow {
        PackRow(name, in: section, byte: byte, bits: 8, unit: .onOff, range: 0...1, .number(field))
    }

    /// Puts what two codes, charge and discharge, say about the switches into `reading`; returns the alarms in them.
    static func read<let count: Int>(
        _ rows: [count of PackRow], charge: UInt8, discharge: UInt8, at now: Instant,
        into reading: inout PackReading
    ) throws(SignalError) -> AlarmSet {
        let switches: [2 of UInt8] = [charge == on ? 1 : 0, discharge == on ? 1 : 0]
        try PackSection(section).read(rows, in: switches.span, at: now, into: &reading)
        var alarms = AlarmSet()
        if let charging = kinds(charge, ofCharge: true), let discharging = kinds(discharge, ofCharge: false) {
            alarms.protections = charging.union(discharging)
        } else {
            alarms.raise(.undocumented, .info)
        }
        return alarms
    }

    private static func kinds(_ code: UInt8, ofCharge isCharge: Bool) -> AlarmMask? {
        for index in rows.indices where rows[index].code == code {
            return isCharge ? rows[index].charge : rows[index].discharge
        }
        return nil
    }

    /// The codes, charge and discharge, of a battery that knows `reading`.
    static func codes<let count: Int>(
        _ rows: [count of PackRow], from reading: borrowing PackReading
    ) throws(SignalError) -> [2 of UInt8] {
        var switches: [2 of UInt8] = [0, 0]
        var bytes = switches.mutableSpan
        try PackSection(section).write(rows, from: reading, into: &bytes)
        let alarms = reading.alarms?.value.protections ?? AlarmMask()
        for side in switches.indices where switches[side] == 0 {
            switches[side] = reason(for: alarms, ofCharge: side == 0)
        }
        return switches
    }

    private static func reason(for alarms: AlarmMask, ofCharge isCharge: Bool) -> UInt8 {
        for index in rows.indices {
            let kinds = isCharge ? rows[index].charge : rows[index].discharge
            if let kinds, alarms.intersects(kinds) { return rows[index].code }
        }
        return off
    }
}
