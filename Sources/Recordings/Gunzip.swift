import CZlib

/// Unpacks a gzip file piece by piece, in bounded memory; files joined one behind the other are one file.
public final class Gunzip {
    /// Why nothing more can be unpacked.
    public enum Problem: Error, Sendable {
        /// The bytes are not what gzip writes.
        case damaged
    }

    /// Whether the file may end here.
    public private(set) var isComplete = false

    // Where it is, because zlib remembers its address.
    private let stream: UnsafeMutablePointer<z_stream>
    private var input: [UInt8] = []
    private var taken = 0
    private var hasMember = false

    /// Whether a file that begins so is packed by gzip; `nil` while that cannot be told.
    public static func packs(_ head: ArraySlice<UInt8>) -> Bool? {
        let marks: [UInt8] = [0x1F, 0x8B]
        guard zip(head, marks).allSatisfy({ $0 == $1 }) else { return false }
        return head.count >= marks.count ? true : nil
    }

    /// Begins a file.
    public init() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // 15 bits of window, and 16 for gzip's own head and checksum.
        let status = inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        precondition(status == Z_OK, "there is memory for a window of 32 kB")
    }

    deinit {
        inflateEnd(stream)
        stream.deinitialize(count: 1)
        stream.deallocate()
    }

    /// Takes the next bytes of the file; those before must have been unpacked, see ``unpack(into:)``.
    public func take(_ bytes: ArraySlice<UInt8>) {
        input = Array(bytes)
        taken = 0
    }

    /// Unpacks as much as there is room for.
    ///
    /// - Parameter room: Where to.
    /// - Returns: How many bytes that were; 0 if more of the file is needed.
    /// - Throws: ``Problem``, if the file cannot be unpacked any further.
    public func unpack(into room: inout [UInt8]) throws(Problem) -> Int {
        while true {
            if isComplete {
                guard taken < input.count else { return 0 }
                beginMember()
            }
            let (status, count) = inflate(&room)
            switch status {
            case Z_STREAM_END: (isComplete, hasMember) = (true, true)
            case Z_OK, Z_BUF_ERROR: break
            default:
                // Some systems fill a file up behind its end; gzip passes over that as well.
                guard hasMember, count == 0, stream.pointee.total_out == 0 else { throw .damaged }
                (isComplete, taken) = (true, input.count)
            }
            if count > 0 { return count }
            if !isComplete, status == Z_BUF_ERROR || taken == input.count { return 0 }
        }
    }

    private func beginMember() {
        inflateReset(stream)
        isComplete = false
    }

    private func inflate(_ room: inout [UInt8]) -> (status: Int32, count: Int) {
        let stream = stream
        let from = taken
        let (status, left, count) = input.withUnsafeMutableBufferPointer { input in
            room.withUnsafeMutableBufferPointer { room in
                stream.pointee.next_in = input.baseAddress.map { $0 + from }
                stream.pointee.avail_in = UInt32(input.count - from)
                stream.pointee.next_out = room.baseAddress
                stream.pointee.avail_out = UInt32(room.count)
                let status = CZlib.inflate(stream, Z_NO_FLUSH)
                return (status, Int(stream.pointee.avail_in), room.count - Int(stream.pointee.avail_out))
            }
        }
        taken = input.count - left
        return (status, count)
    }
}
