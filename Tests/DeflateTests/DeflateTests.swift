import Deflate
import SimulatedNetwork
import Testing

@Suite("Deflate")
struct DeflateTests {
    /// Pieces joined to a whole stream are read back.
    private func read(_ pieces: [UInt8]..., limit: Int = 1 << 20) throws -> [UInt8] {
        try Inflater.inflate(pieces.flatMap(\.self), limit: limit)
    }

    private func failure(_ bytes: [UInt8], limit: Int = 1_000) -> Inflater.Failure? {
        do throws(Inflater.Failure) {
            _ = try Inflater.inflate(bytes, limit: limit)
            return nil
        } catch {
            return error
        }
    }

    /// Half repetition, half noise.
    private func content(_ count: Int, seed: UInt64) -> [UInt8] {
        var random = SplitMix64(state: seed)
        var bytes: [UInt8] = []
        while bytes.count < count {
            let run = UInt8.random(in: 0...255, using: &random)
            bytes += [UInt8](repeating: run, count: Int.random(in: 1...40, using: &random))
            bytes += (0..<20).map { _ in UInt8.random(in: 0...255, using: &random) }
        }
        return Array(bytes.prefix(count))
    }

    @Test(
        "what is compressed comes out again", arguments: [0, 1, 1_000, 16_383, 16_384, 16_385, 65_535, 65_536, 200_000])
    func roundTrip(count: Int) throws {
        let content = content(count, seed: UInt64(count))
        for piece in [Deflater.piece(of: content), Deflater.storedPiece(of: content)] {
            #expect(piece.suffix(4) == Deflater.ending)
            #expect(try read(piece) == content)
        }
    }

    @Test("pieces in any order are one stream", arguments: 0..<20 as Range<UInt64>)
    func joining(seed: UInt64) throws {
        let shared = content(5_000, seed: seed)
        let head = content(Int(seed) * 7, seed: seed + 100)
        let (piece, stored) = (Deflater.piece(of: shared), Deflater.storedPiece(of: head))
        #expect(try read(stored, piece) == head + shared)
        #expect(try read(piece, stored, piece) == shared + head + shared)
        #expect(try read(piece, piece, Deflater.piece(of: head)) == shared + shared + head)
    }

    @Test("text that repeats itself becomes short; noise hardly longer")
    func sizes() {
        let lines = (0..<1_000).flatMap { Array(#"{"code":"\#($0)","kind":"commune","state":"present"},"#.utf8) }
        #expect(Deflater.piece(of: lines).count * 6 < lines.count)
        var random = SplitMix64(state: 1)
        let noise = (0..<100_000).map { _ in UInt8.random(in: 0...255, using: &random) }
        #expect(Deflater.piece(of: noise).count < noise.count + 100)
        #expect(Deflater.storedPiece(of: noise).count == noise.count + 15)
    }

    @Test("stored text can be read as it stands")
    func stored() {
        #expect(Deflater.storedPiece(of: [1, 2]) == [0, 2, 0, 0xFD, 0xFF, 1, 2, 0, 0, 0, 0xFF, 0xFF])
        #expect(Deflater.storedPiece(of: []) == [0, 0, 0, 0xFF, 0xFF])
    }

    @Test("decompressing stops at the limit, however much is to come")
    func limit() {
        let bomb = Deflater.piece(of: [UInt8](repeating: 0x61, count: 10_000_000))
        #expect(bomb.count < 60_000)
        for limit in [0, 1, 16_383, 16_384, 16_385, 9_999_999] { #expect(failure(bomb, limit: limit) == .tooLong) }
        #expect(failure(bomb, limit: 10_000_000) == nil)
    }

    @Test("a stream cut anywhere is malformed, and so is one that goes on")
    func truncation() throws {
        let piece = Deflater.piece(of: content(300, seed: 3))
        #expect(failure(piece) == nil, "the control")
        // The last block of all is the empty one, of five bytes at most.
        for count in 0..<(piece.count - 5) { #expect(failure(Array(piece.prefix(count))) != nil, "\(count)") }
        for rest: [UInt8] in [[0], [0, 1], [0, 1, 0], [0, 0, 0, 0], [6], [0xFF]] {
            #expect(failure(piece + rest) == .malformed, "\(rest)")
        }
    }

    @Test("a block that says it is the last may be followed by more, without what was in front of it")
    func lastBlocks() throws {
        let hello = Array("Hello".utf8)
        let last: [UInt8] = [0xF3, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00]
        #expect(try read(last) == hello)
        #expect(try read(last, last, Deflater.storedPiece(of: hello)) == hello + hello + hello)
        // RFC 7692 §7.2.3.2: "Hello" once more, from five bytes back; within one stream, and behind its end.
        let again: [UInt8] = [0xF2, 0x00, 0x11, 0x00, 0x00, 0x00, 0x00, 0xFF, 0xFF]
        #expect(try read(Deflater.piece(of: hello), again) == hello + hello)
        #expect(failure(last + again) == .malformed)
    }

    @Test("reserved block types, bad lengths and distances too far back are malformed")
    func malformed() {
        #expect(failure([0x07]) == .malformed, "type 3")
        #expect(failure([0, 1, 0, 0, 0, 0x61] + Deflater.ending) == .malformed, "complement")
        #expect(failure([]) == .malformed)
        #expect(failure([UInt8](repeating: 0xFF, count: 100)) == .malformed)
    }

    @Test("whatever the bytes are, there is an end within the limit", arguments: 0..<40 as Range<UInt64>)
    func noise(seed: UInt64) {
        var random = SplitMix64(state: seed)
        let good = Deflater.piece(of: content(2_000, seed: seed))
        for _ in 0..<50 {
            var bytes = good
            let place = Int.random(in: 0..<bytes.count, using: &random)
            bytes[place] ^= UInt8.random(in: 1...255, using: &random)
            if let content = try? Inflater.inflate(bytes, limit: 3_000) { #expect(content.count <= 3_000) }
        }
    }
}
