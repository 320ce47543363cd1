/// Draws numbers over time as SVG, as wide as the page lets it be.
struct PlotDrawing {
    private let title: String
    private let series: [DiagnosisDocument.Series]
    private let seconds: Double
    private let low: Double, high: Double
    private let tick: Double

    private static let width = 480.0, height = 200.0
    private static let left = 52.0, right = 8.0, top = 10.0, bottom = 24.0

    /// A drawing of series that share a unit; `nil` if there is nothing to draw.
    init?(_ title: String, _ series: [DiagnosisDocument.Series]) {
        let lows = series.flatMap(\.lows).compactMap { $0 }
        let highs = series.flatMap(\.highs).compactMap { $0 }
        guard let lowest = lows.min(), let highest = highs.max() else { return nil }
        self.title = title
        self.series = series
        seconds = max(series.map { $0.stepSeconds * Double($0.lows.count) }.max() ?? 1, 0.001)
        tick = Self.roundStep((highest - lowest) / 4, least: Self.leastTicks[title] ?? 0.5)
        let isFlat = highest - lowest < tick / 4
        low = (lowest / tick).rounded(.down) * tick - (isFlat ? tick : 0)
        high = max((highest / tick).rounded(.up) * tick, low + tick) + (isFlat ? tick : 0)
    }

    /// Noise in the last digit should not fill a whole drawing.
    private static let leastTicks = [
        "Current": 5, "State of charge": 5, "Temperature": 2, "Cells": 0.05, "Time from frame to frame": 0.2,
    ]

    /// A step of 1, 2 or 5 times a power of ten, no smaller than `wanted`.
    private static func roundStep(_ wanted: Double, least: Double) -> Double {
        var step = least
        var factors = [2.0, 2.0, 2.5]
        while step < wanted {
            step *= factors[0]
            factors.append(factors.removeFirst())
        }
        return step
    }

    /// The drawing with its title and the names of the lines.
    var html: String {
        let unit = series.first?.unit ?? ""
        let head = HTMLText.element("figcaption", unit.isEmpty ? title : "\(title) (\(unit))")
        let names = series.enumerated().map { index, line in
            "<span class=\"key c\(index % 8)\">\(HTMLText.escaped(line.name))</span>"
        }.joined(separator: " ")
        return """
            <figure>\(head)
            <svg viewBox="0 0 480 200" role="img" aria-label="\(HTMLText.escaped(title)) over time">
            \(grid)\(series.enumerated().map { line($1, $0) }.joined())
            </svg>
            <p class="keys">\(names)</p></figure>
            """
    }

    private var grid: String {
        var marks = ""
        let count = Int(((high - low) / tick).rounded())
        for index in 0...count {
            let value = low + Double(index) * tick
            let y = Self.text(self.y(value))
            marks +=
                "<path class=\"grid\" d=\"M\(Self.text(Self.left)) \(y)H\(Self.text(Self.width - Self.right))\"/>"
            marks += "<text class=\"y\" x=\"46\" y=\"\(y)\" dy=\"4\">\(Self.number(value))</text>"
        }
        for part in 0...3 {
            let time = seconds * Double(part) / 3
            let place = part == 0 ? "start" : part == 3 ? "end" : "middle"
            marks +=
                "<text text-anchor=\"\(place)\" x=\"\(Self.text(x(time)))\" y=\"194\">\(Self.time(time))</text>"
        }
        return marks
    }

    /// Each step as a bar from its lowest to its highest value, and a line from one to the next.
    private func line(_ line: DiagnosisDocument.Series, _ index: Int) -> String {
        var path = ""
        var isDown = false
        for (step, (low, high)) in zip(line.lows, line.highs).enumerated() {
            guard let low, let high else {
                // What comes once a second leaves steps empty; a real gap is longer.
                if line.lows[step..<min(step + 8, line.lows.count)].allSatisfy({ $0 == nil }) {
                    isDown = false
                }
                continue
            }
            let x = Self.text(self.x((Double(step) + 0.5) * line.stepSeconds))
            path += "\(isDown ? "L" : "M")\(x) \(Self.text(y(high)))"
            if low != high { path += "V\(Self.text(y(low)))" }
            isDown = true
        }
        return "<path class=\"line c\(index % 8)\" d=\"\(path)h.01\"/>"
    }

    private func x(_ seconds: Double) -> Double {
        Self.left + min(seconds / self.seconds, 1) * (Self.width - Self.left - Self.right)
    }

    private func y(_ value: Double) -> Double {
        Self.top + (high - value) / (high - low) * (Self.height - Self.top - Self.bottom)
    }

    private static func text(_ value: Double) -> String {
        Digits.text(Int64((value * 10).rounded()), places: 1)
    }
    private static func number(_ value: Double) -> String {
        Digits.text(Int64((value * 100).rounded()), places: 2)
    }

    private static func time(_ seconds: Double) -> String {
        let whole = Int(seconds.rounded())
        if whole < 120 { return Digits.text(Int64((seconds * 10).rounded()), places: 1) + " s" }
        let (minutes, rest) = (whole / 60, whole % 60)
        return minutes < 120
            ? "\(minutes):\(rest < 10 ? "0" : "")\(rest) min" : "\(minutes / 60) h \(minutes % 60) min"
    }
}
