import BatteryModel
import BusCodec

// Alarms and switches, and the battery side.

extension TDT {
    /// The bits of the answer to 44, counted behind its cells and sensors; bytes 0 to 2 are codes of the family.
    static let alarmBits: [_ of AlarmBit] = [
        protection(3, 0, "cell over-voltage", AlarmMask(.cellOverVoltage)),
        protection(3, 1, "cell under-voltage", AlarmMask(.cellUnderVoltage)),
        protection(3, 2, "pack over-voltage", AlarmMask(.packOverVoltage)),
        protection(3, 3, "pack under-voltage", AlarmMask(.packUnderVoltage)),
        protection(3, 4, "charge over-current", AlarmMask(.chargeOverCurrent)),
        protection(3, 5, "discharge over-current", AlarmMask(.dischargeOverCurrent)),
        protection(3, 6, "short circuit", AlarmMask(.chargeShortCircuit, .dischargeShortCircuit)),
        protection(4, 0, "too warm to charge", AlarmMask(.chargeOverTemperature)),
        protection(4, 1, "too warm to discharge", AlarmMask(.dischargeOverTemperature)),
        protection(4, 2, "too cold to charge", AlarmMask(.chargeUnderTemperature)),
        protection(4, 3, "too cold to discharge", AlarmMask(.dischargeUnderTemperature)),
        protection(4, 4, "power board too warm", AlarmMask(.mosfetOverTemperature)),
        protection(4, 5, "surroundings too warm", AlarmMask(.batteryOverTemperature)),
        protection(4, 6, "surroundings too cold", cold),
        protection(4, 7, "soft start failed", AlarmMask(.dischargeSwitchFault)),
        protection(7, 0, "charge MOSFET", AlarmMask(.chargeSwitchFault)),
        protection(7, 1, "discharge MOSFET", AlarmMask(.dischargeSwitchFault)),
        protection(7, 2, "temperature sensor", AlarmMask(.temperatureSensorFault)),
        protection(7, 4, "voltage sensing", AlarmMask(.internalCommunication)),
        warning(10, 0, "cell high", AlarmMask(.cellOverVoltage)),
        warning(10, 1, "cell low", AlarmMask(.cellUnderVoltage)),
        warning(10, 2, "pack high", AlarmMask(.packOverVoltage)),
        warning(10, 3, "pack low", AlarmMask(.packUnderVoltage)),
        warning(10, 4, "charge current high", AlarmMask(.chargeOverCurrent)),
        warning(10, 5, "discharge current high", AlarmMask(.dischargeOverCurrent)),
        warning(11, 0, "warm while charging", AlarmMask(.chargeOverTemperature)),
        warning(11, 1, "warm while discharging", AlarmMask(.dischargeOverTemperature)),
        warning(11, 2, "cold while charging", AlarmMask(.chargeUnderTemperature)),
        warning(11, 3, "cold while discharging", AlarmMask(.dischargeUnderTemperature)),
        warning(11, 4, "surroundings warm", AlarmMask(.batteryOverTemperature)),
        warning(11, 5, "surroundings cold", cold),
        warning(11, 6, "power board warm", AlarmMask(.mosfetOverTemperature)),
        AlarmBit(in: UInt32(alarms), byte: 11, bit: 7, "soft start"),
    ]

    private static let cold = AlarmMask(.chargeUnderTemperature, .dischargeUnderTemperature)

    private static func protection(
        _ byte: UInt16, _ bit: UInt8, _ name: StaticString, _ kinds: AlarmMask
    ) -> AlarmBit {
        AlarmBit(in: UInt32(alarms), byte: byte, bit: bit, name, kinds, .protection)
    }

    private static func warning(
        _ byte: UInt16, _ bit: UInt8, _ name: StaticString, _ kinds: AlarmMask
    ) -> AlarmBit {
        AlarmBit(in: UInt32(alarms), byte: byte, bit: bit, name, kinds, .warning)
    }

