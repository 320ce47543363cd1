/// What may be repeated in a message of the text somebody wrote.
///
/// A message ends in a terminal, a log and perhaps a forum post: secrets are left out, control characters cannot
/// act, and no text is longer than a line.
package enum SafeText {
    private static let maximumLength = 60
    private static let secretWords: Set<Substring> = ["pin", "pass", "credential", "credentials"]
    private static let secretParts = ["password", "passwd", "passphrase", "token", "secret"]

    /// Tells whether a key of this name holds something that must not be shown.
    package static func namesASecret(_ key: String) -> Bool {
        let lowered = key.lowercased()
        if secretParts.contains(where: lowered.contains) { return true }
        let words = lowered.split { !$0.isLetter && !$0.isNumber }
        return words.contains { secretWords.contains($0) || $0.hasSuffix("key") || $0.hasSuffix("keys") }
    }

    /// `text` in quotes, fit for a message.
    package static func quoted(_ text: String) -> String {
        // A missing colon or a glued line turns "password" and its value into one piece of text; user names and
        // their passwords stand before an at sign.
        let isOneWord = text.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" }
        if text.contains("@") || (namesASecret(text) && !isOneWord) { return "(not shown)" }
        var shown = ""
        for scalar in text.unicodeScalars.prefix(maximumLength) {
            let isPrintable = scalar.properties.generalCategory.isPrintable || scalar == " "
            shown.unicodeScalars.append(isPrintable ? scalar : "\u{FFFD}")
        }
        let isCut = text.unicodeScalars.dropFirst(maximumLength).first != nil
        return "'\(shown)\(isCut ? "…" : "")'"
    }
}

extension Unicode.GeneralCategory {
    fileprivate var isPrintable: Bool {
        switch self {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator,
            .spaceSeparator:
            false
        default: true
        }
    }
}

/// Finds the word somebody probably meant.
package enum NearestName {
    /// The candidate nearest to `name`, or `nil` if none is near enough to be worth naming.
    package static func of(_ name: String, among candidates: [String]) -> String? {
        guard name.utf8.count <= 64 else { return nil }
        let plain = folded(name)
        let continued = candidates.filter { plain.count >= 3 && folded($0).starts(with: plain) }
        if continued.count == 1 { return continued.first }
        let scored = candidates.map { (name: $0, distance: distance(plain, folded($0))) }
        guard let best = scored.min(by: { $0.distance < $1.distance }) else { return nil }
        return best.distance <= max(1, plain.count / 3) ? best.name : nil
    }

    private static func folded(_ name: String) -> [Character] {
        name.lowercased().map { $0 == "-" || $0 == " " ? "_" : $0 }
    }

    /// Insertions, deletions, replacements and swaps of neighbours that lead from `a` to `b`.
    private static func distance(_ a: [Character], _ b: [Character]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...b.count)
        for i in a.indices {
            var row = [i + 1]
            for j in b.indices {
                var best = min(last[j] + (a[i] == b[j] ? 0 : 1), last[j + 1] + 1, row[j] + 1)
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
                    best = min(best, beforeLast[j - 1] + 1)
                }
                row.append(best)
            }
            beforeLast = last
            last = row
        }
        return last[b.count]
    }
}
