import Glibc
import OpenSSL

/// The certificate that the server makes itself, and its authority.
extension StateFolder {
    /// What there is after a look at the files.
    struct RefreshedCertificate {
        var files: CertificateFiles
        /// Paths of what was made or made anew.
        var made: [String]
        /// Sentences for the log.
        var notices: [String]
        /// Why what was made could not be written: it is in ``files`` all the same.
        var problem: ServerError?
    }

    /// Makes what is missing, for other names, or near its end; see ``OpenSSL/CertificateFiles``.
    ///
    /// Where a renewal can't be written the server goes on with it in memory: clients trust it by its authority.
    ///
    /// - Parameters:
    ///   - subjects: What the certificate must be for.
    ///   - now: Seconds since 1970.
    /// - Returns: All files as they now are, and what is new.
    /// - Throws: ``ServerError`` with the file that can't be used, or written where nothing was there before.
    func refreshCertificate(
        for subjects: CertificateSubjects, at now: Int64
    ) throws(ServerError) -> RefreshedCertificate {
        let old = try certificateFiles()
        var new = old
        let notices: [String]
        do throws(TLSError) {
            notices = try new.refresh(for: subjects, at: now)
        } catch {
            throw ServerError("\(path)/\(error)")
        }
        var refreshed = RefreshedCertificate(files: new, made: [], notices: notices)
        do throws(ServerError) {
            refreshed.made = try replace(old, by: new)
        } catch {
            // An authority that is forgotten at the next start would lock out whoever is given its certificate.
            guard old.chain != nil, old.authorityKey == new.authorityKey, old.key == new.key else { throw error }
            refreshed.problem = error
        }
        return refreshed
    }

    private func certificateFiles() throws(ServerError) -> CertificateFiles {
        var files = CertificateFiles()
        files.authority = try contents(of: authorityPath)
        files.authorityKey = try contents(of: authorityKeyPath)
        files.chain = try contents(of: certificatePath)
        files.key = try contents(of: certificateKeyPath)
        files.hasNames = access(certificateNamesPath, F_OK) == 0
        return files
    }

    /// Writes what differs, keys before what is of no use without them.
    private func replace(_ old: CertificateFiles, by new: CertificateFiles) throws(ServerError) -> [String] {
        let changes = [
            (authorityKeyPath, old.authorityKey, new.authorityKey), (authorityPath, old.authority, new.authority),
            (certificateKeyPath, old.key, new.key), (certificatePath, old.chain, new.chain),
        ]
        var made: [String] = []
        for (file, before, after) in changes {
            guard let after, after != before else { continue }
            try write(after, to: file)
            made.append(file)
        }
        if old.hasNames, !new.hasNames { unlink(certificateNamesPath) }
        return made
    }

    /// The whole of a file of at most 64 KiB; `nil` when there is none.
    private func contents(of file: String) throws(ServerError) -> [UInt8]? {
        let limit = 65_536
        let descriptor = open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw ServerError("\(file): \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: limit + 1)
        let count = Glibc.read(descriptor, &bytes, bytes.count)
        guard count >= 0 else { throw ServerError("\(file): \(String(cString: strerror(errno)))") }
        guard count <= limit else { throw ServerError("\(file): more than 64 KiB") }
        return Array(bytes.prefix(count))
    }
}
