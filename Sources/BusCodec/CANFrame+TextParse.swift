import BatteryModel

extension CANFrameLine {
    /// Reads a line in log form or console form.
    ///
    /// A time, an interface, the direction columns of `candump -x` and the text column of `candump -a` may be there
    /// or not; a line end is no part of the frame. `351#28 02` without interface, as `cansend` takes it, is read too.
    ///
    /// - Parameter line: The bytes of one line.
    /// - Throws: ``CANFrameTextError``, with the column.
    public init(parsing line: Span<UInt8>) throws(CANFrameTextError) {
        var words = WordReader(line: line)
        guard let head = words.peek() else { throw .empty }
        var time: Int64?
        if line[head.lowerBound] == 0x28 { time = try words.time() }
        guard let first = words.next() else { throw .endsEarly(column: words.column) }
        if words.has(0x23, in: first) {
            self.init(try words.compact(first), nanoseconds: time)
            return
        }
        guard let second = words.peek() else { throw .endsEarly(column: words.column) }
        let beginsCount = line[second.lowerBound] == 0x5B
        let interface = beginsCount ? ASCIIText() : ASCIIText(padded: line.extracting(first))
        if words.has(0x23, in: second) {
            _ = words.next()
            self.init(try words.compact(second), nanoseconds: time, interface: interface)
            return
        }
        let identifier = beginsCount ? first : try words.identifierBehindDirection()
        self.init(try words.console(identifier), nanoseconds: time, interface: interface)
    }
}

/// Cuts a line into words and reads them.
private struct WordReader: ~Escapable {
    let line: Span<UInt8>
    var position = 0

    @_lifetime(copy line)
    init(line: Span<UInt8>) { self.line = line }

    /// Where the reader stands, counted from 1.
    var column: Int { position + 1 }

    /// The next word without taking it.
    func peek() -> Range<Int>? {
        var first = position
        while first < line.count, isSpace(line[first]) { first += 1 }
        guard first < line.count else { return nil }
        var end = first
        while end < line.count, !isSpace(line[end]) { end += 1 }
        return first..<end
    }

    @_lifetime(self: copy self)
    mutating func next() -> Range<Int>? {
        guard let word = peek() else {
            position = line.count
            return nil
        }
        position = word.upperBound
        return word
    }

    func has(_ byte: UInt8, in word: Range<Int>) -> Bool {
        for index in word where line[index] == byte { return true }
        return false
    }

    private func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

    private func hex(at index: Int) throws(CANFrameTextError) -> UInt8 {
        guard index < line.count else { throw .endsEarly(column: index + 1) }
        switch line[index] {
        case let byte where (0x30...0x39).contains(byte): return byte - 0x30
        case let byte where (0x41...0x46).contains(byte): return byte - 0x37
        case let byte where (0x61...0x66).contains(byte): return byte - 0x57
        default: throw .unexpected(column: index + 1)
        }
    }

    /// Makes the empty frame that the digits in `word` name.
    private func frame(_ word: Range<Int>) throws(CANFrameTextError) -> CANFrame {
        let start = word.lowerBound + 1
        guard word.count == 3 || word.count == 8 else { throw .identifierDigits(column: start) }
        var number: UInt32 = 0
        for index in word { number = number << 4 | UInt32(try hex(at: index)) }
        if word.count == 3 {
            guard number <= CANFrame.maximumStandardIdentifier else {
                throw .identifierTooLarge(column: start)
            }
            return CANFrame(identifier: number, length: 0)
        }
        if number & CANFrame.errorFlag != 0, number < CANFrame.errorFlag << 1 {
            return CANFrame(identifier: number ^ CANFrame.errorFlag, kind: .error, length: 0)
        }
        guard number <= CANFrame.maximumExtendedIdentifier else { throw .identifierTooLarge(column: start) }
        return CANFrame(identifier: number, isExtended: true, length: 0)
    }

    /// Reads `123#112233`, `123#11.22.33` or `123#R8`, and what `candump -x` writes behind it.
    @_lifetime(self: copy self)
    mutating func compact(_ word: Range<Int>) throws(CANFrameTextError) -> CANFrame {
        var mark = word.lowerBound
        while line[mark] != 0x23 { mark += 1 }
        var frame = try frame(word.lowerBound..<mark)
        var index = mark + 1
        if index < word.upperBound, line[index] == 0x23 { throw .notClassic(column: index + 1) }
        if index < word.upperBound, line[index] | 0x20 == 0x72, frame.kind == .data {
            frame.kind = .remote
            if index + 1 < word.upperBound {
                frame.length = try hex(at: index + 1)
                guard frame.length <= 8 else { throw .tooManyBytes(column: index + 2) }
            }
            guard index + 2 >= word.upperBound else { throw .unexpected(column: index + 3) }
        } else {
            while index < word.upperBound {
                if line[index] == 0x2E, frame.length > 0, index + 1 < word.upperBound { index += 1 }
                guard frame.length < 8 else { throw .tooManyBytes(column: index + 1) }
                guard index + 1 < word.upperBound else { throw .endsEarly(column: index + 2) }
                frame.bytes[Int(frame.length)] = try hex(at: index) << 4 | hex(at: index + 1)
                frame.length += 1
                index += 2
            }
        }
        if let rest = next() {
            guard rest.count == 1, line[rest.lowerBound] == 0x52 || line[rest.lowerBound] == 0x54,
                peek() == nil
            else { throw .unexpected(column: rest.lowerBound + 1) }
        }
        return frame
    }

