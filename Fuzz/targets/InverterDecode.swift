import BatteryModel
import BusCodec
import InverterProfiles

/// Any frames on the inverter's bus: every number is from the frame that carries it, and what was understood can be
/// said again without a trap and is understood the same.
///
/// The first byte chooses the dialect; each frame takes a byte for its kind and length, two for its identifier, and
/// eight for its bytes.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
    guard size > 1 else { return 0 }
    let input = Array(UnsafeBufferPointer(start: data, count: size))
    for index in ProfileTable.profiles.indices where ProfileTable.profiles[index].serial == nil {
        listen(to: input, ProfileTable.profiles[index])
    }
    return 0
}

private func listen(to input: [UInt8], _ profile: InverterProfile) {
    let dialects = UInt8(profile.sheet.dialectCount)
    let dialect = input[0] % (dialects + 1)
    var reading = BankReading()
    var instants: [Int64] = Array(repeating: 0, count: BankField.count)
    var now: Int64 = 0
    for start in stride(from: 1, to: input.count - 10, by: 11) {
        now += 1
        let frame = frame(input[start..<start + 11], profile)
        let before = reading
        let heard = profile.decode(
            frame, dialect: dialect == dialects ? nil : dialect, invertsCurrent: input[0] & 0x80 != 0,
            at: Instant(nanoseconds: now), into: &reading)
        for index in 0..<BankField.count {
            guard let field = BankField(rawValue: UInt8(index)) else { continue }
            let isNew = reading[field]?.at.nanoseconds == now
            precondition(
                isNew || reading[field] == nil || reading[field] == before[field], "an old value moved")
            if isNew { instants[index] = now }
            precondition(reading[field].map { $0.at.nanoseconds == instants[index] } ?? true)
        }
        if heard == .unknown || heard == .wrongKind { precondition(!isTouched(reading, since: now)) }
        profile.visitSignals(of: frame, dialect: nil, known: before) { _, _ in }
    }
    sayAgain(reading, profile)
}

private func isTouched(_ reading: BankReading, since now: Int64) -> Bool {
    (0..<BankField.count).contains { index in
        BankField(rawValue: UInt8(index)).flatMap { reading[$0]?.at.nanoseconds == now } ?? false
    }
}

/// A frame; every second one has an identifier of the profile.
private func frame(_ bytes: ArraySlice<UInt8>, _ profile: InverterProfile) -> CANFrame {
    let bytes = Array(bytes)
    let known = profile.frame(Int(bytes[1]) % profile.frameCount)
    let isKnown = bytes[0] & 0x80 != 0
    let isExtended = isKnown ? known.isExtended : bytes[0] & 0x40 != 0
    let kind: CANFrame.Kind = bytes[0] & 0x30 == 0x30 ? .remote : bytes[0] & 0x30 == 0x20 ? .error : .data
    let wanted = UInt32(bytes[1]) << 8 | UInt32(bytes[2])
    let identifier = isKnown ? known.identifier : isExtended ? wanted << 13 : wanted & 0x7FF
    var frame = CANFrame(
        identifier: identifier, isExtended: isExtended, kind: kind, length: min(bytes[0] & 0xF, 8))
    for index in 0..<Int(frame.length) where kind != .remote { frame.bytes[index] = bytes[3 + index] }
    return frame
}

private func sayAgain(_ reading: BankReading, _ profile: InverterProfile) {
    let now = Instant(nanoseconds: .max)
    for dialect in 0..<UInt8(profile.sheet.dialectCount) {
        let options = ProfileOptions(dialect: dialect)
        for index in 0..<profile.frameCount {
            guard let frame = try? profile.encode(frame: index, bank: reading, options: options) else {
                continue
            }
            var heard = BankReading()
            _ = profile.decode(frame, dialect: dialect, at: now, into: &heard)
            guard let again = try? profile.encode(frame: index, bank: heard, options: options) else {
                continue
            }
            precondition(again == frame, "said twice it is not the same")
        }
    }
}
