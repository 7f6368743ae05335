import Testing
import Units

@Suite("Addresses")
struct AddressTests {
    /// Text as people and protocols write it, and RFC 5952's canonical form of it.
    static let addresses: [(String, String)] = [
        ("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"), ("::", "::"),
        ("::1", "::1"), ("2001:DB8::1", "2001:db8::1"), ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
        ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"), ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
        ("::ffff:192.0.2.1", "::ffff:c000:201"), ("fe80::1", "fe80::1"), ("1:0:0:2::", "1:0:0:2::"),
    ]

    @Test("reads every form and writes the canonical one", arguments: addresses)
    func canonical(text: String, expected: String) {
        #expect(IPAddress(text)?.description == expected)
        #expect(IPAddress(expected) == IPAddress(text), "the canonical form is the same address")
    }

    @Test(
        "refuses what is none",
        arguments: [
            "", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1..2.3", "+1.2.3.4", ":", ":::", "1::2::3", "12345::",
            "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "g::", "::1.2.3", "1.2.3.4::", "-1::", "+1::",
            String(repeating: "1", count: 5_000),
        ])
    func refused(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test("socket addresses need brackets around IPv6")
    func sockets() {
        #expect(SocketAddress("127.0.0.1:8443") == SocketAddress(.loopback, port: 8_443))
        #expect(SocketAddress("[::1]:8443") == SocketAddress(.loopbackV6, port: 8_443))
        for text in ["::1:8443", "[::1]", "127.0.0.1", "127.0.0.1:65536", "127.0.0.1:", "[127.0.0.1]:1", ":1"] {
            #expect(SocketAddress(text) == nil, "\(text)")
        }
        #expect(SocketAddress(.loopbackV6, port: 1).description == "[::1]:1")
    }

    @Test("an IPv4 address that came in an IPv6 one is the same address")
    func mapped() {
        #expect(IPAddress("::ffff:192.0.2.1")?.unmapped == IPAddress("192.0.2.1"))
        #expect(IPAddress("::fffe:192.0.2.1")?.unmapped.isIPv6 == true)
    }
}
