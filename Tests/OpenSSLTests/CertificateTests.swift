import Testing
import Units

@testable import OpenSSL

@Suite("Certificate")
struct CertificateTests {
    @Test("goes out as PEM and comes back the same")
    func roundTrip() throws {
        let made = try Certificate.forServer(names: ["localhost"], addresses: [.loopback, .loopbackV6])
        let read = try Certificate(pem: try made.pem(), keyPEM: try made.keyPEM())
        #expect(read.sha256Fingerprint == made.sha256Fingerprint)
        #expect(try read.pem() == made.pem())
        #expect(try read.keyPEM() == made.keyPEM())
        #expect(String(decoding: try made.pem(), as: UTF8.self).hasPrefix("-----BEGIN CERTIFICATE-----\n"))
        #expect(String(decoding: try made.keyPEM(), as: UTF8.self).hasPrefix("-----BEGIN PRIVATE KEY-----\n"))
    }

    @Test("a key of another certificate is refused")
    func mismatch() throws {
        let first = try Certificate.forMedia()
        let second = try Certificate.forMedia()
        #expect(first.sha256Fingerprint != second.sha256Fingerprint)
        #expect(throws: TLSError.self) { try Certificate(pem: try first.pem(), keyPEM: try second.keyPEM()) }
        #expect(throws: TLSError.self) { try Certificate(pem: try first.keyPEM(), keyPEM: try first.keyPEM()) }
    }

    @Test("the fingerprint is 32 bytes in upper-case hex with colons")
    func fingerprint() throws {
        let parts = try Certificate.forMedia().sha256Fingerprint.split(separator: ":", omittingEmptySubsequences: false)
        #expect(parts.count == 32)
        #expect(parts.allSatisfy { $0.count == 2 && $0.uppercased() == $0 && UInt8($0, radix: 16) != nil })
    }

    @Test(
        "names that would mean something to OpenSSL are refused",
        arguments: ["", "a,IP:1.2.3.4", "a\nb", "a b", "ü"])
    func badNames(name: String) throws {
        let error = #expect(throws: TLSError.self) { try Certificate.forServer(names: [name], addresses: []) }
        #expect(error?.subject == name)
    }

    @Test("a long name is cut, not refused")
    func longName() throws {
        _ = try Certificate.selfSigned(commonName: String(repeating: "n", count: 300), days: 1)
    }
}
