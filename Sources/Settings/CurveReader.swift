import ChargeControl
import YAMLFile

/// Reads one curve: a mapping from a measured quantity to a part of a current.
struct CurveReader {
    let row: LimitRows.Corners
    let problems: ProblemCollector

    private struct Corner {
        var input: Located<Int64>
        var part: Located<Int64>
    }

    func read(_ reader: inout MappingReader) -> Located<Curve>? {
        guard let node = reader.node(row.key) else { return nil }
        guard case .mapping(let entries) = node.content, !entries.isEmpty else {
            problems.add(
                node.mark, "'\(row.key)' is \(node.shown)",
                "a curve leads from \(row.quantity.noun) to a part",
                "write 1…\(Curve.maximumPoints) points, as in '{\(row.quantity.text(row.range.upperBound)): 0 %}'"
            )
            return nil
        }
        let corners = entries.prefix(Curve.maximumPoints).compactMap(corner)
        var isSound = corners.count == entries.count
        if entries.count > Curve.maximumPoints {
            problems.add(
                entries[Curve.maximumPoints].keyMark, "'\(row.key)' has \(entries.count) points",
                "a curve has at most \(Curve.maximumPoints)", "leave out the least important")
            isSound = false
        }
        isSound = checkOrder(of: corners) && isSound
        guard isSound, checkEnds(of: corners) else { return nil }
        let points = corners.map { Curve.Point(Int32($0.input.value), Int32($0.part.value)) }
        return Curve(points.span).map { Located(value: $0, mark: node.mark) }
    }

    private func corner(_ entry: Node.Entry) -> Corner? {
        let key = Scalar(key: entry)
        let input = problems.quantity(key, named: "a point of '\(row.key)'", row.quantity, in: row.range)
        guard let scalar = problems.scalar(entry.value, named: "the part at \(key.shown)"),
            let part = problems.quantity(scalar, named: "the part at \(key.shown)", .part, in: 0...1_000),
            let input
        else { return nil }
        return Corner(input: input, part: part)
    }

    /// Inputs rise; a part never rises towards an end that is dangerous alone.
    private func checkOrder(of corners: [Corner]) -> Bool {
        var isSound = true
        for (before, corner) in zip(corners, corners.dropFirst()) {
            if corner.input.value <= before.input.value {
                problems.add(
                    corner.input.mark, "the point \(row.quantity.text(corner.input.value)) of '\(row.key)'",
                    "it stands behind \(row.quantity.text(before.input.value))",
                    "order the points so that they rise")
                isSound = false
            }
            let rise = corner.part.value - before.part.value
            if row.endsLow != row.endsHigh, rise != 0, (rise > 0) == row.endsHigh {
                problems.add(
                    corner.part.mark,
                    "'\(row.key)' \(rise > 0 ? "rises" : "falls") to \(Quantity.part.text(corner.part.value))",
                    "towards the dangerous end less must be allowed, not more",
                    "check the order of the parts")
                isSound = false
            }
        }
        return isSound
    }

    /// Beyond the last point its part holds: where that is dangerous it must be nothing.
    private func checkEnds(of corners: [Corner]) -> Bool {
        guard row.endsAtNothing else { return true }
        var isSound = true
        let ends = [
            row.endsLow ? corners.first : nil,
            row.endsHigh ? corners.last : nil,
        ]
        for end in ends {
            guard let end, end.part.value != 0 else { continue }
            problems.add(
                end.part.mark,
                "'\(row.key)' ends at \(row.quantity.text(end.input.value)) with \(Quantity.part.text(end.part.value))",
                "beyond its end a curve stays where it is, and the current would never stop",
                "add a point with 0 %")
            isSound = false
        }
        return isSound
    }
}
