import Configuration
import Glibc
import OpenSSL

/// Where the server's certificate comes from: files of the operator's, or the state folder, where it makes its own.
struct CertificateSource: Sendable {
    private let state: StateFolder
    let certificateFile: String
    private let keyFile: String
    /// What one of ours is for; `nil` when the operator brought one, which is only read.
    private let subjects: CertificateSubjects?

    var makesItsOwn: Bool { subjects != nil }

    /// A certificate as it was read or made.
    struct Loaded: Sendable {
        var source: CertificateSource
        var context: TLSServerContext
        /// Which state of the files it is.
        var stamp: Stamp
        /// Paths of what was made or made anew.
        var made: [String] = []
        /// Sentences for the log.
        var notices: [String] = []
        /// Why what was made could not be written.
        var problem: ServerError?
    }

    /// Tells one state of the files from the next: inode, size and time of last change of each; empty for none.
    typealias Stamp = [[Int]]

    init(_ settings: ServerSettings, _ state: StateFolder, for subjects: CertificateSubjects) {
        self.state = state
        certificateFile = settings.certificate ?? state.certificatePath
        keyFile = settings.certificateKey ?? state.certificateKeyPath
        self.subjects = settings.certificate == nil ? subjects : nil
    }

    /// Reads the certificate, and before that makes one where it should; blocks on the disk.
    ///
    /// - Parameter now: Seconds since 1970.
    /// - Returns: What new connections are to get.
    /// - Throws: ``ServerError`` with the file that can't be used.
    func load(at now: Int) throws(ServerError) -> Loaded {
        let stamp = stamp()
        guard let subjects else { return Loaded(source: self, context: try read(), stamp: stamp) }
        let refreshed = try state.refreshCertificate(for: subjects, at: Int64(now))
        let isWritten = refreshed.problem == nil
        return Loaded(
            source: self, context: isWritten ? try read() : try context(of: refreshed.files),
            stamp: refreshed.made.isEmpty ? stamp : self.stamp(), made: refreshed.made, notices: refreshed.notices,
            problem: refreshed.problem)
    }

    private func read() throws(ServerError) -> TLSServerContext {
        do throws(TLSError) {
            return try TLSServerContext(certificateFile: certificateFile, keyFile: keyFile)
        } catch {
            throw ServerError("\(error)")
        }
    }

    private func context(of files: CertificateFiles) throws(ServerError) -> TLSServerContext {
        do throws(TLSError) {
            return try TLSServerContext(certificateChain: files.chain ?? [], key: files.key ?? [])
        } catch {
            throw ServerError("\(certificateFile): \(error)")
        }
    }

    /// Follows symbolic links, by which some programs change certificates.
    func stamp() -> Stamp {
        [certificateFile, keyFile].map { file in
            var status = Glibc.stat()
            guard stat(file, &status) == 0 else { return [] }
            return [Int(status.st_ino), Int(status.st_size), status.st_mtim.tv_sec, status.st_mtim.tv_nsec]
        }
    }
}
