import Glibc

/// Where a command writes and what it reads from: the terminal, a pipe, or a test's memory.
///
/// Output is collected and written in pieces; errors go out at once, behind the output so far. Once nobody reads
/// the output any more, nothing more is written: usually the process has then ended by SIGPIPE; where that is
/// ignored, ``isOpen`` turns false and the command ends as if it had finished.
public final class Console {
    /// The descriptor that `-` reads.
    public let input: Int32
    /// Whether a person looks at the output.
    public let isTerminal: Bool
    /// How many characters fit into a line.
    public let width: Int
    /// Whether output may be coloured: on a terminal, unless `NO_COLOR` is set.
    public let usesColour: Bool
    /// Whether anybody still reads the output.
    public private(set) var isOpen = true
    /// The error number of the first output that could not be written; `nil` if all could.
    public private(set) var writeError: Int32?

    private let memory: Bool
    private var pending: [UInt8] = []
    private var shownProgress = ""
    private var capturedOutput: [UInt8] = []
    private var capturedErrors: [UInt8] = []

    /// The console of this process.
    public init() {
        input = STDIN_FILENO
        isTerminal = isatty(STDOUT_FILENO) == 1
        width = isTerminal ? Self.terminalWidth() : 100
        let noColour = getenv("NO_COLOR").map { $0[0] != 0 } ?? false
        usesColour = isTerminal && !noColour && getenv("TERM").map { String(cString: $0) } != "dumb"
        memory = false
    }

    /// A console that keeps what is written, for tests.
    public init(capturing input: Int32, width: Int = 100) {
        self.input = input
        self.width = width
        isTerminal = false
        usesColour = false
        memory = true
    }

    /// What was written to a capturing console.
    public var output: String { String(decoding: capturedOutput + pending, as: UTF8.self) }
    /// The errors that were written to a capturing console.
    public var errors: String { String(decoding: capturedErrors, as: UTF8.self) }

    /// Writes `text` as it is.
    public func write(_ text: String) { write(bytes: text.utf8) }

    /// Writes bytes as they are.
    public func write(bytes: some Sequence<UInt8>) {
        guard isOpen else { return }
        pending.append(contentsOf: bytes)
        if pending.count >= 32_768 { flush() }
    }

    /// Writes `text` and a line end.
    public func line(_ text: String = "") {
        write(text)
        write("\n")
    }

    /// Writes a line to the error output, behind all output so far.
    public func complain(_ text: String) {
        flush()
        let bytes = Array((text + "\n").utf8)
        if memory { capturedErrors += bytes } else { _ = Self.write(bytes, to: STDERR_FILENO) }
    }

    /// Shows how far long work is, on a terminal only; the next one replaces it, and an empty one removes it.
    public func progress(_ text: String) {
        guard isTerminal, isOpen, !memory, text != shownProgress else { return }
        flush()
        shownProgress = text
        _ = Self.write(Array("\r\u{1B}[K\(text.prefix(width - 1))".utf8), to: STDOUT_FILENO)
    }

    /// Writes what has been collected.
    public func flush() {
        guard isOpen, !pending.isEmpty else { return }
        if memory {
            capturedOutput += pending
        } else if let code = Self.write(pending, to: STDOUT_FILENO) {
            isOpen = false
            if code != EPIPE { writeError = code }
        }
        pending.removeAll(keepingCapacity: true)
    }

    /// How a piece of text stands out where colour is used.
    public enum Style: String, Sendable {
        /// Brighter or thicker.
        case bold = "1"
        /// Something that is wrong.
        case red = "31"
        /// Something to look at.
        case yellow = "33"
    }

    /// `text` in a style, or as it is where colour is not used.
    public func styled(_ text: String, _ style: Style) -> String {
        usesColour ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
    }

    /// Writes all bytes; returns the error number if that is not possible.
    private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Int32? {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if errno == EAGAIN {
                var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&wait, 1, -1)
            } else if errno != EINTR {
                return errno
            }
        }
        return nil
    }

    private static func terminalWidth() -> Int {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col >= 40 else { return 80 }
        return Int(size.ws_col)
    }
}
