import Participant
import Testing

@Suite("Addresses of servers")
struct ServerAddressTests {
    @Test(
        "URLs are read",
        arguments: [
            ("https://127.0.0.1:8443", "127.0.0.1", 8443, "127.0.0.1:8443"),
            ("https://bridge.example/", "bridge.example", 443, "bridge.example:443"),
            ("HTTPS://[::1]:9", "::1", 9, "[::1]:9"),
            ("https://[fe80::2]", "fe80::2", 443, "[fe80::2]:443"),
        ])
    func read(text: String, host: String, port: UInt16, authority: String) throws {
        let address = try #require(ServerAddress(text))
        #expect(address.host == host)
        #expect(address.port == port)
        #expect(address.authority == authority)
    }

    @Test(
        "Anything else is refused",
        arguments: [
            "", "http://a", "https://", "https://:1", "https://a:", "https://a:0", "https://a:65536", "https://a:x",
            "https://a/b", "https://[::1", "https://[::1]x", "https://a b", "a:8443",
        ])
    func refuse(text: String) {
        #expect(ServerAddress(text) == nil)
    }
}
