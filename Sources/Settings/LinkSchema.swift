import YAMLFile

/// A link as it was written; what is `nil` follows from what runs on it.
struct LinkDraft {
    enum Medium {
        case serial(String)
        case tcp(TCPEndpoint)
        case listener(TCPListener)
        case socketCAN(String)
        case slcan(String)
        case slcanTCP(TCPEndpoint)
    }

    var name: String
    var mark: SourceMark
    /// `nil` if it could not be understood; that has been told.
    var medium: Located<Medium>?
    var baud: Located<Int>?
    var format: SerialFormat?
    var bitsPerSecond: Located<Int64>?

    var kind: LinkKind? {
        switch medium?.value {
        case .serial, .tcp: .serial
        case .listener: .server
        case .socketCAN, .slcan, .slcanTCP: .can
        case nil: nil
        }
    }

    var isSLCAN: Bool {
        switch medium?.value {
        case .slcan, .slcanTCP: true
        default: false
        }
    }

    /// What two links may not have in common.
    var address: String? {
        switch medium?.value {
        case .serial(let path), .slcan(let path): path
        case .tcp(let endpoint), .slcanTCP(let endpoint): endpoint.description
        case .listener(let listener): "\(listener)"
        case .socketCAN(let interface): interface
        case nil: nil
        }
    }
}

/// Reads the section `links`.
enum LinkSchema {
    private static let maximumLinks = 32
    private static let mediumKeys = ["serial", "tcp", "tcp_listen", "socketcan", "slcan", "slcan_tcp"]
    private static let bauds = [
        1_200, 2_400, 4_800, 9_600, 19_200, 38_400, 57_600, 115_200, 230_400, 460_800, 500_000, 576_000,
        921_600,
        1_000_000, 1_152_000, 1_500_000, 2_000_000, 2_500_000, 3_000_000,
    ]
    /// The rates an SLCAN adapter can be set to (`S0`…`S8`), in bit/s.
    static let slcanRates: [Int64] = [
        10_000, 20_000, 50_000, 100_000, 125_000, 250_000, 500_000, 800_000, 1_000_000,
    ]

    static func read(_ root: inout MappingReader) -> [LinkDraft] {
        root.require("links", "the gateway must know its buses", "add 'links:' with one entry per bus")
        let entries = root.namedEntries("links") ?? []
        if entries.count > maximumLinks, let mark = entries.last?.keyMark {
            root.problems.add(
                mark, "\(entries.count) links", "at most \(maximumLinks) are opened",
                "remove what is not used")
        }
        return entries.prefix(maximumLinks).map { read($0, root.problems) }
    }

    private static func read(_ entry: Node.Entry, _ problems: ProblemCollector) -> LinkDraft {
        Names.check(Scalar(key: entry), of: "link", problems)
        var draft = LinkDraft(name: entry.key, mark: entry.keyMark)
        let title = "link \(SafeText.quoted(entry.key))"
        guard var reader = MappingReader(entry.value, title: title, problems: problems) else { return draft }
        draft.medium = medium(&reader)
        draft.baud = reader.text(
            "baud", "it is one of the usual rates from 1200 to 3000000, without a unit",
            "look it up in the manual of the BMS, often 9600 or 115200",
            read: { text in bauds.first { String($0) == text } })
        draft.format =
            reader.text(
                "format", "it is data bits, parity and stop bits",
                "write 8N1 unless the manual says otherwise",
                read: { SerialFormat($0) })?.value
        draft.bitsPerSecond = reader.quantity("bitrate", .bitRate, in: 10_000...1_000_000)
        checkUse(of: reader, draft)
        if draft.isSLCAN, let rate = draft.bitsPerSecond, !isSettable(rate, problems) {
            draft.bitsPerSecond = nil
        }
        reader.finish()
        return draft
    }

    private static func medium(_ reader: inout MappingReader) -> Located<LinkDraft.Medium>? {
        var found: [Located<LinkDraft.Medium>] = []
        let device = ("it is the path of a device", "write it from '/dev/', best '/dev/serial/by-id/...'")
        let host = ("it is a host and a port", "write 'host:port', or '[address]:port' for IPv6")
        if let path = reader.text("serial", device.0, device.1, read: Names.devicePath) {
            found.append(Located(value: .serial(path.value), mark: path.mark))
        }
        if let endpoint = reader.text("tcp", host.0, host.1, read: { TCPEndpoint($0) }) {
            found.append(Located(value: .tcp(endpoint.value), mark: endpoint.mark))
        }
        if let listener = reader.text(
            "tcp_listen", "it is a port, an address of this machine, or both",
            "write '1502' for this machine only, '0.0.0.0:1502' for every network",
            read: { TCPListener($0) })
        {
            found.append(Located(value: .listener(listener.value), mark: listener.mark))
        }
        if let interface = reader.text(
            "socketcan", "it is the name of a CAN interface, at most 15 characters",
            "write it as 'ip link' shows it",
            read: Names.interface)
        {
            found.append(Located(value: .socketCAN(interface.value), mark: interface.mark))
        }
        if let path = reader.text("slcan", device.0, device.1, read: Names.devicePath) {
            found.append(Located(value: .slcan(path.value), mark: path.mark))
        }
        if let endpoint = reader.text("slcan_tcp", host.0, host.1, read: { TCPEndpoint($0) }) {
            found.append(Located(value: .slcanTCP(endpoint.value), mark: endpoint.mark))
        }
        let written = mediumKeys.filter { reader.has($0) }
        if written.count != 1 {
            let what =
                written.isEmpty
                ? "does not say what it runs over" : "has \(written.joined(separator: " and "))"
            reader.problems.add(
                reader.mark, "\(reader.title) \(what)", "a link is one wire",
                "write exactly one of: \(mediumKeys.joined(separator: ", "))")
            return nil
        }
        return found.first
    }

    /// Refuses keys that mean nothing on this kind of link.
    private static func checkUse(of reader: MappingReader, _ draft: LinkDraft) {
        guard let medium = draft.medium else { return }
        let foreign: [String]
        let what: String
        switch medium.value {
        case .serial: (foreign, what) = (["bitrate"], "a serial port has a baud rate")
        case .tcp: (foreign, what) = (["bitrate", "baud", "format"], "the converter sets the line itself")
        case .listener: (foreign, what) = (["bitrate", "baud", "format"], "there is no line")
        case .socketCAN: (foreign, what) = (["baud", "format"], "a CAN interface has a bit rate")
        case .slcan: (foreign, what) = (["format"], "the adapter expects 8N1")
        case .slcanTCP: (foreign, what) = (["baud", "format"], "there is no serial port")
        }
        for key in foreign {
            reader.refuse(key, what, "remove it")
        }
    }

    private static func isSettable(_ rate: Located<Int64>, _ problems: ProblemCollector) -> Bool {
        if slcanRates.contains(rate.value) { return true }
        let rates = slcanRates.map { Quantity.bitRate.text($0) }.joined(separator: ", ")
        problems.add(
            rate.mark, "'bitrate' is \(Quantity.bitRate.text(rate.value))",
            "an SLCAN adapter cannot be set to it",
            "write one of: \(rates)")
        return false
    }
}