    /// Passes `RX - -` or `TX B E`, which `candump -x` puts before the identifier, and returns the identifier.
    @_lifetime(self: copy self)
    mutating func identifierBehindDirection() throws(CANFrameTextError) -> Range<Int> {
        guard let word = next() else { throw .endsEarly(column: column) }
        let isDirection =
            word.count == 2 && line[word.lowerBound + 1] == 0x58
            && (line[word.lowerBound] == 0x52 || line[word.lowerBound] == 0x54)
        guard isDirection else { return word }
        guard let flag = next(), flag.count == 1, let other = next(), other.count == 1,
            let identifier = next()
        else { throw .unexpected(column: column) }
        return identifier
    }

    /// Reads `[8]  28 02 …` or `[0]  remote request` behind the identifier, and what may follow.
    @_lifetime(self: copy self)
    mutating func console(_ identifier: Range<Int>) throws(CANFrameTextError) -> CANFrame {
        var frame = try frame(identifier)
        guard let count = next() else { throw .endsEarly(column: column) }
        let first = count.lowerBound
        guard line[first] == 0x5B, line[count.upperBound - 1] == 0x5D, count.count > 2 else {
            throw .unexpected(column: first + 1)
        }
        // CAN FD has two digits between the brackets, even for few bytes.
        guard count.count == 3 else { throw .notClassic(column: first + 1) }
        let announced = try hex(at: first + 1)
        guard announced <= 8 else { throw .tooManyBytes(column: first + 2) }
        frame.length = announced
        if let word = peek(), line[word.lowerBound] == 0x72 {
            frame.kind = .remote
            try expect("remote")
            try expect("request")
            return frame
        }
        for place in 0..<Int(announced) {
            guard let word = next() else { throw .wrongCount(column: column) }
            guard word.count == 2 else { throw .wrongCount(column: word.lowerBound + 1) }
            frame.bytes[place] = try hex(at: word.lowerBound) << 4 | hex(at: word.lowerBound + 1)
        }
        try finish(frame)
        return frame
    }

    /// Checks what stands behind the bytes: nothing, `ERRORFRAME`, or the bytes as text.
    @_lifetime(self: copy self)
    private mutating func finish(_ frame: CANFrame) throws(CANFrameTextError) {
        guard let word = peek() else { return }
        if frame.kind == .error {
            try expect("ERRORFRAME")
        } else if line[word.lowerBound] != 0x27 {
            let column = word.lowerBound + 1
            throw word.count == 2 ? .wrongCount(column: column) : .unexpected(column: column)
        }
    }

    @_lifetime(self: copy self)
    private mutating func expect(_ text: StaticString) throws(CANFrameTextError) {
        guard let word = next() else { throw .endsEarly(column: column) }
        guard word.count == text.utf8CodeUnitCount else { throw .unexpected(column: word.lowerBound + 1) }
        for index in word where unsafe text.utf8Start[index - word.lowerBound] != line[index] {
            throw .unexpected(column: index + 1)
        }
    }

    /// Reads `(1436509052.249713)` or `(2026-11-21 10:00:00.123456)`, in nanoseconds.
    @_lifetime(self: copy self)
    mutating func time() throws(CANFrameTextError) -> Int64 {
        guard let word = peek() else { throw .empty }
        position = word.lowerBound + 1
        var seconds = try number()
        if position < line.count, line[position] == 0x2D {
            let month = try number(behind: 0x2D)
            let day = try number(behind: 0x2D)
            let hours = try number(behind: 0x20)
            let minutes = try number(behind: 0x3A)
            let rest = try number(behind: 0x3A)
            guard (1970...2200).contains(seconds), (1...12).contains(month), (1...31).contains(day),
                hours < 24, minutes < 60, rest < 61
            else { throw .time(column: word.lowerBound + 1) }
            let date = CivilDate(year: seconds, month: month, day: day)
            seconds = date.daysSince1970 * 86_400 + hours * 3_600 + minutes * 60 + rest
        }
        guard seconds < 9_000_000_000 else { throw .time(column: word.lowerBound + 1) }
        let fraction = try fraction()
        guard position < line.count, line[position] == 0x29 else { throw .time(column: column) }
        position += 1
        return seconds * 1_000_000_000 + fraction
    }

    @_lifetime(self: copy self)
    private mutating func number(behind mark: UInt8? = nil) throws(CANFrameTextError) -> Int64 {
        if let mark {
            guard position < line.count, line[position] == mark else { throw .time(column: column) }
            position += 1
        }
        let first = position
        var result: Int64 = 0
        while position < line.count, (0x30...0x39).contains(line[position]) {
            guard position - first < 12 else { throw .time(column: column) }
            result = result * 10 + Int64(line[position] - 0x30)
            position += 1
        }
        guard position > first else { throw .time(column: column) }
        return result
    }

    /// Reads `.249713` as nanoseconds; places beyond the ninth are cut off.
    @_lifetime(self: copy self)
    private mutating func fraction() throws(CANFrameTextError) -> Int64 {
        guard position < line.count, line[position] == 0x2E else { return 0 }
        position += 1
        var weight: Int64 = 100_000_000
        var result: Int64 = 0
        while position < line.count, (0x30...0x39).contains(line[position]) {
            result += Int64(line[position] - 0x30) * weight
            weight /= 10
            position += 1
        }
        return result
    }
}
