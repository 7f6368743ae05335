import RTP
import Testing
import Units
import Wire

@Suite("ExtensionBlock")
struct ExtensionBlockTests {
    /// A packet that carries `block`, as a slot writes it, with a payload of one byte.
    private func packet(with block: ExtensionBlock) throws -> [UInt8] {
        let header = RTPHeader(
            marker: false, payloadType: 111, sequenceNumber: SequenceNumber(rawValue: 1), timestamp: 2,
            ssrc: SSRC(rawValue: 3))
        var bytes = [UInt8](repeating: 0xEE, count: 12 + block.byteCount + 1)
        var span = bytes.mutableSpan
        var raw = span.mutableBytes
        try header.write(to: &raw, hasExtension: block.byteCount > 0)
        let end = try block.write(to: &raw)
        #expect(end == bytes.count - 1)
        return bytes
    }

    private func values(_ bytes: [UInt8], mid: UInt8?, level: UInt8?) throws -> ExtensionValues {
        let header = try RTPHeader(bytes: bytes)
        #expect(header.payload == bytes.count - 1..<bytes.count)
        return ExtensionValues(of: header, in: bytes.span.bytes, ids: ExtensionIDs(mid: mid, audioLevel: level))
    }

    @Test("the reader reads what the block says", arguments: [1, 4, 14, 15, 255] as [UInt8], [1, 2, 3, 5, 16])
    func reads(id: UInt8, length: Int) throws {
        let text = String("abcdefghijklmnopqrstuvwxyz".prefix(length))
        var block = try #require(ExtensionBlock(mid: (id, text), audioLevelID: 7))
        let level = AudioLevel(isVoice: true, decibelsBelowOverload: 42)
        block.set(level)
        let bytes = try packet(with: block)
        let values = try values(bytes, mid: id, level: 7)
        #expect(values.mid.map { String(decoding: bytes[$0], as: UTF8.self) } == text)
        #expect(values.audioLevel == level)
        #expect(block.byteCount % 4 == 0 && block.byteCount <= ExtensionBlock.maximumLength)
    }

    @Test("one-byte form where it does, byte by byte")
    func oneByteForm() throws {
        let block = try #require(ExtensionBlock(mid: (4, "12"), audioLevelID: 1))
        let bytes = try packet(with: block)
        #expect(bytes[12..<24] == [0xBE, 0xDE, 0, 2, 0x10, 0x7F, 0x41, 0x31, 0x32, 0, 0, 0])
    }

    @Test("two-byte form for high ids, byte by byte")
    func twoByteForm() throws {
        let block = try #require(ExtensionBlock(mid: (16, "12"), audioLevelID: 1))
        let bytes = try packet(with: block)
        #expect(bytes[12..<24] == [0x10, 0, 0, 2, 1, 1, 0x7F, 16, 2, 0x31, 0x32, 0])
    }

    @Test("mid alone, level alone")
    func single() throws {
        let mid = try #require(ExtensionBlock(mid: (4, "0"), audioLevelID: nil))
        #expect(try packet(with: mid)[12..<20] == [0xBE, 0xDE, 0, 1, 0x40, 0x30, 0, 0])
        let level = try #require(ExtensionBlock(mid: nil, audioLevelID: 3))
        #expect(try packet(with: level)[12..<20] == [0xBE, 0xDE, 0, 1, 0x30, 0x7F, 0, 0])
    }

    @Test("the level changes one byte and not the size, and nothing in a block without it")
    func constantSize() throws {
        var block = try #require(ExtensionBlock(mid: (4, "audio0"), audioLevelID: 1))
        let before = try packet(with: block)
        block.set(AudioLevel(isVoice: true, decibelsBelowOverload: 0))
        let after = try packet(with: block)
        #expect(zip(before, after).filter { $0 != $1 }.count == 1 && before.count == after.count)

        var silent = try #require(ExtensionBlock(mid: (4, "audio0"), audioLevelID: nil))
        let unchanged = silent
        silent.set(AudioLevel(isVoice: true, decibelsBelowOverload: 0))
        #expect(silent == unchanged)
    }

    @Test("nothing negotiated, nothing written")
    func empty() throws {
        #expect(try #require(ExtensionBlock(mid: nil, audioLevelID: nil)) == ExtensionBlock())
        #expect(try packet(with: ExtensionBlock()).count == 13)
    }

    @Test("id 0, an empty mid and one that is too long make no block")
    func refused() {
        #expect(ExtensionBlock(mid: (0, "a"), audioLevelID: nil) == nil)
        #expect(ExtensionBlock(mid: (1, ""), audioLevelID: nil) == nil)
        #expect(ExtensionBlock(mid: nil, audioLevelID: 0) == nil)
        #expect(ExtensionBlock(mid: (1, String(repeating: "m", count: 26)), audioLevelID: nil)?.byteCount == 32)
        #expect(ExtensionBlock(mid: (1, String(repeating: "m", count: 27)), audioLevelID: nil) == nil)
        #expect(ExtensionBlock(mid: (1, String(repeating: "m", count: 24)), audioLevelID: 2) == nil)
        #expect(ExtensionBlock(mid: (1, String(repeating: "m", count: 70_000)), audioLevelID: 2) == nil)
    }

    @Test("a packet without room is left alone", arguments: [0, 12, 19, 23])
    func noRoom(count: Int) throws {
        let block = try #require(ExtensionBlock(mid: (4, "12"), audioLevelID: 1))
        var bytes = [UInt8](repeating: 0xEE, count: count)
        #expect(throws: ParseError.self) {
            var span = bytes.mutableSpan
            var raw = span.mutableBytes
            try block.write(to: &raw)
        }
        #expect(bytes.allSatisfy { $0 == 0xEE })
    }
}
