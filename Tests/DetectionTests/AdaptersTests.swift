import Detection
import FoundationEssentials
import Testing

@Suite("Adapters of this machine")
struct AdaptersTests {
    @Test("a USB adapter is known by its stable name; empty places and other interfaces are not shown")
    func tree() throws {
        let files = FileManager.default
        let root = files.temporaryDirectory.appending(path: "busbar-adapters-\(UUID().uuidString)").path
        defer { do { try files.removeItem(atPath: root) } catch {} }
        func write(_ path: String, _ text: String) throws {
            let full = root + "/" + path
            let folder = full.lastIndex(of: "/").map { String(full[..<$0]) } ?? root
            try files.createDirectory(atPath: folder, withIntermediateDirectories: true)
            #expect(files.createFile(atPath: full, contents: Data(text.utf8)))
        }
        func link(_ path: String, to target: String) throws {
            let full = root + "/" + path
            let folder = full.lastIndex(of: "/").map { String(full[..<$0]) } ?? root
            try files.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try files.createSymbolicLink(atPath: full, withDestinationPath: root + "/" + target)
        }
        try write("devices/usb1/1-2/idVendor", "0403\n")
        try write("devices/usb1/1-2/idProduct", "6001\n")
        try write("devices/usb1/1-2/product", "FT232R USB UART\n")
        try write("devices/usb1/1-2/1-2:1.0/ttyUSB0/port_number", "0\n")
        try link("sys/class/tty/ttyUSB0/device", to: "devices/usb1/1-2/1-2:1.0/ttyUSB0")
        try write("dev/ttyUSB0", "")
        try link("dev/serial/by-id/usb-FTDI_A10KZP45-if00-port0", to: "dev/ttyUSB0")
        try write("sys/class/tty/ttyS0/type", "4\n")
        try write("sys/class/tty/ttyS0/device/x", "")
        try write("sys/class/tty/ttyS1/type", "0\n")
        try write("sys/class/tty/ttyS1/device/x", "")
        try write("sys/class/tty/tty1/x", "")
        try write("sys/class/net/can0/type", "280\n")
        try write("sys/class/net/can0/operstate", "down\n")
        try write("sys/class/net/eth0/type", "1\n")

        let found = Adapters(root: root)
        #expect(
            found.serial == [
                SerialAdapter(path: "/dev/ttyS0"),
                SerialAdapter(
                    path: "/dev/ttyUSB0", stablePath: "/dev/serial/by-id/usb-FTDI_A10KZP45-if00-port0",
                    usbID: "0403:6001", product: "FT232R USB UART"),
            ])
        #expect(found.can == [CANInterface(name: "can0", isUp: false)])
        #expect(Adapters(root: root + "/nothing") == Adapters(root: root + "/neither"))
    }
}