    static func readAlarms(
        _ info: Span<UInt8>, _ now: Instant, _ reading: inout PackReading
    ) throws(SignalError) {
        let layout = try TelecomLayout(info, width: 1, sensors)
        let fields = info.extracting(try layout.place(of: alarmFields, in: info))
        let section = PackSection(UInt32(alarms))
        try section.read(rows, in: fields, at: now, into: &reading)
        var found = layout.alarms(in: info, .warning)
        TelecomCode.raise(behindSensors: fields, isTwoWay: true, .warning, in: &found)
        found.formUnion(section.alarms(alarmBits, in: fields))
        reading.alarms = Reading(found, at: now)
        takeSwitches(fields[switchByte], now, &reading)
    }

    /// Bits 1 and 2 are the two MOSFETs.
    ///
    /// One reader takes the first for that of charging, the one who reads the same
    /// boards over Bluetooth the second; so a direction counts as open unless both are on.
    private static func takeSwitches(_ byte: UInt8, _ now: Instant, _ reading: inout PackReading) {
        let state: Int32 = byte & bothMOSFETs == bothMOSFETs ? 1 : 0
        reading[.chargeSwitch] = Reading(state, at: now)
        reading[.dischargeSwitch] = Reading(state, at: now)
    }

    private static let bothMOSFETs: UInt8 = 0b110
    private static let switchByte = 5
    /// The fields of 44 that all boards have.
    private static let alarmFields = TelecomFields(length: 12, tail: 20)
}

// MARK: - The battery side

extension TDT {
    /// Silent when another pack is asked, if the battery knows its own number, and to what it does not know.
    static func answer(
        _ request: Span<UInt8>, _ reading: borrowing PackReading, _ buffer: inout AnswerBuffer
    ) {
        guard case .item(var frame, _) = TelecomFrame.scan(request, start: asking),
            frame.deviceClass == ordinary, index(of: frame.code) != nil,
            reading[.busAddress].map({ $0.value == Int32(frame.version) }) ?? true
        else { return }
        var data = InlineArray<160, UInt8>(repeating: 0)
        var info = data.mutableSpan
        var length = 0
        do throws(SignalError) {
            switch frame.code {
            case status: length = try writeStatus(reading, frame.version, &info)
            case alarms: length = try writeAlarms(reading, frame.version, &info)
            default: length = try writeAbout(reading, &info)
            }
        } catch {
            return
        }
        frame.deviceClass = normal
        frame.encode(info: data.span.extracting(first: length), into: &buffer)
    }

    /// The current is in hundredths of an ampere, as the word that the battery tells says.
    private static func writeStatus(
        _ reading: borrowing PackReading, _ pack: UInt8, _ info: inout MutableSpan<UInt8>
    ) throws(SignalError) -> Int {
        let layout = try TelecomLayout(of: reading, width: 2, sensors)
        try layout.write(rows, from: reading, to: pack, into: &info)
        let place = layout.write(statusFields, tail: 0, into: &info)
        var fields = info._mutatingExtracting(place)
        try PackSection(UInt32(status)).write(rows, from: reading, into: &fields)
        try PackSection(fineCurrent).write(rows, from: reading, into: &fields)
        return place.upperBound
    }

    private static func writeAlarms(
        _ reading: borrowing PackReading, _ pack: UInt8, _ info: inout MutableSpan<UInt8>
    ) throws(SignalError) -> Int {
        let layout = try TelecomLayout(of: reading, width: 1, sensors)
        layout.writeAlarms(from: reading, .warning, to: pack, into: &info)
        let place = layout.write(alarmFields, tail: 0, into: &info)
        var fields = info._mutatingExtracting(place)
        let section = PackSection(UInt32(alarms))
        try section.write(rows, from: reading, into: &fields)
        if let alarms = reading.alarms?.value {
            TelecomCode.write(behindSensors: &fields, isTwoWay: true, .warning, from: alarms)
            section.write(alarmBits, from: alarms, into: &fields)
        }
        if reading[.chargeSwitch]?.value == 1 { fields[switchByte] |= 1 << 1 }
        if reading[.dischargeSwitch]?.value == 1 { fields[switchByte] |= 1 << 2 }
        return place.upperBound
    }

    private static func writeAbout(
        _ reading: borrowing PackReading, _ info: inout MutableSpan<UInt8>
    ) throws(SignalError) -> Int {
        try PackSection(UInt32(about)).write(rows, from: reading, into: &info)
        return aboutLength
    }
}
