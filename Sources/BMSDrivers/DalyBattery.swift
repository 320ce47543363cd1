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
}
