import BatteryModel
import LinuxIO

/// A bus to record, or to replay on: where it is, how fast it is, and what it is called.
struct BusArgument: ArgumentValue, Equatable {
    let name: String
    let address: LinkAddress
    let argumentText: String

    static let valueName = "LINK"
    static let expected =
        """
        can0 for a CAN interface, /dev/ttyUSB0@9600 for a serial line, host:port for one in the network, or \
        slcan:/dev/ttyACM0@500 or slcan:host:port@500 for an SLCAN adapter on a bus of 500 kbit/s, each with a name \
        if you like: packs=/dev/ttyUSB0@9600
        """
    static let placeholder = BusArgument(
        name: "can0", address: .socketCAN(interface: "can0"), argumentText: "can0")

    /// The speed of a serial line, in baud; `nil` where it is not ours to choose.
    var rate: Int32? {
        if case .serial(_, let format) = address { Int32(clamping: format.baud) } else { nil }
    }

    private init(name: String, address: LinkAddress, argumentText: String) {
        self.name = name
        self.address = address
        self.argumentText = argumentText
    }

    init?(argument: String) {
        argumentText = argument
        var place = argument[...]
        var given: Substring?
        if let sign = argument.firstIndex(of: "="),
            !argument[..<sign].contains(where: { "/:@ ".contains($0) })
        {
            given = argument[..<sign]
            place = argument[argument.index(after: sign)...]
            if given?.isEmpty == true { return nil }
        }
        let isAdapter = place.hasPrefix("slcan:")
        if isAdapter { place = place.dropFirst("slcan:".count) }
        let parts = place.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        let rate = parts.count == 2 ? parts[1] : nil
        guard let spot = parts.first,
            let found = isAdapter ? Self.adapter(spot, rate) : Self.link(spot, rate)
        else { return nil }
        address = found
        name = given.map(String.init) ?? Self.name(spot)
    }

    /// Whether it is a path: neither an interface nor a place in the network has such a sign.
    private static func isPath(_ place: Substring) -> Bool { place.contains("/") }

    /// The last part of a path, an interface, or a place in the network.
    private static func name(_ place: Substring) -> String {
        isPath(place) ? String(place.split(separator: "/").last ?? place) : String(place)
    }

    /// An SLCAN adapter; the rate is that of the bus, in kbit/s.
    private static func adapter(_ place: Substring, _ rate: Substring?) -> LinkAddress? {
        let kilobits = rate.map { Int($0) } ?? 500
        guard let kilobits, [10, 20, 50, 100, 125, 250, 500, 800, 1_000].contains(kilobits) else {
            return nil
        }
        let under = isPath(place) ? serial(place, 115_200, nil) : network(place)
        return under.map { .slcan(over: $0, bitrateKilobits: kilobits) }
    }

    private static func link(_ place: Substring, _ rate: Substring?) -> LinkAddress? {
        if isPath(place) {
            let parts = rate?.split(separator: "-", maxSplits: 1) ?? ["9600"]
            guard let baud = parts.first.flatMap({ Int($0) }), (300...4_000_000).contains(baud) else {
                return nil
            }
            return serial(place, baud, parts.count > 1 ? String(parts[1]) : nil)
        }
        guard rate == nil else { return nil }
        if place.contains(":") { return network(place) }
        guard (1...15).contains(place.utf8.count), !place.contains(" ") else { return nil }
        return .socketCAN(interface: String(place))
    }

    private static func serial(_ path: Substring, _ baud: Int, _ shape: String?) -> LinkAddress? {
        LinuxIO.SerialFormat(baud: baud, shape: shape ?? "8N1").map { .serial(path: String(path), $0) }
    }

    private static func network(_ place: Substring) -> LinkAddress? {
        guard let colon = place.lastIndex(of: ":"), colon != place.startIndex,
            let port = UInt16(place[place.index(after: colon)...]), port > 0
        else { return nil }
        return .tcp(host: String(place[..<colon]), port: port)
    }
}

/// A number of bytes on the command line.
struct SizeArgument: ArgumentValue, Equatable {
    let bytes: Int

    static let valueName = "SIZE"
    static let expected = "a size such as 500kB, 100MB or 1GB, at least 10kB"
    static let placeholder = SizeArgument(bytes: 1_000_000_000)

    var argumentText: String { Self.text(bytes) }

    private init(bytes: Int) { self.bytes = bytes }

    init?(argument: String) {
        let digits = argument.prefix { ("0"..."9").contains($0) }
        guard let unit = Self.units.first(where: { argument.dropFirst(digits.count) == $0.word }),
            let number = Int(digits), number <= 1_000_000, number * unit.bytes >= 10_000
        else { return nil }
        bytes = number * unit.bytes
    }

    private static let units: [(word: String, bytes: Int)] = [
        ("kB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000),
    ]

    /// A number of bytes in words.
    static func text(_ bytes: Int) -> String {
        guard let unit = units.last(where: { bytes >= $0.bytes }) else { return "\(bytes) bytes" }
        let tenths = (bytes * 10 + unit.bytes / 2) / unit.bytes
        return tenths % 10 == 0 || tenths >= 1_000
            ? "\(tenths / 10) \(unit.word)" : "\(tenths / 10).\(tenths % 10) \(unit.word)"
    }
}

/// When a new file is begun.
struct RotationArgument: ArgumentValue, Equatable {
    /// At this size; `nil` for none.
    var bytes: Int?
    /// After this time; `nil` for none.
    var time: Interval?

    static let valueName = "SIZE|TIME"
    static let expected = "a size such as 100MB, or a time such as 1h, at least 10 seconds"
    static let placeholder = RotationArgument(bytes: 100_000_000)

    var argumentText: String { bytes.map(SizeArgument.text) ?? time?.argumentText ?? "" }

    init(bytes: Int) { self.bytes = bytes }

    init?(argument: String) {
        if let size = SizeArgument(argument: argument) {
            bytes = size.bytes
        } else if let length = Interval(argument: argument), length >= .seconds(10) {
            time = length
        } else {
            return nil
        }
    }
}
