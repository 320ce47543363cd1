import BMSDrivers
import InverterProfiles

/// The rows of the two tables as arrays.
///
/// A row that is taken out of an `InlineArray` brings a copy of the whole table with it; of an array it is one row.
enum KnownProtocols {
    /// The rows of ``InverterProfiles/ProfileTable``.
    static let profiles: [InverterProfile] = ProfileTable.profiles.indices.map { ProfileTable.profiles[$0] }
    /// The rows of ``BMSDrivers/DriverTable``.
    static let drivers: [BMSDriver] = DriverTable.drivers.indices.map { DriverTable.drivers[$0] }
}
