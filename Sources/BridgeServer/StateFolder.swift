import Glibc
package import OpenSSL
package import Units

/// The folder of certificate and keys: made on the first start, readable by its owner only.
package struct StateFolder: Sendable {
    package let path: String

    package init(_ path: String) { self.path = path }

    package var certificatePath: String { "\(path)/certificate.pem" }
    package var certificateKeyPath: String { "\(path)/certificate.key" }
    package var tokenKeyPath: String { "\(path)/token.key" }
    /// What our own certificate was made for, one a line.
    private var certificateNamesPath: String { "\(path)/certificate.names" }

    /// Makes what is missing: the folder, a self-signed certificate, a token key.
    ///
    /// - Parameters:
    ///   - names: DNS names for the certificate, besides localhost.
    ///   - addresses: Addresses for it, besides the loopback ones.
    /// - Returns: What was made, for the log.
    /// - Throws: ``ServerError`` with the path that could not be read or written.
    package func prepare(names: [String], addresses: [IPAddress]) throws(ServerError) -> [String] {
        try makeFolder()
        var made: [String] = []
        let subjects = (names + addresses.map(\.description)).sorted().joined(separator: "\n")
        if isCertificateMissing(for: subjects) {
            let certificate = try Self.reporting(path) { () throws(TLSError) in
                try Certificate.forServer(
                    names: ["localhost"] + names, addresses: [.loopback, .loopbackV6] + addresses)
            }
            try write(
                try Self.reporting(path) { () throws(TLSError) in try certificate.keyPEM() }, to: certificateKeyPath)
            try write(try Self.reporting(path) { () throws(TLSError) in try certificate.pem() }, to: certificatePath)
            try write(Array(subjects.utf8), to: certificateNamesPath)
            made.append(certificatePath)
        }
        if access(tokenKeyPath, F_OK) != 0 {
            try write(try Self.reporting(path) { () throws(TLSError) in try SigningKey().pem() }, to: tokenKeyPath)
            made.append(tokenKeyPath)
        }
        return made
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

    /// Whether a certificate has to be made: there is none, or ours is for other names than the server now has.
    ///
    /// One that somebody put there stays as it is: the list of names is written only beside our own.
    private func isCertificateMissing(for subjects: String) -> Bool {
        guard access(certificatePath, F_OK) == 0, access(certificateKeyPath, F_OK) == 0 else { return true }
        guard access(certificateNamesPath, F_OK) == 0 else { return false }
        return (Self.read(certificateNamesPath) ?? []) != Array(subjects.utf8)
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
    private func write(_ bytes: [UInt8], to file: String) throws(ServerError) {
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
