import BatteryModel
import BusCodec
import InverterProfiles
import Testing

extension BankReading {
    /// A bank that may be charged and discharged, with these numbers changed; everything is known about it.
    static func sample(_ changes: [BankField: Int32] = [:], maker: String? = "PYLON") -> BankReading {
        var generator = SplitMix(state: 5)
        var bank = BankReading.random(using: &generator)
        bank[.chargeEnabled] = Reading(1, at: noon)
        bank[.dischargeEnabled] = Reading(1, at: noon)
        bank[.chargeCurrentLimit] = Reading(100_000, at: noon)
        bank[.dischargeCurrentLimit] = Reading(100_000, at: noon)
        for (field, value) in changes { bank[field] = Reading(value, at: noon) }
        bank.maker = maker.map { Reading(ASCIIText(padded: Array($0.utf8).span), at: noon) }
        return bank
    }
}

extension InverterProfile {
    /// The bytes of a frame with this identifier.
    func bytes(
        of identifier: UInt32, _ bank: BankReading, _ options: ProfileOptions = ProfileOptions()
    ) throws -> [UInt8] {
        let index = try #require(self.index(ofIdentifier: identifier))
        let frame = try encode(frame: index, bank: bank, options: options)
        return frame.payload.indices.map { frame.payload[$0] }
    }

    /// The identifiers that are sent in a dialect, in their order.
    func sentIdentifiers(inDialect dialect: UInt8) -> [UInt32] {
        (0..<frameCount).map { frame($0) }
            .filter { $0.direction == .toInverter && sends($0, inDialect: dialect) }.map(\.identifier)
    }
}
