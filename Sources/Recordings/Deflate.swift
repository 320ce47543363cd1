import CZlib

/// Compression by zlib.
enum Deflate {
    /// What `bytes` are when unpacked, up to where they are damaged or cut off or give more than `most`.
    static func unpack(_ bytes: ArraySlice<UInt8>, most: Int) -> (bytes: [UInt8], isWhole: Bool) {
        var stream = z_stream()
        guard inflateInit_(&stream, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            return ([], false)
        }
        defer { inflateEnd(&stream) }
        var result: [UInt8] = []
        var source = Array(bytes)
        var room = [UInt8](repeating: 0, count: 65_536)
        return source.withUnsafeMutableBufferPointer { input in
            room.withUnsafeMutableBufferPointer { output in
                stream.next_in = input.baseAddress
                stream.avail_in = UInt32(input.count)
                while true {
                    stream.next_out = output.baseAddress
                    stream.avail_out = UInt32(output.count)
                    let status = inflate(&stream, Z_NO_FLUSH)
                    let got = output.count - Int(stream.avail_out)
                    guard result.count + got <= most else { return (result, false) }
                    result += output[..<got]
                    if status == Z_STREAM_END { return (result, true) }
                    guard status == Z_OK, got > 0 else { return (result, false) }
                }
            }
        }
    }

    /// `bytes` packed.
    static func pack(_ bytes: [UInt8]) -> [UInt8] {
        var length = compressBound(UInt(bytes.count))
        var result = [UInt8](repeating: 0, count: Int(length))
        let status = compress2(&result, &length, bytes, UInt(bytes.count), Z_DEFAULT_COMPRESSION)
        precondition(status == Z_OK, "there is room for all that compressBound announces")
        return Array(result[..<Int(length)])
    }
}
