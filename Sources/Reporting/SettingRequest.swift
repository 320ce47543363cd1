import BatteryModel
import FoundationEssentials
import Gateway

/// A setting of a pack that is to be written: the text behind the word `set` on the gateway's socket.
public struct SettingRequest: Codable, Sendable, Equatable {
    /// The pack, by its name.
    public var pack: String
    /// The setting, by its name.
    public var name: String
    /// The value, in the unit of ``SettingsDocument/Setting/value``.
    public var value: Int32
    /// Whether it is really written; otherwise the gateway only says whether it could be.
    public var write: Bool?

    /// Makes a request.
    public init(pack: String, name: String, value: Int32, write: Bool? = nil) {
        self.pack = pack
        self.name = name
        self.value = value
        self.write = write
    }

    /// The request as the line that is sent.
    ///
    /// - Throws: `EncodingError`, which no request can cause.
    public func line() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return "set " + String(decoding: try encoder.encode(self), as: UTF8.self)
    }

    /// Reads what stands behind the word `set`.
    init(text: Substring) throws(ControlRefusal) {
        do {
            self = try JSONDecoder().decode(SettingRequest.self, from: Data(text.utf8))
        } catch {
            throw ControlRefusal(
                "the request is not understood", "send a JSON object with pack, name, value and write")
        }
    }

    /// What the gateway is to do.
    ///
    /// - Throws: What there is not.
    func change(_ wording: Wording) throws(ControlRefusal) -> SettingChange {
        guard let index = wording.packs.firstIndex(of: pack) else {
            throw wording.refusal(.unknownPack, nil)
        }
        guard let field = PackField.settings.first(where: { "\($0.name)" == name }) else {
            let known = PackField.settings.map { "\($0.name)" }.joined(separator: ", ")
            throw ControlRefusal("there is no such setting", "there are \(known)")
        }
        return SettingChange(pack: index, field: field, value: value)
    }
}

/// What the gateway answers to a setting that it writes, or could write.
public struct SettingAnswer: Codable, Sendable, Equatable {
    /// The pack.
    public var pack: String
    /// The setting.
    public var name: String
    /// What is set now, in the unit of ``SettingsDocument/Setting/value``; the same as ``new`` where nothing is to be done.
    public var old: Int32
    /// What is to be set.
    public var new: Int32
    /// The first for people, with its unit.
    public var oldText: String
    /// The second for people, with its unit.
    public var newText: String
    /// The number of the write, by which ``SettingsDocument/write`` is recognised; left out if nothing is written.
    public var number: UInt64?

    /// Makes an answer.
    init(_ change: SettingChange, old: Int32, number: UInt64?, _ wording: Wording) {
        pack = wording.packs[change.pack]
        name = "\(change.field.name)"
        self.old = old
        new = change.value
        oldText = wording.setting(change.field, old, pack: change.pack)
        newText = wording.setting(change.field, change.value, pack: change.pack)
        self.number = number
    }
}
