import RTP
import Testing
import Units
import Wire

/// A packet with an extension of `profile` around `body`, padded to whole words, and a payload of one byte.
func packet(profile: UInt16, body: [UInt8]) -> [UInt8] {
    let padded = body + [UInt8](repeating: 0, count: (4 - body.count % 4) % 4)
    let words = UInt16(padded.count / 4)
    let head: [UInt8] = [UInt8(profile >> 8), UInt8(profile & 0xFF), UInt8(words >> 8), UInt8(words & 0xFF)]
    return [0x90, 96] + [UInt8](repeating: 0, count: 10) + head + padded + [0x55]
}

@Suite("HeaderExtensions")
struct HeaderExtensionsTests {
    private func elements(_ bytes: [UInt8]) throws -> [HeaderExtensions.Element] {
        let header = try RTPHeader(bytes: bytes)
        var reader = HeaderExtensions(of: header, in: bytes.span.bytes)
        var found: [HeaderExtensions.Element] = []
        while let element = reader.next(in: bytes.span.bytes) { found.append(element) }
        return found
    }

    /// The elements as pairs of id and data.
    private func contents(_ bytes: [UInt8]) throws -> [UInt8: [UInt8]] {
        Dictionary(try elements(bytes).map { ($0.id, Array(bytes[$0.data])) }, uniquingKeysWith: { first, _ in first })
    }

    @Test("one-byte elements with padding between")
    func oneByte() throws {
        let bytes = packet(profile: 0xBEDE, body: [0x10, 0xAA, 0, 0, 0x22, 1, 2, 3, 0, 0xE0, 9])
        #expect(try contents(bytes) == [1: [0xAA], 2: [1, 2, 3], 14: [9]])
        #expect(try elements(bytes).count == 3)
    }

    @Test("two-byte elements, empty ones and high ids among them", arguments: [0x1000, 0x1007, 0x100F] as [UInt16])
    func twoByte(profile: UInt16) throws {
        let bytes = packet(
            profile: profile, body: [1, 1, 0xAA, 0, 200, 0, 0, 15, 2, 7, 8] + [255, 20] + Array(1...20))
        #expect(try contents(bytes) == [1: [0xAA], 200: [], 15: [7, 8], 255: Array(1...20)])
    }

    @Test("other profiles hold no elements", arguments: [0, 0x0FFF, 0x1010, 0xBEDD, 0xFFFF] as [UInt16])
    func otherProfile(profile: UInt16) throws {
        #expect(try elements(packet(profile: profile, body: [0x10, 0xAA, 0x10, 0xAA])).isEmpty)
    }

    @Test("a packet without extension has no elements")
    func none() throws {
        #expect(try elements(RTPHeaderTests.plain).isEmpty)
        #expect(try elements(packet(profile: 0xBEDE, body: [])).isEmpty)
    }

    @Test(
        "id 15 ends a one-byte extension, and so does id 0 with a length",
        arguments: [0xF0, 0xF3, 0x01, 0x0F] as [UInt8])
    func terminators(byte: UInt8) throws {
        let bytes = packet(profile: 0xBEDE, body: [0x10, 0xAA, byte, 0x20, 0xBB, 0x20, 0xBB])
        #expect(try contents(bytes) == [1: [0xAA]])
    }

    @Test("an element that runs over the extension's end is none", arguments: [0xBEDE, 0x1000] as [UInt16])
    func overrun(profile: UInt16) throws {
        let long: [UInt8] = profile == 0xBEDE ? [0x1F, 1, 2, 3] : [1, 3, 2, 3]
        #expect(try elements(packet(profile: profile, body: long)).isEmpty)
        let lengthMissing: [UInt8] = [1, 1, 7, 2]
        #expect(try contents(packet(profile: 0x1000, body: lengthMissing)) == [1: [7]])
    }

