import Testing
import Units

@testable import OpenSSL

@Suite("CertificateFiles")
struct CertificateFilesTests {
    private let day = Certificate.day
    /// The first day of 2026: nothing here may look at the machine's clock.
    private let start: Int64 = 1_767_225_600
    private let subjects = CertificateSubjects(
        names: ["localhost", "bridge"], addresses: [.loopback, .loopbackV6])

    private func made() throws -> CertificateFiles {
        var files = CertificateFiles()
        let notices = try files.refresh(for: subjects, at: start)
        #expect(notices == ["certificate.pem made, good until Mar 31 23:59:59 2026 GMT"])
        return files
    }

    private func leaf(_ files: CertificateFiles) throws -> Certificate {
        try Certificate(pem: try #require(files.chain), keyPEM: try #require(files.key))
    }

    /// Whether somebody who was given `copy` believes a server with `files` that it is `host`.
    private func trusts(
        _ copy: [UInt8]?, _ files: CertificateFiles, as host: String = "localhost", at now: Int64
    ) throws -> Bool {
        let client = try TLSClientContext(trust: .certificates(try #require(copy)), at: now)
        let server = try TLSServerContext(certificateChain: try #require(files.chain), key: try #require(files.key))
        let pair = try TLSPair(client, to: host, server)
        try? pair.run()
        return pair.client.isHandshakeDone
    }

    // MARK: Made

    @Test("made of nothing: whoever has the file trusts the server, under its names and no others")
    func fresh() throws {
        let files = try made()
        #expect(try PEM.text(files.chain).contains("CERTIFICATE-----\n-----BEGIN CERTIFICATE"))
        #expect(try PEM.text(files.chain).hasSuffix(try PEM.text(files.authority)))
        for copy in [files.chain, files.authority] {
            for host in ["localhost", "bridge", "127.0.0.1", "::1"] {
                #expect(try trusts(copy, files, as: host, at: start), "\(host)")
            }
            for host in ["example.org", "127.0.0.2"] {
                #expect(try !trusts(copy, files, as: host, at: start), "\(host)")
            }
        }
        let stranger = try made()
        #expect(try !trusts(stranger.chain, files, at: start))
    }

    @Test("90 days, and one before for slow clocks; the authority ten years")
    func lives() throws {
        let files = try made()
        let server = try TLSServerContext(certificateChain: try #require(files.chain), key: try #require(files.key))
        #expect(server.validity == start - day..<start + 90 * day)
        let authority = try CertificateAuthority(
            pem: try #require(files.authority), keyPEM: try #require(files.authorityKey))
        #expect(authority.certificate.validity == start - day..<start + 3_650 * day)
    }

    @Test("the authority's key speaks for no name but those that it was made for")
    func constrained() throws {
        let files = try made()
        let authority = try CertificateAuthority(
            pem: try #require(files.authority), keyPEM: try #require(files.authorityKey))
        let own = try leaf(files)
        for (name, isTrusted) in [("example.org", false), ("bridge", true)] {
            var forged = files
            let made = try authority.issue(
                for: CertificateSubjects(names: [name], addresses: []), key: own.key, at: start)
            forged.chain = try made.pem()
            #expect(try trusts(files.chain, forged, as: name, at: start) == isTrusted, "\(name)")
        }
    }

    // MARK: Renewed

    @Test("made anew when a third of its life is left, and whoever has the old file goes on")
    func renewal() throws {
        let old = try made()
        var files = old
        for now in [start, start + 30 * day, start + 59 * day] {
            #expect(try files.refresh(for: subjects, at: now).isEmpty)
            #expect(files == old)
        }
        let later = start + 60 * day
        #expect(try files.refresh(for: subjects, at: later).count == 1)
        #expect(files.chain != old.chain)
        #expect(files.key == old.key && files.authority == old.authority && files.authorityKey == old.authorityKey)
        for copy in [old.chain, old.authority, files.chain] {
            #expect(try trusts(copy, files, at: later))
            #expect(try trusts(copy, files, at: start + 149 * day))
        }
        #expect(try !trusts(old.chain, old, at: start + 91 * day), "without the renewal it would have been over")
    }

    @Test("for forty years any copy is good for three at least")
    func longRun() throws {
        var files = try made()
        var copies: [(since: Int64, chain: [UInt8]?)] = []
        var chains: Set<[UInt8]?> = []
        for step in 0..<487 {
            let now = start + Int64(step) * 30 * day
            _ = try files.refresh(for: subjects, at: now)
            chains.insert(files.chain)
            guard step % 10 == 0 else { continue }
            copies.append((now, files.chain))
            copies.removeAll { now - $0.since > 3 * 365 * day }
            for copy in copies { #expect(try trusts(copy.chain, files, at: now), "day \(step * 30)") }
        }
        // Each lasted 60 days, or less where the authority's life began anew.
        #expect((243...250).contains(chains.count))
    }

    @Test("made anew for other addresses, and whoever has the old file goes on")
    func otherAddresses() throws {
        let old = try made()
        var files = old
        let more = CertificateSubjects(
            names: subjects.names, addresses: subjects.addresses + [try #require(IPAddress("192.0.2.7"))])
        #expect(try files.refresh(for: more, at: start).count == 1)
        #expect(try trusts(old.chain, files, as: "192.0.2.7", at: start))
        #expect(try !trusts(old.chain, old, as: "192.0.2.7", at: start))
        let renewed = files
        #expect(try files.refresh(for: more, at: start).isEmpty && files == renewed)
    }

    @Test("a new name of the machine that the authority may not vouch for is left out, and nobody is locked out")
    func otherName() throws {
        let old = try made()
        var files = old
        let renamed = CertificateSubjects(names: ["localhost", "example"], addresses: subjects.addresses)
        let notices = try files.refresh(for: renamed, at: start)
        #expect(notices.first?.hasPrefix("example is left out of the certificate") == true)
        #expect(try trusts(old.chain, files, at: start) && trusts(old.chain, files, as: "::1", at: start))
        #expect(try !trusts(old.chain, files, as: "example", at: start))
        let kept = files
        #expect(try files.refresh(for: renamed, at: start).count == 1)
        #expect(files == kept, "said each time, made once")
        files.authority = nil
        files.authorityKey = nil
        files.chain = nil
        _ = try files.refresh(for: renamed, at: start)
        #expect(try trusts(files.chain, files, as: "example", at: start))
    }

    @Test("what a wrong clock made is made anew once the clock is right")
    func wrongClock() throws {
        for wrong in [start + 5_000 * day, 0] {
            var files = CertificateFiles()
            _ = try files.refresh(for: subjects, at: wrong)
            #expect(try !trusts(files.chain, files, at: start))
            _ = try files.refresh(for: subjects, at: start)
            #expect(try trusts(files.chain, files, at: start))
        }
    }

    // MARK: Not whole

    @Test("what is missing is made, and whoever has the old file goes on", arguments: ["chain", "key", "authority"])
    func missing(file: String) throws {
        let old = try made()
        var files = old
        switch file {
        case "chain": files.chain = nil
        case "key": files.key = nil
        default: files.authority = nil
        }
        _ = try files.refresh(for: subjects, at: start)
        #expect(try trusts(old.chain, files, at: start))
        let whole = files
        #expect(try files.refresh(for: subjects, at: start).isEmpty && files == whole)
    }

    @Test("without the authority's key it says so; without both files there is a new authority, and it says so")
    func lostAuthority() throws {
        let old = try made()
        var files = old
        files.authorityKey = nil
        let torn = files
        let error = #expect(throws: TLSError.self) { try files.refresh(for: subjects, at: start) }
        #expect(error?.subject == "authority.key" && files == torn)
        files.authority = nil
        let notices = try files.refresh(for: subjects, at: start)
        #expect(notices.first?.hasPrefix("authority.pem is gone and made anew") == true)
        #expect(try trusts(files.chain, files, at: start) && !trusts(old.chain, files, at: start))
    }

    @Test("a certificate of ours over another key is made anew")
    func otherKey() throws {
        let old = try made()
        var files = old
        files.key = try Certificate.forMedia().keyPEM()
        _ = try files.refresh(for: subjects, at: start)
        #expect(try trusts(old.chain, files, at: start))
    }

    @Test("a broken file is named, and nothing changes", arguments: [0, 1, 40, 200])
    func broken(length: Int) throws {
        let whole = try made()
        let files: [(String, WritableKeyPath<CertificateFiles, [UInt8]?>)] = [
            ("certificate.pem", \.chain), ("certificate.key", \.key), ("authority.pem", \.authority),
            ("authority.key", \.authorityKey),
        ]
        for (name, path) in files {
            var torn = whole
            torn[keyPath: path] = whole[keyPath: path].map { Array($0.prefix(length)) }
            let before = torn
            let error = #expect(throws: TLSError.self) { try torn.refresh(for: subjects, at: start + 60 * day) }
            #expect(error?.subject?.contains(name) == true && torn == before, "\(name): \(error?.description ?? "")")
        }
    }

    // MARK: Made by others

    @Test("a certificate that somebody else made is never changed")
    func foreign() throws {
        let selfSigned = try Certificate.forServer(names: ["example.org"], addresses: [])
        var files = CertificateFiles()
        files.chain = try selfSigned.pem()
        files.key = try selfSigned.keyPEM()
        var besideOurs = try made()
        besideOurs.chain = files.chain
        besideOurs.key = files.key
        besideOurs.hasNames = true
        for foreign in [files, besideOurs] {
            var kept = foreign
            #expect(try kept.refresh(for: subjects, at: start + 9_000 * day).isEmpty)
            #expect(kept == foreign)
        }
    }

    /// As earlier versions made it.
    private func firstForm() throws -> CertificateFiles {
        let certificate = try Certificate.selfSigned(
            commonName: "localhost", names: subjects.names, addresses: subjects.addresses, days: 3_650, at: start)
        var files = CertificateFiles()
        files.chain = try certificate.pem()
        files.key = try certificate.keyPEM()
        files.hasNames = true
        return files
    }

    @Test("what an earlier version made stays while it is good, since clients have it")
    func firstFormStays() throws {
        let old = try firstForm()
        var files = old
        let notices = try files.refresh(for: subjects, at: start + 2_000 * day)
        #expect(notices.count == 1 && notices[0].hasPrefix("certificate.pem is self-signed"))
        #expect(files == old)
        #expect(try trusts(old.chain, files, at: start + 2_000 * day))
    }

    @Test("it is replaced near its end and for other names, and that is said", arguments: [false, true])
    func firstFormGoes(isRenamed: Bool) throws {
        var files = try firstForm()
        let now = isRenamed ? start : start + 2_500 * day
        let wanted = isRenamed ? CertificateSubjects(names: ["localhost", "other"], addresses: []) : subjects
        let notices = try files.refresh(for: wanted, at: now)
        #expect(notices.first?.contains(isRenamed ? "for other names" : "near its end") == true)
        #expect(notices.first?.hasSuffix("clients that have it need the new one") == true)
        #expect(try !files.hasNames && trusts(files.chain, files, at: now))
        let made = files
        #expect(try files.refresh(for: wanted, at: now).isEmpty && files == made)
    }
}

extension PEM {
    fileprivate static func text(_ bytes: [UInt8]?) throws -> String {
        String(decoding: try #require(bytes), as: UTF8.self)
    }
}
