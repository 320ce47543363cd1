public import BatteryModel

/// All BMS drivers.
public enum DriverTable {
    /// One row for each protocol.
    public static let drivers: [_ of BMSDriver] = [
        JKPB.driver, JBD.driver, SeplosV2.driver, Pylontech.driver, PACE.driver, PACEV20.driver,
    ]

    /// The driver with the id `id`; `nil` if there is none.
    public static func driver(id: ASCIIText) -> BMSDriver? {
        for index in drivers.indices where ASCIIText(drivers[index].sheet.id) == id {
            return drivers[index]
        }
        return nil
    }

    /// The driver with the id `id`; `nil` if there is none.
    public static func driver(id: StaticString) -> BMSDriver? { driver(id: ASCIIText(id)) }
}
