import LinuxIO

/// Where a link leads to, on the command line: the profile that is spoken on it says what travels there.
struct LinkArgument: ArgumentValue, Equatable {
    /// The kinds of place that a word can mean.
    enum Place: Equatable {
        /// A CAN interface of the kernel.
        case interface(String)
        /// A port of this machine: a serial line, or an SLCAN adapter for a profile on CAN.
        case port(path: String, baud: Int?)
        /// A converter in the network: a serial line behind it, or an SLCAN adapter.
        case network(host: String, port: Int)
    }

    let place: Place
    let argumentText: String

    static let valueName = "LINK"
    static let expected =
        "can0 for a CAN interface, /dev/ttyUSB0 or /dev/ttyUSB0@9600 for a port, or host:port"
    static let placeholder = LinkArgument(place: .interface("can0"), argumentText: "can0")

    private init(place: Place, argumentText: String) {
        self.place = place
        self.argumentText = argumentText
    }

    init?(argument: String) {
        argumentText = argument
        if argument.hasPrefix("/") {
            let parts = argument.split(separator: "@", omittingEmptySubsequences: false)
            guard parts.count <= 2 else { return nil }
            let baud = parts.count == 2 ? Int(parts[1]) : nil
            guard parts.count == 1 || baud != nil else { return nil }
            place = .port(path: String(parts[0]), baud: baud)
        } else if let colon = argument.lastIndex(of: ":") {
            guard let port = Int(argument[argument.index(after: colon)...]), (1...65_535).contains(port),
                colon != argument.startIndex
            else { return nil }
            place = .network(host: String(argument[..<colon]), port: port)
        } else {
            guard (1...15).contains(argument.utf8.count), !argument.contains(" ") else { return nil }
            place = .interface(argument)
        }
    }

    /// The link as settings have it, for a profile that is spoken on it; `option` is how it was given.
    func setting(for name: ProfileName, option: String) throws(UsageError) -> String {
        switch place {
        case .interface(let interface):
            guard !name.isSerial else {
                throw UsageError(
                    "\(option) is \(UsageError.quoted(interface)), but \(name.argumentText) is spoken on a serial line",
                    "write the path of a serial port, or host:port")
            }
            return "{socketcan: \(Self.quoted(interface))}"
        case .port(let path, let baud):
            let rate = baud.map { ", baud: \($0)" } ?? ""
            return "{\(name.isSerial ? "serial" : "slcan"): \(Self.quoted(path))\(rate)}"
        case .network(let host, let port):
            return "{\(name.isSerial ? "tcp" : "slcan_tcp"): \(Self.quoted("\(host):\(port)"))}"
        }
    }

    /// A text that YAML reads back as it is.
    static func quoted(_ text: String) -> String {
        "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
    }
}

/// A capacity on the command line.
struct CapacityArgument: ArgumentValue, Equatable {
    /// In milliamp-hours, 1 Ah to 5000 Ah.
    let milliampHours: Int64

    static let valueName = "CAPACITY"
    static let expected = "a capacity such as 280 or 280Ah, 1 Ah to 5000 Ah"
    static let placeholder = CapacityArgument(milliampHours: 100_000)

    /// In ampere-hours.
    var argumentText: String {
        milliampHours % 1_000 == 0
            ? "\(milliampHours / 1_000) Ah" : "\(Double(milliampHours) / 1_000) Ah"
    }

    private init(milliampHours: Int64) { self.milliampHours = milliampHours }

    init?(argument: String) {
        let digits = argument.prefix { ("0"..."9").contains($0) || $0 == "." }
        let unit = argument.dropFirst(digits.count).drop { $0 == " " }
        guard let number = Double(digits), unit.isEmpty || unit == "Ah" else { return nil }
        let milliampHours = (number * 1_000).rounded()
        guard (1_000...5_000_000).contains(milliampHours) else { return nil }
        self.milliampHours = Int64(milliampHours)
    }
}
