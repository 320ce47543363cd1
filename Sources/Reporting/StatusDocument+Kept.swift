import BatteryModel

extension StatusDocument {
    /// What is in files of what was on the links.
    public struct Kept: Sendable {
        /// See ``StatusDocument/recording``.
        public var recording: Recording?
        /// See ``StatusDocument/blackBox``.
        public var blackBox: BlackBox?

        /// Makes it of its parts.
        public init(recording: Recording?, blackBox: BlackBox?) {
            self.recording = recording
            self.blackBox = blackBox
        }
    }

    /// Files into which everything on the links is recorded.
    public struct Recording: Codable, Sendable, Equatable {
        /// The one that grows.
        public var path: String
        /// Bytes written to all of them since the start.
        public var bytesWritten: Int
        /// Pieces that could not be written, because the disk was too slow or full.
        public var missed: UInt64

        /// Makes it of its parts.
        public init(path: String, bytesWritten: Int, missed: UInt64) {
            self.path = path
            self.bytesWritten = bytesWritten
            self.missed = missed
        }
    }

    /// A file with what was on the links before an alarm.
    public struct BlackBox: Codable, Sendable, Equatable {
        /// Where it is.
        public var path: String
        /// When it was written.
        public var secondsAgo: Int64
        /// The alarm, in words; left out for a file from the time before the last start.
        public var alarm: String?

        /// Makes it of its parts.
        public init(path: String, secondsAgo: Int64, alarm: String?) {
            self.path = path
            self.secondsAgo = secondsAgo
            self.alarm = alarm
        }
    }
}

extension StatusView {
    /// Where what was on the links can be found.
    func kept(_ status: StatusDocument) -> [String] {
        let recording = status.recording.map { recording in
            "Recorded  \(recording.path)"
                + (recording.missed > 0 ? "; \(recording.missed) pieces are missing" : "")
        }
        let box = status.blackBox.map { box in
            "Black box \(box.path)   \(Wording.time(.seconds(box.secondsAgo))) ago"
                + (box.alarm.map { ": \($0)" } ?? "")
        }
        return [recording, box].compactMap { $0 }
    }
}
