/// Why a text is not a quantity.
package enum QuantityError: Error, Equatable {
    case notANumber
    case decimalComma
    case missingUnit(number: String)
    case unknownUnit
    case finerThanResolution
    case tooLarge
}

/// A kind of quantity: its units and the whole number it is kept as.
package struct Quantity: Sendable {
    /// A way to write the unit, and how many of the kept whole numbers it is.
    package struct Unit: Sendable {
        package var spelling: String
        package var factor: Int64

        package init(_ spelling: String, _ factor: Int64) {
            self.spelling = spelling
            self.factor = factor
        }
    }

    /// What it is called in a message, with its article.
    package var noun: String
    /// The smallest step that is kept, as it is told to the operator.
    package var resolution: String
    /// The spellings that are read; the first is the one that is printed.
    package var units: [Unit]
    /// Whether it may be written as several numbers with their units, the largest first.
    package var addsUp: Bool

    package init(noun: String, resolution: String, units: [Unit], addsUp: Bool = false) {
        self.addsUp = addsUp
        self.noun = noun
        self.resolution = resolution
        self.units = units
    }

    package static let voltage = Quantity(
        noun: "a voltage", resolution: "1 mV", units: [Unit("V", 1_000), Unit("mV", 1)])
    package static let current = Quantity(
        noun: "a current", resolution: "1 mA", units: [Unit("A", 1_000), Unit("mA", 1)])
    package static let capacity = Quantity(
        noun: "a capacity", resolution: "1 mAh", units: [Unit("Ah", 1_000), Unit("mAh", 1)])
    package static let temperature = Quantity(
        noun: "a temperature", resolution: "0.1 °C", units: [Unit("°C", 10), Unit("C", 10)])
    package static let part = Quantity(noun: "a part", resolution: "0.1 %", units: [Unit("%", 10)])
    package static let time = Quantity(
        noun: "a time", resolution: "1 ms",
        units: [Unit("s", 1_000), Unit("ms", 1), Unit("min", 60_000)])
    package static let bitRate = Quantity(
        noun: "a bit rate", resolution: "1 bit/s",
        units: [Unit("kbit/s", 1_000), Unit("Mbit/s", 1_000_000), Unit("bit/s", 1)])
    package static let ramp = Quantity(
        noun: "a ramp", resolution: "1 mA/s", units: [Unit("A/s", 1_000), Unit("mA/s", 1)])

    package static let power = Quantity(
        noun: "a power", resolution: "1 W", units: [Unit("W", 1), Unit("kW", 1_000)])
    package static let energy = Quantity(
        noun: "an energy", resolution: "1 Wh", units: [Unit("Wh", 1), Unit("kWh", 1_000)])
    /// A time that may be long, and may be written in parts: `2 h 30 min`.
    package static let span = Quantity(
        noun: "a time", resolution: "1 ms",
        units: [
            Unit("d", 86_400_000), Unit("h", 3_600_000), Unit("min", 60_000), Unit("s", 1_000), Unit("ms", 1),
        ], addsUp: true)

    /// Reads a quantity with its unit, exactly: `3.45 V` as voltage is 3450.
    package func parse(_ text: String) throws(QuantityError) -> Int64 {
        guard addsUp else { return try parsePart(text) }
        var sum: Int64 = 0
        var words = text.split(separator: " ")[...]
        guard !words.isEmpty else { throw .notANumber }
        while let word = words.popFirst() {
            // '2 h' is two words, '2h' is one.
            let isNumber = word.last.map(Self.isDigit) ?? false
            let part = isNumber ? word + " " + (words.popFirst() ?? "") : word
            let (longer, overflow) = sum.addingReportingOverflow(try parsePart(String(part)))
            guard !overflow else { throw .tooLarge }
            sum = longer
        }
        return sum
    }

    private func parsePart(_ text: String) throws(QuantityError) -> Int64 {
        let (number, unitText) = Self.split(text)
        let decimal = try Self.decimal(number)
        guard !unitText.isEmpty else { throw .missingUnit(number: String(number)) }
        if unitText.first == ",", unitText.dropFirst().first?.isWholeNumber == true { throw .decimalComma }
        guard let unit = units.first(where: { $0.spelling == unitText }) else {
            throw .unknownUnit
        }
        let (product, overflow) = decimal.digits.multipliedReportingOverflow(by: unit.factor)
        guard !overflow else { throw .tooLarge }
        guard product % decimal.divisor == 0 else { throw .finerThanResolution }
        return product / decimal.divisor
    }

    /// The quantity as an operator would write it.
    package func text(_ kept: Int64) -> String {
        guard !addsUp else { return sumText(kept) }
        let unit = units[0]
        let whole = kept.magnitude / unit.factor.magnitude
        var rest = kept.magnitude % unit.factor.magnitude
        var digits = ""
        var step = unit.factor.magnitude / 10
        while rest > 0, step > 0 {
            digits.append(String(rest / step))
            rest %= step
            step /= 10
        }
        let fraction = digits.isEmpty ? "" : ".\(digits)"
        return "\(kept < 0 ? "-" : "")\(whole)\(fraction) \(unit.spelling)"
    }

    private func sumText(_ kept: Int64) -> String {
        var rest = kept.magnitude
        var parts: [String] = []
        for unit in units where rest >= unit.factor.magnitude {
            parts.append("\(rest / unit.factor.magnitude) \(unit.spelling)")
            rest %= unit.factor.magnitude
        }
        return parts.isEmpty ? "0 s" : (kept < 0 ? "-" : "") + parts.joined(separator: " ")
    }

    /// How `number` could be written with each unit, for a message.
    package func suggestions(for number: String) -> String {
        units.map { "'\(number) \($0.spelling)'" }.joined(separator: " or ")
    }

    /// Splits `100A` or `100 A` behind the number.
    private static func split(_ text: String) -> (number: Substring, unit: Substring) {
        var rest = Substring(text)
        if rest.first == "-" || rest.first == "+" { rest.removeFirst() }
        rest = rest.drop { isDigit($0) || $0 == "." }
        return (text[..<rest.startIndex], rest.drop { $0 == " " })
    }

    /// Reads the number as whole digits over a power of ten.
    private static func decimal(
        _ number: Substring
    ) throws(QuantityError) -> (digits: Int64, divisor: Int64) {
        let isNegative = number.first == "-"
        let unsigned = isNegative || number.first == "+" ? number.dropFirst() : number
        let parts = unsigned.split(separator: ".", omittingEmptySubsequences: false)
        guard let whole = parts.first, !whole.isEmpty, parts.count <= 2 else { throw .notANumber }
        var fraction = parts.count == 2 ? parts[1] : ""
        guard parts.count == 1 || !fraction.isEmpty else { throw .notANumber }
        while fraction.last == "0" { fraction.removeLast() }
        guard whole.count <= 10 else { throw .tooLarge }
        guard fraction.count <= 6 else { throw .finerThanResolution }
        guard let digits = Int64(whole + fraction) else { throw .notANumber }
        var divisor: Int64 = 1
        for _ in fraction { divisor *= 10 }
        return (isNegative ? -digits : digits, divisor)
    }

    private static func isDigit(_ character: Character) -> Bool {
        ("0"..."9").contains(character)
    }
}
