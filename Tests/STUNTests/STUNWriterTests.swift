import STUN
import TestAuthenticator
import Testing
import Units
import Wire

@Suite("STUNWriter")
struct STUNWriterTests {
    private let id = TransactionID(high: 0xB7E7_A701, low: 0xBC34_D686_FA87_DFAE)

    /// Writes into `capacity` bytes and returns the ones used.
    private func write(
        capacity: Int = 200, _ messageClass: STUNMessage.Class = .request,
        _ body: (inout STUNWriter, inout MutableRawSpan) throws(ParseError) -> Void
    ) throws(ParseError) -> [UInt8] {
        var datagram = [UInt8](repeating: 0xEE, count: capacity)
        var span = datagram.mutableSpan
        var room = unsafe span.mutableBytes
        var writer = try STUNWriter(messageClass, .binding, id, into: &room)
        try body(&writer, &room)
        let length = writer.length
        return Array(datagram[..<length])
    }

    private func append(_ type: STUNAttribute, _ text: String, _ writer: inout STUNWriter, _ room: inout MutableRawSpan)
        throws(ParseError)
    {
        let bytes = Array(text.utf8)
        try writer.append(type, unsafe bytes.span.bytes, into: &room)
    }

    private func seal(_ writer: inout STUNWriter, _ room: inout MutableRawSpan) throws(ParseError) {
        let password = SampleMessages.password
        try writer.appendIntegrity(
            key: unsafe password.span.bytes, authenticator: TestAuthenticator(), into: &room)
        try writer.appendFingerprint(into: &room)
    }

    @Test("writes RFC 5769's request without its blank padding, byte for byte, up to the integrity")
    func sample() throws {
        let datagram = try write { (writer, room) throws(ParseError) in
            try append(.software, "STUN test client", &writer, &room)
            try writer.append(.priority, UInt32(0x6E00_01FF), into: &room)
            try writer.append(.iceControlled, UInt64(0x932F_F9B1_5126_3B36), into: &room)
            try append(.username, "evtj:h6vY", &writer, &room)
            try seal(&writer, &room)
        }
        var expected = SampleMessages.request
        expected.replaceSubrange(73..<76, with: [0, 0, 0])
        #expect(datagram.count == expected.count && datagram[..<80].elementsEqual(expected[..<80]))
        #expect(try isAuthentic(datagram, key: SampleMessages.password))
        #expect(try parse(datagram).hasFingerprint)
    }

    @Test("writes RFC 5769's long-term request byte for byte")
    func longTermSample() throws {
        let datagram = try write { (writer, room) throws(ParseError) in
            try append(.username, "マトリックス", &writer, &room)
            try append(STUNAttribute(rawValue: 0x15), "f//499k954d6OL34oL9FSTvy64sA", &writer, &room)
            try append(STUNAttribute(rawValue: 0x14), "example.org", &writer, &room)
            let key = SampleMessages.longTermKey
            try writer.appendIntegrity(
                key: unsafe key.span.bytes, authenticator: TestAuthenticator(), into: &room)
        }
        // Its transaction identifier is another, and so is the integrity; the rest is the same.
        #expect(datagram[20..<92].elementsEqual(SampleMessages.longTermRequest[20..<92]))
        #expect(datagram[..<8].elementsEqual(SampleMessages.longTermRequest[..<8]))
        #expect(try isAuthentic(datagram, key: SampleMessages.longTermKey))
    }

    @Test("addresses of both families are masked as in RFC 5769")
    func addresses() throws {
        let samples = [
            ("192.0.2.1:32853", SampleMessages.responseV4),
            (
                "[2001:db8:1234:5678:11:2233:4455:6677]:32853",
                SampleMessages.responseV6
            ),
        ]
        for (text, sample) in samples {
            let place = try #require(SocketAddress(text))
            let datagram = try write(.success) { (writer, room) throws(ParseError) in
                try writer.appendMappedAddress(place, into: &room)
            }
            #expect(datagram[20...].elementsEqual(sample[36..<36 + datagram.count - 20]))
            #expect(try parse(datagram).mappedAddress == place)
        }
    }

    @Test("errors and unknown attributes come out as they went in")
    func errors() throws {
        let foreign = try parse(SampleMessages.longTermRequest).notUnderstood
        let datagram = try write(.error) { (writer, room) throws(ParseError) in
            try writer.appendError(420, "Unknown Attribute", into: &room)
            try writer.appendUnknown(foreign, into: &room)
        }
        let message = try parse(datagram)
        #expect(message.messageClass == .error && message.errorCode == 420)
        #expect(datagram[try #require(message.unknownToPeer)].elementsEqual([0, 0x15, 0, 0x14]))
        #expect(datagram[28..<45].elementsEqual("Unknown Attribute".utf8) && datagram[45..<48] == [0, 0, 0])
    }

    @Test("a room too small is an error at every size, and never a trap")
    func smallRoom() throws {
        let place = try #require(SocketAddress("192.0.2.1:32853"))
        func whole(_ capacity: Int) throws(ParseError) -> [UInt8] {
            try write(capacity: capacity, .success) { (writer, room) throws(ParseError) in
                try append(.software, "abcde", &writer, &room)
                try writer.append(.useCandidate, into: &room)
                try writer.appendMappedAddress(place, into: &room)
                try seal(&writer, &room)
            }
        }
        let length = try whole(200).count
        #expect(try whole(length).count == length)
        for capacity in 0..<length { #expect(throws: ParseError.self) { try whole(capacity) } }
    }
}
