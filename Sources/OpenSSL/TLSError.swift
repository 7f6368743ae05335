import COpenSSL

/// A failed OpenSSL call, with every entry of the thread's error queue at the time.
package struct TLSError: Error, Sendable, CustomStringConvertible {
    package var call: StaticString
    /// Oldest first; OpenSSL's packed codes, see `ERR_error_string_n`.
    package var codes: [UInt]
    /// What the call was about, when that helps whoever reads it: a file's name, why a certificate was refused.
    package var subject: String?

    init(call: StaticString, codes: [UInt] = [], subject: String? = nil) {
        self.call = call
        self.codes = codes
        self.subject = subject
    }

    /// On one line: subject, call, reasons.
    package var description: String {
        let reasons = codes.map(Self.reason(of:)).joined(separator: "; ")
        let failure = codes.isEmpty ? "\(call)" : "\(call): \(reasons)"
        return subject.map { "\($0): \(failure)" } ?? failure
    }

    /// OpenSSL's words for `code`; for a failed system call the system's, such as "No such file or directory".
    private static func reason(of code: UInt) -> String {
        if let text = ERR_reason_error_string(code) { return String(cString: text) }
        // error:80000002:system library::No such file or directory
        let line = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
            ERR_error_string_n(code, buffer.baseAddress, buffer.count)
            return buffer.baseAddress.map { String(cString: $0) } ?? ""
        }
        return line.split(separator: ":").last.map(String.init) ?? "code \(code)"
    }

    /// Empties the thread's error queue, so that the next failure does not report this one again.
    static func draining(_ call: StaticString, subject: String? = nil) -> TLSError {
        var codes: [UInt] = []
        while case let code = ERR_get_error(), code != 0 { codes.append(code) }
        return TLSError(call: call, codes: codes, subject: subject)
    }

    /// Throws when a call that answers 1 for success answered anything else.
    static func check(_ result: Int32, _ call: StaticString, subject: String? = nil) throws(TLSError) {
        guard result == 1 else { throw .draining(call, subject: subject) }
    }

    /// The handle that a call returned, or what went wrong where it returned none.
    static func check(_ handle: OpaquePointer?, _ call: StaticString) throws(TLSError) -> OpaquePointer {
        guard let handle else { throw .draining(call) }
        return handle
    }
}
