import BatteryModel
public import BusCodec

extension InverterProfile {
    /// The sign of life as the inverter sends it; `nil` where none is known.
    public func keepAliveFrame(_ options: ProfileOptions) -> CANFrame? {
        let rule = sheet.keepAlive
        guard let index = index(ofIdentifier: rule.identifier, isExtended: rule.isExtended),
            frame(index).direction == .fromInverter
        else { return nil }
        do throws(EncodeError) {
            return try encode(frame: index, bank: BankReading(), options: options)
        } catch {
            return nil
        }
    }
}
