import Glibc
import Testing

@testable import OpenSSL

@Suite("TLSServerContext and TLSClientContext")
struct TLSContextTests {
    private func withFile<Result>(_ bytes: [UInt8], _ body: (String) throws -> Result) throws -> Result {
        var template = Array("/tmp/diemcau-test-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        let path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        defer { unlink(path) }
        try #require(descriptor >= 0 && Glibc.write(descriptor, bytes, bytes.count) == bytes.count)
        Glibc.close(descriptor)
        return try body(path)
    }

    @Test("says which file can't be read")
    func missingFile() throws {
        let certificate = try Certificate.forServer(names: ["localhost"], addresses: [])
        let error = #expect(throws: TLSError.self) {
            try TLSServerContext(certificateFile: "/nonexistent/certificate.pem", keyFile: "/nonexistent/key.pem")
        }
        #expect(error?.description == "/nonexistent/certificate.pem: open: No such file or directory; no such file")
        try withFile(try certificate.pem()) { path in
            let error = #expect(throws: TLSError.self) {
                try TLSServerContext(certificateFile: path, keyFile: "/nonexistent/key.pem")
            }
            #expect(error?.subject == "/nonexistent/key.pem")
        }
        let trusting = #expect(throws: TLSError.self) { try TLSClientContext(trust: .file("/nonexistent/ca.pem")) }
        #expect(trusting?.subject == "/nonexistent/ca.pem")
    }

    @Test("says which file holds no certificate, no key, or the wrong key")
    func wrongContent() throws {
        let certificate = try Certificate.forServer(names: ["localhost"], addresses: [])
        let other = try Certificate.forServer(names: ["localhost"], addresses: [])
        try withFile(try certificate.pem()) { certificateFile in
            try withFile(try certificate.keyPEM()) { keyFile in
                _ = try TLSServerContext(certificateFile: certificateFile, keyFile: keyFile)
                let swapped = #expect(throws: TLSError.self) {
                    try TLSServerContext(certificateFile: keyFile, keyFile: certificateFile)
                }
                #expect(swapped?.subject == keyFile)
                let twice = #expect(throws: TLSError.self) {
                    try TLSServerContext(certificateFile: certificateFile, keyFile: certificateFile)
                }
                #expect(twice?.subject == certificateFile)
                _ = try TLSClientContext(trust: .file(certificateFile))
            }
            try withFile(try other.keyPEM()) { keyFile in
                let error = #expect(throws: TLSError.self) {
                    try TLSServerContext(certificateFile: certificateFile, keyFile: keyFile)
                }
                #expect(error?.subject == "\(certificateFile) and \(keyFile)")
                #expect(error?.description.contains("mismatch") == true)
            }
            try withFile([]) { empty in
                let error = #expect(throws: TLSError.self) {
                    try TLSServerContext(certificateFile: empty, keyFile: empty)
                }
                #expect(error?.subject == empty)
            }
        }
    }

    @Test("a whole chain is served")
    func chain() throws {
        let leaf = try Certificate.forServer(names: ["localhost"], addresses: [])
        let extra = try Certificate.forServer(names: ["other"], addresses: [])
        let context = try TLSServerContext(
            certificateChain: try leaf.pem() + extra.pem(), key: try leaf.keyPEM())
        let pair = try TLSPair(try TLSClientContext(trust: .certificates(try leaf.pem())), context)
        try pair.run()
        #expect(pair.client.isHandshakeDone)
    }

    @Test("a text cut off anywhere is refused or read whole")
    func truncatedPEM() throws {
        let certificate = try Certificate.forServer(names: ["localhost"], addresses: [])
        let pem = try certificate.pem()
        let key = try certificate.keyPEM()
        let end = pem.count - 1  // The last line's newline may be missing.
        for length in 0..<end {
            #expect(throws: TLSError.self) {
                try TLSServerContext(certificateChain: Array(pem[..<length]), key: key)
            }
        }
    }
}
