/// The lines that Junctek's battery monitors speak: a question, and an answer of whole numbers.
///
///     :R50=1,2,1,\r\n                        read, number of the command, address, sum, 1
///     :r50=1,208,5232,5710, ... ,2154,\r\n   the same in small letters: address, sum, numbers
///
/// The sum is that of all numbers behind it, modulo 255, plus 1; it does not cover the command and the address. A
/// display asks without a sum, `:R50=1,\n`. `W` writes settings.
///
/// Sources: Junctek's manuals of KG-F, KH-F and KL-F, "communication protocol"; the sum is right in all captured
/// answers, see the golden table of the driver.
public enum JunctekText {
    /// The longest line that is looked for; the longest captured one has 88 characters.
    public static let maximumLength = 256

    /// What stands at the head of a stream.
    public enum Item: Sendable, Equatable {
        /// An answer to a question that reads this command, with a right sum.
        case answer(command: UInt8)
        /// The same with a wrong sum.
        case spoiled
        /// Another line: a question, or an answer to one that writes.
        case other
    }

    private static let start: UInt8 = 0x3A
    private static let end: UInt8 = 0x0A

    /// Finds a line at the head of a stream.
    public static func scan(_ head: Span<UInt8>) -> ScanStep<Item> {
        guard head.count > 0 else { return .incomplete }
        guard head[0] == start else { return .noise(.noStart) }
        for index in 1..<max(1, min(head.count, maximumLength)) {
            if head[index] == end { return item(head.extracting(first: index + 1)) }
            guard (0x20...0x7E).contains(head[index]) || head[index] == 0x0D, head[index] != start else {
                return .noise(.truncated)
            }
        }
        return head.count < maximumLength ? .incomplete : .noise(.noStart)
    }

    private static func item(_ line: Span<UInt8>) -> ScanStep<Item> {
        guard line.count >= 6, line[4] == 0x3D, digit(line[2]) != nil, digit(line[3]) != nil else {
            return .noise(.noStart)
        }
        switch line[1] {
        case 0x52, 0x57, 0x77: return .item(.other, length: line.count)
        case 0x72:
            guard let answer = JunctekAnswer(line) else { return .noise(.noStart) }
            let item: Item = answer.hasRightSum ? .answer(command: answer.command) : .spoiled
            return .item(item, length: line.count)
        default: return .noise(.noStart)
        }
    }

    /// Writes a question that reads `command`.
    public static func ask<let size: Int>(
        _ command: UInt8, address: UInt8, into buffer: inout ByteBuffer<size>
    ) {
        // The sum of the only number, 1.
        append(0x52, command, address, sum: 2, to: &buffer)
        buffer.append(0x31)
        finish(&buffer)
    }

    /// Writes an answer with `numbers`.
    public static func answer<let size: Int>(
        _ command: UInt8, address: UInt8, numbers: Span<Int32>, into buffer: inout ByteBuffer<size>
    ) {
        var sum: Int64 = 0
        for index in numbers.indices { sum += Int64(numbers[index]) }
        append(0x72, command, address, sum: sum % 255 + 1, to: &buffer)
        for index in numbers.indices {
            if index > 0 { buffer.append(0x2C) }
            buffer.append(decimal: Int64(numbers[index]))
        }
        finish(&buffer)
    }

    private static func append<let size: Int>(
        _ letter: UInt8, _ command: UInt8, _ address: UInt8, sum: Int64, to buffer: inout ByteBuffer<size>
    ) {
        buffer.append(start)
        buffer.append(letter)
        buffer.append(decimal: Int64(command), digits: 2)
        buffer.append(0x3D)
        buffer.append(decimal: Int64(address))
        buffer.append(0x2C)
        buffer.append(decimal: sum)
        buffer.append(0x2C)
    }

    private static func finish<let size: Int>(_ buffer: inout ByteBuffer<size>) {
        buffer.append(0x2C)
        buffer.append(0x0D)
        buffer.append(end)
    }

    static func digit(_ character: UInt8) -> UInt8? {
        (0x30...0x39).contains(character) ? character - 0x30 : nil
    }
}

/// The numbers of an answer.
public struct JunctekAnswer: Sendable {
    /// The command that is answered.
    public let command: UInt8
    /// Who answers.
    public let address: Int64
    /// Whether the sum is right.
    public let hasRightSum: Bool
    /// How many numbers stand behind the sum.
    public let count: Int
    private let numbers: InlineArray<32, Int64>

    /// Reads a whole line; `nil` if it is no answer: something else than numbers with a comma behind each.
    public init?(_ line: Span<UInt8>) {
        guard line.count > 6, let tens = JunctekText.digit(line[2]), let ones = JunctekText.digit(line[3])
        else { return nil }
        command = tens * 10 + ones
        var found = InlineArray<32, Int64>(repeating: 0)
        var size = 0
        var number: Int64 = 0
        var digits = 0
        let end = line[line.count - 2] == 0x0D ? line.count - 2 : line.count - 1
        for index in 5..<end {
            if let digit = JunctekText.digit(line[index]), digits < 10 {
                number = number * 10 + Int64(digit)
                digits += 1
            } else if line[index] == 0x2C, digits > 0, size < found.count {
                found[size] = number
                size += 1
                (number, digits) = (0, 0)
            } else {
                return nil
            }
        }
        guard digits == 0, size > 2 else { return nil }
        var sum: Int64 = 0
        for index in 2..<size { sum += found[index] }
        numbers = found
        address = found[0]
        hasRightSum = found[1] == sum % 255 + 1
        count = size - 2
    }

    /// Number `index` behind the sum, counted from 0.
    ///
    /// - Precondition: `index` is below ``count``.
    public subscript(index: Int) -> Int64 {
        precondition(index < count)
        return numbers[index + 2]
    }
}
