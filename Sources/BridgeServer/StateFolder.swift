import Glibc
package import OpenSSL

/// The folder of certificate and keys: made on the first start, readable by its owner only.
package struct StateFolder: Sendable {
    package let path: String

    package init(_ path: String) { self.path = path }

    package var certificatePath: String { "\(path)/certificate.pem" }
    package var certificateKeyPath: String { "\(path)/certificate.key" }
    package var tokenKeyPath: String { "\(path)/token.key" }
    package var authorityPath: String { "\(path)/authority.pem" }
    var authorityKeyPath: String { "\(path)/authority.key" }
    /// What the certificate is for, one a line: earlier versions wrote it beside their own.
    var certificateNamesPath: String { "\(path)/certificate.names" }

    /// Makes what is missing of the folder and the token key.
    ///
    /// - Returns: What was made.
    /// - Throws: ``ServerError`` with the path that could not be written.
    func prepare() throws(ServerError) -> [String] {
        try makeFolder()
        guard access(tokenKeyPath, F_OK) != 0 else { return [] }
        try write(try Self.reporting(path) { () throws(TLSError) in try SigningKey().pem() }, to: tokenKeyPath)
        return [tokenKeyPath]
    }

    /// The key that signs this server's tokens.
    package func tokenKey() throws(ServerError) -> SigningKey {
        do throws(TLSError) {
            return try SigningKey(file: tokenKeyPath)
        } catch {
            throw ServerError("\(tokenKeyPath): \(error)")
        }
    }

    /// A further key that tokens may be signed with: the public half is enough.
    package func verifyingKey(_ file: String) throws(ServerError) -> VerifyingKey {
        if let bytes = Self.read(file), let key = try? VerifyingKey(pem: bytes) { return key }
        return try Self.reporting(file) { () throws(TLSError) in try SigningKey(file: file).verifyingKey }
    }

    /// Up to 64 KiB of a file; `nil` when it can't be read.
    private static func read(_ file: String) -> [UInt8]? {
        let descriptor = open(file, O_RDONLY)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = Glibc.read(descriptor, &bytes, bytes.count)
        return count > 0 ? Array(bytes.prefix(count)) : nil
    }

    private static func reporting<Value>(
        _ path: String, _ body: () throws(TLSError) -> Value
    ) throws(ServerError) -> Value {
        do throws(TLSError) { return try body() } catch { throw ServerError("\(path): \(error)") }
    }

    private func makeFolder() throws(ServerError) {
        var built = path.hasPrefix("/") ? "" : "."
        for part in path.split(separator: "/") {
            built += "/\(part)"
            guard mkdir(built, 0o700) == 0 || errno == EEXIST else {
                throw ServerError("\(path): can't be made: \(String(cString: strerror(errno)))")
            }
        }
    }

    /// Writes a file whole or not at all, for its owner only from the first byte on.
    func write(_ bytes: [UInt8], to file: String) throws(ServerError) {
        let temporary = "\(file).new"
        unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL, 0o600)
        guard descriptor >= 0 else { throw ServerError("\(file): \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0,
            rename(temporary, file) == 0
        else { throw ServerError("\(file): \(String(cString: strerror(errno)))") }
    }
}
