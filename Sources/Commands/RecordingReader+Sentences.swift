import Recordings
import Reporting

extension RecordingReader {
    /// What cannot be read, and where the times jump, in sentences.
    var complaints: [String] { [complaint, jump].compactMap { $0 } }

    /// What cannot be read, as a sentence; `nil` if there is nothing.
    var complaint: String? {
        tally.firstUnreadable.map {
            sentence(tally.unreadable, $0.place, one: "cannot be read", several: "cannot be read", $0.reason)
        }
    }

    /// Where the times go back or leap, as a sentence; `nil` if they do not.
    var jump: String? {
        tally.times.first.map {
            sentence(
                tally.times.jumps, $0.place, one: "jumps in time", several: "jump in time",
                "from \(Self.moment($0.before)) to \(Self.moment($0.after))")
        }
    }

    private func sentence(
        _ count: Int, _ place: Int, one: String, several: String, _ details: String
    ) -> String {
        let isBinary = format?.isBinary == true
        let what = isBinary ? "place" : "line"
        let first = isBinary ? "at byte \(place)" : "line \(place)"
        return count == 1
            ? "1 \(what) \(one): \(first): \(details)"
            : "\(count) \(what)s \(several); the first is \(first): \(details)"
    }

    private static func moment(_ nanoseconds: Int64) -> String {
        let time = CivilTime(seconds: nanoseconds / 1_000_000_000)
        return "\(time.date) \(time.time)"
    }
}
