import CLibuv

/// A failed libuv or system call: which one, and libuv's own code for it (on Linux `-errno`).
package struct LoopError: Error, Equatable, Sendable, CustomStringConvertible {
    package var call: StaticString
    package var code: Int32

    package var description: String { "\(call): \(name) (\(String(cString: uv_strerror(code))))" }
    /// libuv's symbolic name, such as `EADDRINUSE`: stable, so fit for logs and tests.
    package var name: String { String(cString: uv_err_name(code)) }

    package static func == (lhs: LoopError, rhs: LoopError) -> Bool { lhs.code == rhs.code }

    @discardableResult
    static func check(_ code: Int32, _ call: StaticString) throws(LoopError) -> Int32 {
        guard code >= 0 else { throw LoopError(call: call, code: code) }
        return code
    }
}
