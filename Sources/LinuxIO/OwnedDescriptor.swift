import CLinuxIO
import Glibc

/// A file descriptor that is closed exactly once, when its owner goes.
public struct OwnedDescriptor: ~Copyable, Sendable {
    /// The number, to lend to system calls while the owner lives.
    public let number: Int32

    /// Takes over a descriptor that nobody else will close.
    public init(_ number: Int32) {
        self.number = number
    }

    /// Takes over the result of a call that opens something.
    ///
    /// - Throws: `SystemError` if the result is negative.
    init(_ call: StaticString, _ subject: @autoclosure () -> String = "", _ body: () -> Int32)
        throws(SystemError)
    {
        while true {
            let result = body()
            if result >= 0 {
                self.init(result)
                return
            }
            let code = errno
            if code != EINTR { throw SystemError(call: call, code: code, subject: subject()) }
        }
    }

    deinit {
        // Not tried again on EINTR: Linux has released the number by then, and it may already be someone else's.
        close(number)
    }

    /// Gives the number away without closing it.
    public consuming func release() -> Int32 {
        let number = number
        discard self
        return number
    }
}
