import BatteryModel
import BusCodec

/// What the battery side of every generation of Daly works out from what it knows.
enum DalyBattery {
    /// What a board says it is doing: 0 nothing, 1 charging, 2 discharging.
    enum State: UInt8 {
        case stationary = 0
        case charging = 1
        case discharging = 2

        /// The state of a pack with this current; charging is positive.
        init(milliamps: Int32) {
            self = milliamps == 0 ? .stationary : milliamps > 0 ? .charging : .discharging
        }
    }

    /// How many sensors the pack tells.
    static func sensorCount(_ reading: borrowing PackReading) -> Int {
        var count = 0
        while count < PackReading.cellSensorCount, reading[PackReading.cellSensor(count)] != nil {
            count += 1
        }
        return count
    }

    /// A temperature as it is written, and the number of its sensor.
    struct Temperature {
        var raw: UInt16
        var sensor: UInt16
    }

    /// The first of the sensors that no other exceeds, or undercuts; `nil` if there is none.
    static func extremeTemperature(_ reading: borrowing PackReading, highest: Bool) -> Temperature? {
        var found: (value: Int32, sensor: Int)?
        for sensor in 0..<sensorCount(reading) {
            guard let value = reading[PackReading.cellSensor(sensor)]?.value else { continue }
            if let found, highest ? value <= found.value : value >= found.value { continue }
            found = (value, sensor + 1)
        }
        return found.map {
            // To the nearest degree, as the rows of the single sensors write it.
            Temperature(raw: UInt16(clamping: (Int64($0.value) + 405) / 10), sensor: UInt16($0.sensor))
        }
    }

    /// Power without sign, in watts.
    static func watts(_ reading: borrowing PackReading) -> UInt16 {
        guard let voltage = reading[.packVoltage]?.value, let current = reading[.current]?.value else {
            return 0
        }
        return UInt16(clamping: abs(Int64(voltage) * Int64(current)) / 1_000_000)
    }
}

/// Registers of a block that begins with `first`, as the battery side writes them.
struct DalyBlock {
    /// The register that stands first.
    var first: UInt32

    /// Writes a whole number into `register`.
    func put(_ value: UInt16, _ register: UInt32, into bytes: inout MutableSpan<UInt8>) {
        let place = 2 * Int(register - first)
        bytes[place] = UInt8(value >> 8)
        bytes[place + 1] = UInt8(truncatingIfNeeded: value)
    }
}
