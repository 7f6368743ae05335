import COpenSSL

/// The files of a server that makes its certificate itself, as text; it knows when which is to be made anew.
///
/// Clients are given ``chain``. It holds the authority's certificate too, so a copy stays good when the server's own
/// certificate is made anew. A certificate that somebody else made is never changed.
package struct CertificateFiles: Equatable, Sendable {
    /// `authority.pem`: the authority's certificate alone, for trust stores that take one only.
    package var authority: [UInt8]?
    /// `authority.key`.
    package var authorityKey: [UInt8]?
    /// `certificate.pem`: the server's certificate, then the authority's.
    package var chain: [UInt8]?
    /// `certificate.key`, which stays: so a renewal changes one file, which is written whole or not at all.
    package var key: [UInt8]?
    /// Whether `certificate.names` is there, which earlier versions wrote beside a self-signed certificate.
    package var hasNames = false

    package init() {}

    /// Makes what is missing, for other names, or near its end; where all is well nothing changes.
    ///
    /// - Parameters:
    ///   - subjects: What the certificate must be for.
    ///   - now: Seconds since 1970.
    /// - Returns: Sentences for the log.
    /// - Throws: ``TLSError``, whose subject names the file that can't be used; nothing has changed then.
    package mutating func refresh(for subjects: CertificateSubjects, at now: Int64) throws(TLSError) -> [String] {
        var notices: [String] = []
        let origin = try origin(for: subjects, at: now)
        switch origin {
        case .foreign:
            return []
        case .firstForm(let end, .none):
            return [
                "certificate.pem is self-signed, as earlier versions made it, and stays until \(end); for one that is "
                    + "renewed by itself remove it, and give clients the new one"
            ]
        case .firstForm(_, let reason?):
            notices = ["certificate.pem was self-signed and \(reason): clients that have it need the new one"]
        case .lostAuthority:
            notices = ["authority.pem is gone and made anew: clients that have certificate.pem need the new one"]
        case .nobody, .authority:
            break
        }
        var new = self
        try new.makeAuthority(for: subjects.names, at: now)
        notices += try new.issue(for: subjects, isAuthorityNew: new.authority != authority, at: now)
        self = new
        return notices
    }

    // MARK: Who made it

    private enum Origin {
        case nobody
        case foreign
        /// An earlier version of this program, and why it can't stay.
        case firstForm(end: String, reason: String?)
        /// The authority that is there.
        case authority
        /// One whose files are gone.
        case lostAuthority
    }

    private func origin(for subjects: CertificateSubjects, at now: Int64) throws(TLSError) -> Origin {
        guard let chain else { return .nobody }
        return try Self.withLeaf(of: chain) { leaf throws(TLSError) in
            if let authority {
                let isOurs = try Self.withLeaf(of: authority, named: "authority.pem") { signer in
                    Certificate.isSigned(leaf, by: signer)
                }
                if isOurs { return .authority }
            } else if let authorityKey {
                let signer = try TLSContext.naming("authority.key") { () throws(TLSError) in
                    try PEM.privateKey(authorityKey)
                }
                defer { EVP_PKEY_free(signer) }
                defer { ERR_clear_error() }
                if X509_verify(leaf, signer) == 1 { return .authority }
            } else if Certificate.issuerName(of: leaf).hasPrefix(CertificateAuthority.namePrefix) {
                return .lostAuthority
            }
            return try firstForm(leaf, subjects, at: now)
        }
    }

    /// Whether it is what earlier versions made: self-signed, for ten years and a day, with a list of names beside it.
    private func firstForm(
        _ leaf: OpaquePointer, _ subjects: CertificateSubjects, at now: Int64
    ) throws(TLSError) -> Origin {
        let validity = Certificate.validity(of: leaf)
        guard hasNames, validity.count / Int(Certificate.day) == 3_651, Certificate.isSigned(leaf, by: leaf) else {
            return .foreign
        }
        var reason: String?
        if Certificate.isDue(validity, at: now) { reason = "near its end" }
        if try !Certificate.isFor(subjects, leaf) { reason = "for other names" }
        return .firstForm(end: Certificate.end(of: leaf), reason: reason)
    }

    // MARK: Making

    private mutating func makeAuthority(for names: [String], at now: Int64) throws(TLSError) {
        switch (authority, authorityKey) {
        case (let pem?, let keyPEM?):
            let found = try TLSContext.naming("authority.pem and authority.key") { () throws(TLSError) in
                try CertificateAuthority(pem: pem, keyPEM: keyPEM)
            }
            if found.certificate.isDue(at: now) {
                authority = try found.prolonged(at: now).certificate.pem()
            }
        case (_?, nil):
            throw TLSError(call: "no such file: put it back, or remove authority.pem too", subject: "authority.key")
        case (nil, let keyPEM):
            let made = try TLSContext.naming("authority.key") { () throws(TLSError) in
                try CertificateAuthority(for: names, at: now, keyPEM: keyPEM)
            }
            authority = try made.certificate.pem()
            if keyPEM == nil { authorityKey = try made.certificate.keyPEM() }
        }
    }

    /// Makes the server's certificate, unless the one that is there will do.
    private mutating func issue(
        for subjects: CertificateSubjects, isAuthorityNew: Bool, at now: Int64
    ) throws(TLSError) -> [String] {
        guard let authority, let authorityKey else { return [] }
        let signer = try CertificateAuthority(pem: authority, keyPEM: authorityKey)
        let permitted = try signer.permitted(of: subjects)
        var notices = subjects.names.filter { !permitted.names.contains($0) }.map {
            "\($0) is left out of the certificate: authority.pem is for other names. To name it remove authority.pem, "
                + "authority.key and certificate.pem, and give clients the new certificate.pem"
        }
        let key = try serverKey()
        defer { EVP_PKEY_free(key) }
        if !isAuthorityNew, let chain, try isSound(chain, key, for: permitted, at: now) { return notices }
        let made = try signer.issue(for: permitted, key: key, at: now)
        notices.append("certificate.pem made, good until \(made.end)")
        if self.key == nil { self.key = try made.keyPEM() }
        chain = try made.pem() + authority
        hasNames = false
        return notices
    }

    /// The key that is there or a new one; the caller must free it.
    private func serverKey() throws(TLSError) -> OpaquePointer {
        guard let key else { return try TLSError.check(copenssl_generate_p256(), "EVP_EC_gen") }
        return try TLSContext.naming("certificate.key") { () throws(TLSError) in try PEM.privateKey(key) }
    }

    private func isSound(
        _ chain: [UInt8], _ key: OpaquePointer, for subjects: CertificateSubjects, at now: Int64
    ) throws(TLSError) -> Bool {
        try Self.withLeaf(of: chain) { leaf throws(TLSError) in
            defer { ERR_clear_error() }
            return try Certificate.isFor(subjects, leaf) && X509_check_private_key(leaf, key) == 1
                && !Certificate.isDue(Certificate.validity(of: leaf), at: now)
        }
    }

    /// Calls `body` with the first certificate of `pem`.
    private static func withLeaf<Result>(
        of pem: [UInt8], named name: String = "certificate.pem",
        _ body: (OpaquePointer) throws(TLSError) -> Result
    ) throws(TLSError) -> Result {
        let all = try TLSContext.naming(name) { () throws(TLSError) in try PEM.certificates(pem) }
        defer { for certificate in all { X509_free(certificate) } }
        guard let leaf = all.first else { throw TLSError(call: "PEM_read_bio_X509", subject: name) }
        return try body(leaf)
    }
}
