import BusCodec

extension CANFrameTextError {
    /// What is wrong with the line, and where.
    var sentence: String {
        switch self {
        case .empty: "it is empty"
        case .endsEarly(let column): "it ends in column \(column), before the frame does"
        case .unexpected(let column): "column \(column) is no part of a frame"
        case .identifierDigits(let column): "the identifier in column \(column) has neither 3 nor 8 digits"
        case .identifierTooLarge(let column): "the identifier in column \(column) is too large"
        case .tooManyBytes(let column): "there are more than 8 bytes, from column \(column)"
        case .wrongCount(let column): "there are not as many bytes as announced, see column \(column)"
        case .notClassic(let column): "column \(column) says that it is a CAN FD frame"
        case .time(let column): "the time in column \(column) cannot be read"
        }
    }
}