    @Test("first(id:) finds the first, and does not move the reader")
    func first() throws {
        let bytes = packet(profile: 0xBEDE, body: [0x10, 0xAA, 0x20, 0xBB, 0x20, 0xCC])
        let header = try RTPHeader(bytes: bytes)
        let reader = HeaderExtensions(of: header, in: bytes.span.bytes)
        let second = reader.first(id: 2, in: bytes.span.bytes)
        let third = reader.first(id: 3, in: bytes.span.bytes)
        #expect(second.map { bytes[$0].first } == 0xBB)
        #expect(third == nil)
    }

    @Test("random bytes never trap, and elements lie within the extension", arguments: 1...20 as ClosedRange<UInt64>)
    func random(seed: UInt64) throws {
        var random = SeededRandom(state: seed)
        for _ in 0..<1_000 {
            let profile: UInt16 = random.next() % 2 == 0 ? 0xBEDE : 0x1000
            let bytes = packet(profile: profile, body: random.bytes(Int.random(in: 0...64, using: &random)))
            let body = try RTPHeader(bytes: bytes).extensionBody
            for element in try elements(bytes) {
                #expect(element.id != 0)
                #expect(element.data.lowerBound > body.lowerBound && element.data.upperBound <= body.upperBound)
            }
        }
    }
}

@Suite("ExtensionValues")
struct ExtensionValuesTests {
    private func values(_ bytes: [UInt8], _ ids: ExtensionIDs) throws -> ExtensionValues {
        ExtensionValues(of: try RTPHeader(bytes: bytes), in: bytes.span.bytes, ids: ids)
    }

    private let ids = ExtensionIDs(mid: 4, rid: 10, repairedRid: 11, audioLevel: 1)

    @Test("all four are found in one pass, whatever lies between")
    func all() throws {
        let bytes = packet(
            profile: 0xBEDE, body: [0x32, 1, 2, 3, 0x40, 0x30, 0xA0, 0x71, 0xB1, 0x68, 0x69, 0x10, 0x80 | 30])
        let values = try values(bytes, ids)
        #expect(values.mid.map { Array(bytes[$0]) } == Array("0".utf8))
        #expect(values.rid.map { Array(bytes[$0]) } == Array("q".utf8))
        #expect(values.repairedRid.map { Array(bytes[$0]) } == Array("hi".utf8))
        #expect(values.audioLevel == AudioLevel(isVoice: true, decibelsBelowOverload: 30))
    }

    @Test("what was not negotiated is not read")
    func notNegotiated() throws {
        let bytes = packet(profile: 0xBEDE, body: [0x40, 0x30, 0xA0, 0x71, 0x10, 0x80])
        #expect(try values(bytes, ExtensionIDs()) == ExtensionValues())
        #expect(try values(bytes, ExtensionIDs(rid: 10)).mid == nil)
    }

    @Test("of two with one id the first counts, empty ones not at all")
    func duplicates() throws {
        let bytes = packet(profile: 0x1000, body: [4, 0, 4, 1, 0x41, 4, 1, 0x42, 1, 0, 1, 1, 5, 1, 1, 6])
        let values = try values(bytes, ids)
        #expect(values.mid.map { bytes[$0].first } == 0x41)
        #expect(values.audioLevel?.decibelsBelowOverload == 5)
    }

    @Test("a level of two bytes, as the two-byte form pads it, counts by its first")
    func longLevel() throws {
        let bytes = packet(profile: 0x1000, body: [1, 2, 0xFF, 0])
        #expect(try values(bytes, ids).audioLevel == AudioLevel(isVoice: true, decibelsBelowOverload: 127))
    }

    @Test("no packet without an extension says anything")
    func none() throws {
        #expect(try values(RTPHeaderTests.plain, ids) == ExtensionValues())
    }
}

@Suite("AudioLevel")
struct AudioLevelTests {
    @Test("every byte is a level and back", arguments: 0...255 as ClosedRange<UInt8>)
    func byte(_ byte: UInt8) {
        #expect(AudioLevel(byte: byte).byte == byte)
        #expect(AudioLevel(byte: byte).isVoice == (byte >= 128))
        #expect(AudioLevel(byte: byte).decibelsBelowOverload == byte % 128)
    }

    @Test("levels are held at 127")
    func held() {
        #expect(AudioLevel(isVoice: false, decibelsBelowOverload: 200) == .silent)
    }
}
