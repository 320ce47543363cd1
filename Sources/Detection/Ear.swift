import BMSDrivers
import BusCodec

/// How one driver hears a line.
struct Ear: Sendable {
    /// Something that the driver understands.
    struct Item: Sendable {
        var bytes: [UInt8]
        var item: LineItem
    }

    let driver: BMSDriver
    /// Questions and answers heard.
    private(set) var items = 0
    /// Their bytes.
    private(set) var understoodBytes = 0
    /// Who was asked or has answered.
    private(set) var addresses: Set<UInt8> = []
    private var scanner = StreamScanner<1_024>()
    private var noiseBefore: UInt64 = 0

    init(_ driver: BMSDriver) { self.driver = driver }

    /// Bytes that the driver does not understand.
    var noiseBytes: Int { Int(scanner.noise.total) + scanner.pendingBytes }

    /// Whether something has come since ``forget()`` that is no part of the protocol, or no whole one.
    var hasHeardNoise: Bool { scanner.noise.total > noiseBefore || scanner.pendingBytes > 0 }

    /// Whether something has begun to arrive that may become an answer.
    var isUnderway: Bool { scanner.pendingBytes > 0 }

    /// Takes bytes and returns what they complete.
    mutating func hear(_ bytes: Span<UInt8>) -> [Item] {
        var found: [Item] = []
        let driver = driver
        scanner.received(bytes, grammar: { driver.scan($0, true, $1) }) { bytes, item in
            found.append(Item(bytes: bytes.indices.map { bytes[$0] }, item: item))
        }
        items += found.count
        understoodBytes += found.reduce(0) { $0 + $1.bytes.count }
        addresses.formUnion(found.compactMap(\.item.address))
        return found
    }

    /// Lets go of what has begun to arrive.
    mutating func forget() {
        scanner.reset()
        noiseBefore = scanner.noise.total
    }
}

extension BMSDriver {
    /// The question by which a pack is looked for: one that every pack answers.
    var firstQuestion: Int {
        let usual = (0..<pollCount).filter { poll($0).mode == usualMode && poll($0).need == .mandatory }
        return usual.first { poll($0).pace == .live } ?? usual.first ?? 0
    }

    /// The question after `index`; the first of all comes when it has been answered.
    func question(after index: Int) -> Int? {
        let usual = (0..<pollCount).filter { poll($0).mode == usualMode }
        let order = [firstQuestion] + usual.filter { $0 != firstQuestion }
        guard let place = order.firstIndex(of: index), place + 1 < order.count else { return nil }
        return order[place + 1]
    }

    private var usualMode: ReadMode {
        (0..<pollCount).contains { poll($0).mode == .frames } ? .frames : .registers
    }
}

extension StaticString {
    func isSame(as other: StaticString) -> Bool { "\(self)" == "\(other)" }
}

extension ByteBuffer {
    /// The bytes as an array.
    var array: [UInt8] { bytes.indices.map { bytes[$0] } }
}
