import BatteryModel
import LinuxIO
import Testing

@Suite("Addresses") struct AddressTests {
    @Test(
        "a serial format is read from the form installers write",
        arguments: [("8N1", 10), ("8e1", 11), ("7O2", 11), ("5N1", 7)])
    func format(shape: String, bits: Int) throws {
        let format = try #require(SerialFormat(baud: 9600, shape: shape))
        #expect(format.description == "9600 \(shape.uppercased())")
        #expect(format.bitsPerCharacter == bits)
    }

    @Test(
        "what is no serial format is refused", arguments: ["", "8", "8N", "9N1", "4N1", "8X1", "8N3", "8N1 "])
    func noFormat(shape: String) {
        #expect(SerialFormat(baud: 9600, shape: shape) == nil)
    }

    @Test("a baud rate no port could have is refused", arguments: [0, -9600, 1 << 40])
    func noBaud(baud: Int) {
        #expect(SerialFormat(baud: baud, shape: "8N1") == nil)
    }

    @Test("the time on the wire is rounded up") func wireTime() {
        #expect(SerialFormat(baud: 9600).wireTime(characters: 1).nanoseconds == 1_041_667)
    }

    @Test(
        "an address reads like an installer would write it",
        arguments: [
            (LinkAddress.serial(path: "/dev/ttyUSB0", SerialFormat(baud: 9600)), "/dev/ttyUSB0 at 9600 8N1"),
            (.tcp(host: "10.0.0.5", port: 4001), "10.0.0.5:4001"),
            (.tcp(host: "fe80::1", port: 1), "[fe80::1]:1"),
            (.socketCAN(interface: "can0"), "can0"),
            (
                .slcan(over: .tcp(host: "adapter", port: 23), bitrateKilobits: 250),
                "SLCAN 250 kbit/s on adapter:23"
            ),
        ])
    func description(address: LinkAddress, text: String) {
        #expect(address.description == text)
    }
}
