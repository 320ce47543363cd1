import CYAML

/// One event of the YAML parser, copied out of the parser's own memory.
struct YAMLEvent {
    enum Kind {
        case documentStart
        case scalar(String, isQuoted: Bool)
        case sequenceStart
        case sequenceEnd
        case mappingStart
        case mappingEnd
        case alias
        case streamEnd
        /// Nothing the tree is made of.
        case other
    }

    var kind: Kind
    var mark: SourceMark
    var hasAnchor = false
    var hasTag = false
}

/// Why the text is not YAML.
struct YAMLSyntaxError: Error {
    var mark: SourceMark
    var what: String
    var why: String
    var remedy: String
}

/// The events of one text, read by libyaml.
///
/// The parser keeps pointers into itself, so it lives at an address of its own until the value is destroyed.
struct YAMLEvents: ~Copyable {
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let text: UnsafeBufferPointer<UInt8>

    /// Starts on `text`; `nil` if there is no memory for a parser.
    ///
    /// - Precondition: `text` is not empty, and outlives the value.
    init?(text: UnsafeBufferPointer<UInt8>) {
        precondition(!text.isEmpty)
        let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
        guard yaml_parser_initialize(parser) == 1 else {
            parser.deallocate()
            return nil
        }
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, text.baseAddress, text.count)
        self.parser = parser
        self.text = text
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
    }

    /// The next event; not to be asked again after an error.
    mutating func next() throws(YAMLSyntaxError) -> YAMLEvent {
        var event = yaml_event_t()
        guard yaml_parser_parse(parser, &event) == 1 else { throw syntaxError() }
        defer { yaml_event_delete(&event) }
        var result = YAMLEvent(kind: .other, mark: SourceMark(event.start_mark))
        switch event.type {
        case YAML_DOCUMENT_START_EVENT: result.kind = .documentStart
        case YAML_STREAM_END_EVENT, YAML_NO_EVENT: result.kind = .streamEnd
        case YAML_ALIAS_EVENT: result.kind = .alias
        case YAML_SEQUENCE_END_EVENT: result.kind = .sequenceEnd
        case YAML_MAPPING_END_EVENT: result.kind = .mappingEnd
        case YAML_SEQUENCE_START_EVENT:
            result.kind = .sequenceStart
            result.hasAnchor = event.data.sequence_start.anchor != nil
            result.hasTag = event.data.sequence_start.tag != nil
        case YAML_MAPPING_START_EVENT:
            result.kind = .mappingStart
            result.hasAnchor = event.data.mapping_start.anchor != nil
            result.hasTag = event.data.mapping_start.tag != nil
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            let bytes = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            result.kind = .scalar(
                String(decoding: bytes, as: UTF8.self), isQuoted: scalar.style != YAML_PLAIN_SCALAR_STYLE)
            result.hasAnchor = scalar.anchor != nil
            result.hasTag = scalar.tag != nil
        default: break
        }
        return result
    }

    private func syntaxError() -> YAMLSyntaxError {
        let state = parser.pointee
        let problem = state.problem.map { String(cString: $0) } ?? "out of memory"
        let mark =
            state.error == YAML_READER_ERROR
            ? markOfByte(state.problem_offset) : SourceMark(state.problem_mark)
        let (why, remedy) = YAMLAdvice.on(problem)
        let begin = SourceMark(state.context_mark)
        let context = state.context.map { " (\(String(cString: $0)) that begins in line \(begin.line))" }
        let what = "this is not YAML: \(problem)" + (begin.line == mark.line ? "" : context ?? "")
        return YAMLSyntaxError(mark: mark, what: what, why: why, remedy: remedy)
    }

    /// The parser knows only the offset of a byte it cannot decode.
    private func markOfByte(_ offset: Int) -> SourceMark {
        var mark = SourceMark(line: 1, column: 1)
        for byte in text.prefix(offset) {
            if byte == UInt8(ascii: "\n") {
                mark = SourceMark(line: mark.line + 1, column: 1)
            } else if byte & 0b1100_0000 != 0b1000_0000 {
                mark.column += 1
            }
        }
        return mark
    }
}

extension SourceMark {
    /// libyaml counts from 0.
    fileprivate init(_ mark: yaml_mark_t) {
        self.init(line: mark.line + 1, column: mark.column + 1)
    }
}

/// What the messages of the YAML parser usually mean.
enum YAMLAdvice {
    private static let rows: [(part: String, why: String, remedy: String)] = [
        (
            "mapping values are not allowed", "a ': ' stands where no key can stand",
            "check the indentation here and in the line above, or put the value in quotes"
        ),
        (
            "did not find expected key", "the indentation fits no line above",
            "indent the keys of one block by the same number of spaces"
        ),
        (
            "did not find expected '-'", "this line stands between the items of a list",
            "begin the item with '- ', or mend the indentation"
        ),
        (
            "could not find expected ':'", "this is neither 'key: value' nor an item of a list",
            "write a colon and a space behind the key"
        ),
        (
            "cannot start any token", "the character has a meaning of its own in YAML",
            "put the value in quotes"
        ),
        ("unexpected end of stream", "a quote is never closed", "close it"),
        (
            "expected ',' or", "a bracket is never closed, or a comma is missing",
            "close the bracket, or write the comma"
        ),
        (
            "UTF-8", "the file is not plain text in UTF-8",
            "save it as UTF-8, or check that it is the right file"
        ),
        (
            "control characters", "the file is not plain text",
            "remove the character, or check that it is the right file"
        ),
    ]

    static func on(_ problem: String) -> (why: String, remedy: String) {
        let row = rows.first { problem.contains($0.part) }
        return (row?.why ?? "nothing behind it can be read", row?.remedy ?? "mend this line")
    }
}
