import BatteryModel
import ChargeControl
import Settings
import YAMLFile

/// Any bytes as a settings file: they become settings or problems, each in a line and column that there is.
///
/// With an odd first byte the rest follows the beginning of a good file.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
    guard size > 1 else { return 0 }
    var bytes = Array(UnsafeBufferPointer(start: data + 1, count: size - 1))
    if data[0] & 1 == 1 { bytes = Array(beginning.utf8) + bytes }
    let lines = bytes.count { $0 == 0x0A || $0 == 0x0D } + 1
    do throws(SettingsProblems) {
        let settings = try BusbarSettings.read(bytes: bytes, file: "fuzz", knowing: catalogue)
        precondition(!settings.packs.isEmpty && !settings.links.isEmpty)
    } catch {
        precondition(!error.problems.isEmpty, "refused without a reason")
        for problem in error.problems {
            precondition(problem.mark.line >= 1 && problem.mark.line <= lines + 1, "a line that is not there")
            precondition(problem.mark.column >= 1)
        }
        // It ends on a terminal: no control characters.
        precondition(error.description.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x0A })
    }
    return 0
}

private let catalogue = DeviceCatalogue(
    drivers: [
        .init(
            id: "jk-modbus", addresses: 0...15, defaultBaud: 115_200, readModes: [.frames, .registers],
            canListen: true)
    ],
    profiles: [.init(id: "pylontech-lv-can", bitrateKbitPerSecond: 500, dialects: ["V1.2", "V1.3"])])

private let beginning = """
    links: {battery: {serial: /dev/a}, inverter: {socketcan: can0}}
    packs: [{name: A, link: battery, driver: jk-modbus, address: 1, cells: 16, capacity: 280 Ah,
      charge_current: 100 A, discharge_current: 100 A}]
    inverter: {link: inverter, profile: pylontech-lv-can}
    limits: {charge_current: 90 A, discharge_current: 90 A,
    """
