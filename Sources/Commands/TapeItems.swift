import BatteryModel
package import Gateway
import LinuxIO
package import Recordings

/// Turns what is on a tape into what stands in a recording, and back.
package struct TapeItems: Sendable {
    /// The names of the buses, in the order of the configuration.
    let names: [String]
    /// What the clock on the wall was ahead of the other when the tape began, in nanoseconds.
    var ahead: Int64 = 0

    /// Makes one for buses with these names.
    package init(_ names: [String], ahead: Int64 = 0) {
        self.names = names.map { String($0.map { $0.isWhitespace ? "_" : $0 }) }
        self.ahead = ahead
    }

    /// The time now, as it is recorded.
    var now: Int64 { MonotonicClock.now().nanoseconds &+ ahead }

    /// What was refused stands in a recording as a note that begins so.
    private static let refused = "not taken: "
    /// The name of what belongs to no bus.
    static let nowhere = "-"

    /// An entry as it is recorded.
    package func item(_ entry: BusTape.Entry) -> RecordedItem {
        let content: RecordedItem.Content =
            switch entry.content {
            case .frame(let frame): .frame(frame)
            case .bytes(let bytes): .bytes(bytes)
            case .note(let text): .note(text)
            }
        var item = RecordedItem(
            nanoseconds: entry.at.nanoseconds &+ ahead, link: name(entry),
            direction: entry.way == .received ? .received : .sent, content: content)
        if entry.way == .refused { item.content = .note(Self.refused + content.text) }
        return item
    }

    private func name(_ entry: BusTape.Entry) -> String {
        guard let bus = entry.bus, names.indices.contains(bus) else { return Self.nowhere }
        return entry.caller.map { "\(names[bus])/\($0)" } ?? names[bus]
    }

    /// The entry that was recorded as `item`; `nil` if it is on no bus that there is, or has no time.
    package func entry(_ item: RecordedItem) -> BusTape.Entry? {
        guard let nanoseconds = item.nanoseconds else { return nil }
        var caller: Int?
        var bus = names.firstIndex(of: item.link)
        if bus == nil, let slash = item.link.lastIndex(of: "/") {
            bus = names.firstIndex(of: String(item.link[..<slash]))
            caller = Int(item.link[item.link.index(after: slash)...])
        }
        guard bus != nil || item.link == Self.nowhere else { return nil }
        let at = Instant(nanoseconds: nanoseconds &- ahead)
        let way = item.direction == .sent ? BusTape.Entry.Way.sent : .received
        func made(_ way: BusTape.Entry.Way, _ content: BusTape.Entry.Content) -> BusTape.Entry {
            BusTape.Entry(at: at, bus: bus, caller: caller, way: way, content)
        }
        switch item.content {
        case .frame(let frame): return made(way, .frame(frame))
        case .bytes(let bytes): return made(way, .bytes(bytes))
        case .note(let text):
            guard text.hasPrefix(Self.refused) else { return made(.received, .note(text)) }
            switch RecordedItem.Content(onWire: String(text.dropFirst(Self.refused.count))) {
            case .frame(let frame): return made(.refused, .frame(frame))
            case .bytes(let bytes): return made(.refused, .bytes(bytes))
            default: return made(.received, .note(text))
            }
        }
    }
}
