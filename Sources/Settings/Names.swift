import YAMLFile

/// What names, paths and interfaces may be made of.
enum Names {
    /// The longest path a Unix socket can have.
    static let maximumSocketPath = 107

    /// Complains about a name that would not survive a topic, a file name or a log line.
    static func check(_ name: Scalar, of kind: String, _ problems: ProblemCollector) {
        let isPlain = name.text.allSatisfy { $0.isLetter || $0.isNumber || " _-.".contains($0) }
        let hasEdges = name.text.first != " " && name.text.last != " "
        guard isPlain, hasEdges, (1...32).contains(name.text.count), name.text.utf8.count <= 128 else {
            problems.add(
                name.mark, "\(name.shown) as the name of a \(kind)",
                "a name is 1…32 letters, digits, spaces, '_', '-' or '.'", "choose a simpler name")
            return
        }
    }

    static func devicePath(_ text: String) -> String? {
        isPath(text) && text.utf8.count <= 255 ? text : nil
    }

    static func socketPath(_ text: String) -> String? {
        isPath(text) && text.utf8.count <= maximumSocketPath ? text : nil
    }

    /// What stands for no file and no folder.
    static let nowhere = "none"

    /// A path, or `nowhere`, which is no path.
    static func pathOrNowhere(_ text: String) -> String?? {
        if text == nowhere { return .some(nil) }
        return devicePath(text).map { .some($0) }
    }

    static func interface(_ text: String) -> String? {
        let isPlain = text.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "/") }
        return isPlain && (1...15).contains(text.utf8.count) && text != "." && text != ".." ? text : nil
    }

    private static func isPath(_ text: String) -> Bool {
        text.first == "/" && text.last != "/"
            && text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
    }
}
