import Conference
import Testing

@Suite("Identifiers")
struct IdentifierTests {
    @Test("codes of units and bridges are taken as they are", arguments: ["25747", "hcmc-main", "a", "A.b_c-9"])
    func takesCodes(text: String) { #expect(PointCode(text)?.description == text) }

    @Test(
        "what would not survive a URL, a file name or a log line is no code",
        arguments: ["", "-a", ".", "a b", "a/b", "phường", "a\n", "a%20", String(repeating: "a", count: 33)])
    func refusesCodes(text: String) { #expect(PointCode(text) == nil) }

    @Test("rooms have up to 64 characters, tokens too")
    func lengths() {
        #expect(RoomID(String(repeating: "r", count: 64)) != nil)
        #expect(RoomID(String(repeating: "r", count: 65)) == nil)
        #expect(TokenID(String(repeating: "r", count: 64)) != nil)
        #expect(TokenID(String(repeating: "r", count: 65)) == nil)
    }

    @Test("ids and secrets survive their text", arguments: 1...20 as ClosedRange<UInt64>)
    func roundTrip(seed: UInt64) throws {
        var random = SeededRandom(state: seed)
        let session = SessionID(bridge: try #require(BridgeID("b1")), using: &random)
        #expect(SessionID(session.description) == session)
        #expect(session.description.hasPrefix("b1-"))
        let resource = MediaResourceID(using: &random)
        #expect(MediaResourceID(resource.description) == resource)
        #expect(resource.description.utf8.count == 32)
        let secret = BindingSecret(using: &random)
        #expect(BindingSecret(secret.text) == secret)
        #expect(BindingSecret(using: &random) != secret)
    }

    @Test("small numbers keep their leading zeros")
    func padding() throws {
        let text = String(repeating: "0", count: 31) + "7"
        #expect(try #require(MediaResourceID(text)).description == text)
    }

    @Test(
        "an id of another length or alphabet is none",
        arguments: [
            "", "b1-", "00000000000000000000000000000000", "b1-0000000000000000000000000000000",
            "b1-000000000000000000000000000000000", "b1-0000000000000000000000000000000G",
            "b1-0000000000000000000000000000000A", "b1-+000000000000000000000000000000f",
            "-00000000000000000000000000000000", "b 1-00000000000000000000000000000000",
        ])
    func refusesSessions(text: String) { #expect(SessionID(text) == nil) }

    @Test("a secret does not show itself in a log")
    func secretStaysSecret() {
        var random = SeededRandom(state: 3)
        let secret = BindingSecret(using: &random)
        #expect(!"\(secret)".contains(secret.text))
    }
}
