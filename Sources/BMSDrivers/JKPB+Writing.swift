import BatteryModel
import BusCodec

extension JKPB {
    /// What is known of the settings beyond reading them.
    static let settings = BMSSettings(
        writableCount: writable.count, writable: { writable[$0] }, readBack: readBack, write: write,
        confirms: confirms, heard: heard, choice: choice, isForInverters: isForInverters)

    /// The settings that may be written.
    ///
    /// The register, its width and its scale are those of ``settingsRows``: the vendor's maps V1.0 and V1.1 mark the
    /// block 0x1000 as readable and writable, and writes of 4-byte settings in just this form (0x1000, 0x1078) were
    /// captured on an accepted line. The ranges are those that the app accepts, as transcribed in
    /// syssi/esphome-jk-bms (components/jk_bms_ble/number); the current ends at the largest board, JK-PB2A16S30P.
    /// Not among them: the protocols of UART1 and CAN (0x14B2). V1.1 marks them writable, nobody has captured such a
    /// write, and the two share one register, so that a mistake would cut off whoever writes.
    public static let writable: [_ of WritableSetting] = [
        voltage(.cellOverVoltage),
        voltage(.cellOverVoltageRelease),
        voltage(.cellUnderVoltage),
        voltage(.cellUnderVoltageRelease),
        voltage(.fullCell),
        voltage(.requestedChargeCell),
        voltage(.requestedFloatCell),
        WritableSetting(.balanceTrigger, 3...1_000, source: documented),
        WritableSetting(.balanceStart, 1_200...4_250, source: documented),
        WritableSetting(
            .balancerEnabled, 0...1,
            source: "vendor map V1.1 (R/W); captured: 02 10 10 78 00 02 04 00 00 00 01 F6 69"),
        WritableSetting(.chargeLimit, 1_000...300_000, source: documented),
        WritableSetting(.dischargeLimit, 1_000...300_000, source: documented),
        WritableSetting(.designCapacity, 5_000...2_000_000, source: documented),
    ]

    private static let documented: StaticString =
        "vendor maps V1.0 and V1.1 (R/W); form captured on 0x1000 and 0x1078, range of the app"

    private static func voltage(_ field: PackField) -> WritableSetting {
        WritableSetting(field, 1_200...4_350, source: documented)
    }

    /// The row of ``settingsRows`` that carries a writable setting.
    private static func row(of setting: Int) -> PackRow? {
        guard writable.indices.contains(setting) else { return nil }
        for index in settingsRows.indices where settingsRows[index].meaning.field == writable[setting].field {
            return settingsRows[index]
        }
        return nil
    }

    /// The register of a row; a row of a block stands at the block's register plus its byte.
    private static func register(of row: PackRow) -> UInt16 { UInt16(row.container) + row.byte }

    private static func readBack(_ setting: Int, _ mode: ReadMode) -> Int? {
        guard let row = row(of: setting) else { return nil }
        if mode == .frames { return JKPoll.index(of: .settings) }
        for index in JKPoll.rows.indices {
            guard case .read(.settings, let offset, let count) = JKPoll.rows[index].question else { continue }
            if (offset..<offset + 2 * count).contains(row.byte) { return index }
        }
        return nil
    }

    /// The only place that writes a setting: function 16, two registers.
    private static func write(
        _ setting: Int, _ value: Int32, _ address: UInt8, _ buffer: inout RequestBuffer
    ) {
        guard let row = row(of: setting), writable[setting].range.contains(value) else { return }
        var data = InlineArray<4, UInt8>(repeating: 0)
        var bytes = data.mutableSpan
        do throws(SignalError) {
            try row.moved(toByte: 0).store(value, into: &bytes, .big)
        } catch {
            return
        }
        ModbusRTU.encodeWriteMany(
            address: address, register: register(of: row), data: data.span, into: &buffer)
    }

    private static func confirms(_ item: Span<UInt8>, _ setting: Int, _ address: UInt8) -> Bool {
        guard let row = row(of: setting), case .item(let frame, _) = ModbusRTU.scanAnswer(item) else {
            return false
        }
        return frame
            == ModbusRTU.Frame(
                address: address, function: .writeMany,
                kind: .writeAnswer(register: register(of: row), count: 2))
    }

    /// What a pack does with a write: the triggers are none, and outside of the settings nothing can be written.
    static func heard(_ request: Span<UInt8>) -> HeardWrite? {
        guard case .item(let frame, let length) = ModbusRTU.scanRequest(request),
            frame.function == .writeMany,
            case .writeRequest(let register, let count) = frame.kind, JKTrigger(rawValue: register) == nil
        else { return nil }
        for setting in writable.indices {
            guard let row = row(of: setting), self.register(of: row) == register, count == 2 else { continue }
            let data = request.extracting(7..<length - 2)
            do throws(SignalError) {
                guard let value = try row.moved(toByte: 0).value(in: data, .big),
                    writable[setting].range.contains(value)
                else { return .refused(code: illegalValue) }
                return .setting(row.meaning.field ?? writable[setting].field, value)
            } catch {
                return .refused(code: illegalValue)
            }
        }
        return .refused(code: inaccessible)
    }

    private static func choice(
        _ field: PackField, _ number: Int32, _ identity: PackIdentity?
    ) -> StaticString? {
        let generation = identity.flatMap(JKFirmware.proven)?.generation
        return switch field {
        case .canProtocol: JKSelections.can(number, generation: generation)
        case .uart1Protocol, .uart2Protocol: JKSelections.uart(number, generation: generation)
        case .buzzerTrigger, .dry1Trigger, .dry2Trigger: JKSelections.trigger(number)
        default: nil
        }
    }

    /// CAN 0 and 6 are JK's own, 12 and above belong to nobody; of UART1 these are inverters' protocols.
    private static func isForInverters(_ field: PackField, _ number: Int32) -> Bool {
        switch (field, number) {
        case (.canProtocol, 1...5), (.canProtocol, 7...11): true
        case (.uart1Protocol, 5...7), (.uart1Protocol, 9), (.uart1Protocol, 14): true
        default: false
        }
    }
}

extension SignalRow {
    /// The row in a container of its own that begins at `byte`.
    fileprivate func moved(toByte byte: UInt16) -> SignalRow {
        var row = self
        row.byte = byte
        return row
    }
}
