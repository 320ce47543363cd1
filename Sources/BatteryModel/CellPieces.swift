/// Cells that a BMS tells a few at a time, each piece in a message of its own.
///
/// The cells count only as a whole, and the whole is as old as its oldest piece. A piece that was heard once must go on
/// being heard: if it is missing, the cells grow old, and nothing takes their place.
public struct CellPieces: Sendable {
    /// The most pieces.
    public static let maximum = 8
    /// Number of cells in a piece.
    public static let size = 4

    private var values = CellValues()
    private var heardAt: InlineArray<8, Instant?> = InlineArray(repeating: nil)
    /// Whether a piece has come a second time, so that all there are must have come once.
    private var isWhole = false

    /// Nothing heard.
    public init() {}

    /// Takes a piece and returns all cells; `nil` while it is not known whether they are all.
    ///
    /// - Parameters:
    ///   - cells: The cells of the piece, from place 0 on; a place without a cell is absent.
    ///   - piece: Its number, counted from 0, below ``maximum``.
    ///   - now: When it was measured.
    /// - Returns: All cells, as old as the oldest piece.
    public mutating func take(_ cells: CellValues, piece: Int, at now: Instant) -> Reading<CellValues>? {
        if heardAt[piece] != nil { isWhole = true }
        heardAt[piece] = now
        for place in 0..<Self.size { values[piece * Self.size + place] = cells[place] }
        guard isWhole, values.count > 0 else { return nil }
        var oldest = now
        for index in heardAt.indices { oldest = min(oldest, heardAt[index] ?? now) }
        return Reading(values, at: oldest)
    }
}
