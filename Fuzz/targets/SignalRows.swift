import BatteryModel
import BusCodec

/// Any row on any container: what is stored is read back, no other byte changes, and nothing traps.
///
/// Seventeen bytes make the row, four the value, eight the raw number; the rest is the container.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
    guard size >= 29 else { return 0 }
    let input = Array(UnsafeBufferPointer(start: data, count: size))
    let row = row(from: input)
    let order: ByteOrder = input[5] & 4 == 0 ? .little : .big
    let repetition = Int(input[4] >> 3) % Int(row.count)
    let before = Array(input[29...])

    storeRaw(number(input, 21, 8), row, order, repetition, before)
    storeValue(Int32(truncatingIfNeeded: number(input, 17, 4)), row, order, before)
    storeValue(nil, row, order, before)
    return 0
}

private func row(from input: [UInt8]) -> SignalRow<UInt8> {
    let bits = UInt16(input[1] % 64) + 1
    let orders: [ByteOrder?] = [nil, .little, .big]
    let units: [Unit] = [.count, .millivolts, .bits]
    let numerator = Int32(Int16(truncatingIfNeeded: number(input, 6, 2)))
    let one = Int32(truncatingIfNeeded: number(input, 11, 3))
    let other = Int32(Int16(truncatingIfNeeded: number(input, 14, 2)))
    return SignalRow(
        "row", in: 0, byte: UInt16(input[0] % 70), bit: input[2] & 8 == 0 ? input[2] & 7 : nil, bits: bits,
        orders[Int(input[3] % 3)], signed: input[3] & 0x80 != 0, times: numerator == 0 ? 1 : numerator,
        over: Int32(input[8]) + 1, plus: other * 1_000, unit: units[Int(input[9] % 3)],
        range: input[9] & 0x80 == 0 ? Int32.min...Int32.max : min(one, other)...max(one, other),
        notAvailable: input[10] & 1 == 0 ? nil : UInt64.max >> UInt64(64 - bits),
        substitute: input[10] & 2 == 0 ? nil : one,
        rounding: input[10] & 4 == 0 ? .nearest : input[10] & 8 == 0 ? .down : .up,
        count: input[16] % 8 + 1, 0)
}

private func storeRaw(
    _ raw: UInt64, _ row: SignalRow<UInt8>, _ order: ByteOrder, _ repetition: Int, _ before: [UInt8]
) {
    let kept = raw & UInt64.max >> UInt64(64 - row.bits)
    var after = before
    do throws(SignalError) {
        let old = try row.raw(in: before.span, order, repetition: repetition)
        var span = after.mutableSpan
        try row.store(raw: raw, into: &span, order, repetition: repetition)
        let read = try row.raw(in: after.span, order, repetition: repetition)
        precondition(read == kept, "another number came back")
        _ = try? row.value(in: after.span, order, repetition: repetition)
        for other in 0..<Int(row.count) where other != repetition {
            let unchanged = try? row.raw(in: before.span, order, repetition: other)
            precondition((try? row.raw(in: after.span, order, repetition: other)) == unchanged)
        }
        span = after.mutableSpan
        try row.store(raw: old, into: &span, order, repetition: repetition)
        precondition(after == before, "a neighbour changed")
    } catch {
        guard case .tooShort = error else { preconditionFailure("store failed with another error") }
        precondition(after == before, "the container changed although it is too short")
    }
}

private func storeValue(_ value: Int32?, _ row: SignalRow<UInt8>, _ order: ByteOrder, _ before: [UInt8]) {
    guard let raw = try? row.raw(for: value) else { return }
    precondition(raw & ~(UInt64.max >> UInt64(64 - row.bits)) == 0, "more bits than the row has")
    var after = before
    var span = after.mutableSpan
    guard (try? row.store(value, into: &span, order)) != nil else { return }
    precondition((try? row.raw(in: after.span, order)) == raw)
    guard let value else { return }
    precondition(raw != row.notAvailable, "a value became the code for not available")
    guard let back = try? row.value(in: after.span, order) else { return }
    let off = abs(Int64(back) - Int64(value)) * Int64(row.denominator)
    precondition(off <= Int64(row.numerator.magnitude) + Int64(row.denominator), "off by more than a code")
}

private func number(_ input: [UInt8], _ first: Int, _ count: Int) -> UInt64 {
    input[first..<first + count].reduce(0) { $0 << 8 | UInt64($1) }
}
