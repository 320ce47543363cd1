public import BatteryModel

/// All BMS drivers.
public enum DriverTable {
    /// One row for each protocol.
    public static let drivers: [_ of BMSDriver] = [
        JKPB.driver, JK4E57.driver, JBD.driver, JBDUp.driver, Daly.driver, DalyModbus.driver, DalyD2.driver,
        SeplosV2.driver, SeplosV3.driver, Pylontech.driver, PACE.driver, PACEV20.driver, PaceModbus.driver,
        EG4LL.driver, ANT.driver, ANT2019.driver, Daren.driver, Renogy.driver, Heltec.driver, Felicity.driver,
        TDT.driver, JKCAN.driver, DalyCAN.driver,
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
