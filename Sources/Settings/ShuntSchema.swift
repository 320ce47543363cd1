import ChargeControl
import YAMLFile

/// The shunt as it was written.
struct ShuntDraft {
    var mark: SourceMark
    var link: Located<String>?
    var driver: Located<String>?
}

/// Reads the section `shunt`; most banks have none.
enum ShuntSchema {
    static func read(_ root: inout MappingReader) -> ShuntDraft? {
        guard let node = root.node("shunt") else { return nil }
        var draft = ShuntDraft(mark: node.mark)
        guard var reader = MappingReader(node, title: "shunt", problems: root.problems) else { return draft }
        draft.link = reader.text("link", "", "", read: { $0 })
        draft.driver = reader.text("driver", "", "", read: { $0 })
        reader.require("link", "the shunt must be heard somehow", "add the name of a link")
        reader.require(
            "driver", "every shunt has a language of its own",
            "add the driver, for example 'driver: victron-vedirect'")
        reader.finish()
        return draft
    }
}

extension CrossChecks {
    /// The shunt exists, is alone on its link, and is there if something follows it.
    func checkShunt() {
        guard let shunt = draft.shunt else { return checkNothingFollowsShunt() }
        var link = existing(shunt.link)
        if let name = shunt.link, link != nil, !isAlone(on: name) { link = nil }
        guard let name = shunt.driver else { return }
        guard let driver = catalogue.shunt(name.value) else {
            return unknown(name, key: "driver of a shunt", among: catalogue.shunts.map(\.id))
        }
        if let link, let kind = link.kind, kind != .serial, let mark = shunt.link?.mark {
            problems.add(
                mark, "driver '\(driver.id)' on link \(SafeText.quoted(link.name))",
                "it needs \(LinkKind.serial.words), and line \(link.mark.line) opens \(kind.words)",
                "name a link of the right kind")
        }
    }

    /// A shunt speaks whenever it likes, into whatever else is said.
    private func isAlone(on name: Located<String>) -> Bool {
        let packs = draft.packs.filter { $0.link?.value == name.value }
        let others =
            packs.map { ($0.title, $0.link?.mark ?? $0.mark) }
            + draft.inverters.filter { $0.link?.value == name.value }.map { ("the inverter", $0.mark) }
        guard let (other, mark) = others.first else { return true }
        problems.add(
            name.mark, "the shunt is on link \(SafeText.quoted(name.value))",
            "\(other) of line \(mark.line) is on it too", "wire the shunt to a link of its own")
        return false
    }

    private func checkNothingFollowsShunt() {
        guard let limits = draft.limits, limits.control.soc.source == .shunt else { return }
        problems.add(
            limits.marks["source"] ?? limits.mark, "'source' is 'shunt'",
            "there is no shunt in the file, so that the state of charge would always be that of the BMS",
            "add 'shunt:' with link and driver, or write another source")
    }
}
