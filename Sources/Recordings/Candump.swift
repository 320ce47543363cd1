import BatteryModel
import BusCodec

/// What `candump -l` and `-L` of can-utils write.
///
///     (1436509052.249713) vcan0 044#2A366C2BBA
///
/// Reading is that of ``TextLines``: lines of other kinds may stand between them. canplayer and log2asc pass over lines
/// that do not begin with a bracket, so that notes are written as comments.
enum Candump {
    static let format = RecordingFormat(
        id: "candump", name: "candump log", endings: ["log", "candump"],
        about: "can-utils (candump -l, canplayer), python-can; CAN frames only",
        begins: { _, line in line.hasPrefix("(") && line.contains("#") },
        makeReader: { LinesReader(TextLines()) }, makeWriter: { Writer() }, takesComments: true)

    struct Writer: FormatWriter {
        func write(_ item: RecordedItem) -> [UInt8]? {
            let time = Numerals.seconds(max(item.nanoseconds ?? 0, 0), places: 6, digits: 10)
            let link = Self.interface(item.link)
            if case .note(let text) = item.content {
                return Array("# (\(time)) \(link): \(text.onOneLine)\n".utf8)
            }
            guard case .frame(let frame) = item.content else { return nil }
            // What canplayer passes over and python-can reads as the direction.
            let direction = item.direction.map { $0 == .sent ? " T" : " R" } ?? ""
            return Array("(\(time)) \(link) \(frame.compactText)\(direction)\n".utf8)
        }

        /// What can be the name of an interface.
        private static func interface(_ link: String) -> String {
            guard let first = link.first else { return "can0" }
            return first.isNumber ? "can" + link : link.replacing(" ", with: "_")
        }
    }
}
