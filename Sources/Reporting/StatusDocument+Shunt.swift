import BMSDrivers
import BatteryModel
import Gateway

extension StatusDocument {
    /// A shunt between the bank and the inverter.
    public struct Shunt: Codable, Sendable {
        /// The id of its driver.
        public var driver: String
        /// The current; charging is positive.
        public var current: Value?
        /// The state of charge; left out while the shunt does not know it.
        public var soc: Value?
        /// The voltage.
        public var voltage: Value?
        /// How long ago it was heard.
        public var heardSecondsAgo: Double?
        /// Messages that were believed.
        public var messages: UInt64
        /// Messages with a wrong checksum.
        public var badChecksums: UInt64
        /// Messages that say something impossible.
        public var refused: UInt64
    }
}

extension StatusDocument.Shunt {
    init(_ shunt: Snapshot.Shunt, at now: Instant) {
        let reading = shunt.reading
        driver = shunt.driver
        current = reading.currentMilliamps.map { .init($0, .milliamps, at: now) }
        soc = reading.socPermille.map { .init($0, .permille, at: now) }
        voltage = reading.voltageMillivolts.map { .init($0, .millivolts, at: now) }
        heardSecondsAgo = reading.currentMilliamps.map { $0.age(at: now).tenths }
        messages = shunt.counts.messages
        badChecksums = shunt.counts.badChecksums
        refused = shunt.counts.refused
    }
}
