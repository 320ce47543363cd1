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
package struct Quantity {
    /// A way to write the unit, and how many of the kept whole numbers it is.
    package struct Unit {
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
    /// Whether it is printed in the largest unit in which it is a whole number, as in `4 h`.
    package var printsWholeUnits: Bool

    package init(noun: String, resolution: String, units: [Unit], printsWholeUnits: Bool = false) {
        self.noun = noun
        self.resolution = resolution
        self.units = units
        self.printsWholeUnits = printsWholeUnits
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

    /// Reads a number with its unit, exactly: `3.45 V` as voltage is 3450.
    package func parse(_ text: String) throws(QuantityError) -> Int64 {
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
        let isWhole = { (unit: Unit) in printsWholeUnits && kept != 0 && kept % unit.factor == 0 }
        let unit = units.filter(isWhole).max { $0.factor < $1.factor } ?? units[0]
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
