import BMSDrivers
public import ChargeControl

/// Why a remembered state is not used.
public enum StateDamage: Error, Sendable, Equatable {
    /// It cannot be read; the system's reason.
    case unreadable(String)
    /// It does not end as it should, or is too long.
    case incomplete
    /// Its checksum is wrong.
    case checksum
    /// It is of a version that this program does not know.
    case version
    /// A line is no line of a state.
    case line(Int)
    /// It was written for another bank.
    case otherBank(String)
}

/// The text of a remembered state.
///
/// The first line says what it is, the last carries a CRC-32 of everything before it. In between stand the bank
/// and the packs it was written for, and one named number a line.
public struct StateText: Sendable {
    /// The longest text that is read, in bytes.
    public static let limit = 16_384

    private let bank: String
    private let packs: [String]

    /// Makes the text for the bank of a configuration.
    public init(_ configuration: GatewayConfiguration) {
        let cells = configuration.packs.first?.settings.cells ?? 0
        bank = "\(configuration.control.chemistry) \(cells)"
        packs = configuration.packs.map { "\($0.protocolID) \($0.address) \($0.name)" }
    }

    /// Writes down a memory, and who gave the orders that stand, and why.
    public func bytes(_ memory: ControlMemory, _ orders: [GivenOrder] = []) -> [UInt8] {
        bytes(memory, words: orders.map(OrderWords.init))
    }

    /// Writes down a memory, and what is known of who gave the orders in it.
    func bytes(_ memory: ControlMemory, words: [OrderWords]) -> [UInt8] {
        var text = "\(Self.title)\nbank \(bank)\n"
        for (number, pack) in packs.enumerated() { text += "pack.\(number + 1) \(pack)\n" }
        for index in 0..<ControlMemory.count {
            guard let value = memory[index] else { continue }
            let (pack, name) = ControlMemory.name(index)
            if let pack, pack > packs.count { continue }
            text += pack.map { "pack.\($0).\(name) \(value)\n" } ?? "\(name) \(value)\n"
        }
        for said in words { text += said.line + "\n" }
        return Array((text + Self.lastLine(of: text.utf8)).utf8)
    }

    /// Reads a memory, all of it or nothing.
    ///
    /// Numbers of packs that are no longer there, and numbers whose names are not known, are left out.
    ///
    /// - Throws: `StateDamage`.
    public func memory(_ bytes: [UInt8]) throws(StateDamage) -> ControlMemory {
        try state(bytes).memory
    }

    /// Reads a memory and the words of the orders in it, all of it or nothing.
    ///
    /// - Throws: `StateDamage`.
    func state(_ bytes: [UInt8]) throws(StateDamage) -> (memory: ControlMemory, words: [OrderWords]) {
        let lines = try Self.lines(of: bytes)
        guard lines.first == Self.title else { throw .version }
        var memory = ControlMemory()
        var words: [OrderWords] = []
        var places: [Substring: Int] = [:]
        for (number, line) in lines.enumerated().dropFirst() {
            guard let space = line.firstIndex(of: " ") else { throw .line(number + 1) }
            let name = line[..<space]
            let rest = line[line.index(after: space)...]
            if name == "bank" {
                guard rest == bank else { throw .otherBank(String(rest)) }
            } else if name.hasPrefix(OrderWords.prefix) {
                if let said = OrderWords(name, rest) { words.append(said) }
            } else if name.hasPrefix("pack."), !name.dropFirst(5).contains(".") {
                places[name] = packs.firstIndex(of: String(rest))
            } else {
                guard let value = Int64(rest) else { throw .line(number + 1) }
                guard let index = index(name, places) else { continue }
                guard memory[index] == nil else { throw .line(number + 1) }
                memory[index] = value
            }
        }
        return (memory, words)
    }

    /// Where the value called `name` belongs; `nil` if nowhere.
    private func index(_ name: Substring, _ places: [Substring: Int]) -> Int? {
        guard name.hasPrefix("pack."), let point = name.lastIndex(of: ".") else {
            return Self.names["\(name)"]
        }
        guard let pack = places[name[..<point]] else { return nil }
        return Self.names["pack.\(pack + 1).\(name[name.index(after: point)...])"]
    }

    private static let names: [String: Int] = {
        var names: [String: Int] = [:]
        for index in 0..<ControlMemory.count {
            let (pack, name) = ControlMemory.name(index)
            names[pack.map { "pack.\($0).\(name)" } ?? "\(name)"] = index
        }
        return names
    }()

    // MARK: The frame around it

    private static let title = "busbar-state 1"

    private static func lastLine(of text: some Sequence<UInt8>) -> String {
        let digits = String(crc32(text), radix: 16)
        return "crc32 \(String(repeating: "0", count: 8 - digits.count))\(digits)\n"
    }

    /// The lines of a whole text, without the last.
    private static func lines(of bytes: [UInt8]) throws(StateDamage) -> [String] {
        let lengthOfLast = 15
        guard bytes.count <= limit, bytes.count > lengthOfLast else { throw .incomplete }
        let body = bytes.dropLast(lengthOfLast)
        let last = bytes.suffix(lengthOfLast)
        guard body.last == 0x0A, last.last == 0x0A, last.starts(with: "crc32 ".utf8) else {
            throw .incomplete
        }
        guard Array(last) == Array(lastLine(of: body).utf8) else { throw .checksum }
        return body.dropLast().split(separator: 0x0A, omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
        }
    }

    /// CRC-32 as in Ethernet and zip: reflected polynomial 0xEDB88320, inverted before and after.
    static func crc32(_ bytes: some Sequence<UInt8>) -> UInt32 {
        var crc = UInt32.max
        for byte in bytes {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 0 ? crc >> 1 : crc >> 1 ^ 0xEDB8_8320 }
        }
        return ~crc
    }
}
