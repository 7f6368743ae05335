import Testing
import Wire

@testable import MediaTools

@Suite("LoudnessMeter")
struct LoudnessMeterTests {
    /// Signed 16-bit little-endian samples.
    private func bytes(_ samples: [Int16]) -> [UInt8] {
        samples.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
    }

    private func measure(_ samples: [Int16], pieces: Int = .max) -> LoudnessMeter {
        var meter = LoudnessMeter()
        var rest = bytes(samples)[...]
        while !rest.isEmpty {
            let piece = Array(rest.prefix(pieces))
            meter.receive(piece.span.bytes)
            rest = rest.dropFirst(piece.count)
        }
        return meter
    }

    @Test(
        "square waves of known height have known levels",
        arguments: [(32_767, 0), (-32_768, 0), (16_384, 6), (3_277, 20), (328, 40), (33, 60), (1, 90), (0, 127)])
    func squareWaves(height: Int, level: Int) {
        let samples = (0..<160).map { Int16(truncatingIfNeeded: $0 % 2 == 0 ? height : max(-height, -32_768)) }
        let clipped = samples.map { $0 == -32_768 && height > 0 ? -32_767 : $0 }
        #expect(measure(height == -32_768 ? [Int16](repeating: -32_768, count: 160) : clipped).level == UInt8(level))
    }

    @Test("one window is measured at a time, and nothing before it is whole")
    func windows() {
        let loud = [Int16](repeating: 16_384, count: 160)
        #expect(measure(Array(loud.dropLast())).level == nil)
        #expect(measure(loud + [Int16](repeating: 0, count: 159)).level == 6)
        #expect(measure(loud + [Int16](repeating: 0, count: 160)).level == 127)
    }

    @Test("how the bytes are cut into pieces makes no difference", arguments: [1, 2, 3, 7, 319])
    func pieces(size: Int) {
        let samples = (0..<320).map { Int16(truncatingIfNeeded: $0 * 97 % 4_001 - 2_000) }
        #expect(measure(samples, pieces: size).level == measure(samples).level)
    }

    @Test("speech is told from a quiet room")
    func voice() {
        #expect(measure([Int16](repeating: 1_000, count: 160)).isVoice)
        #expect(!measure([Int16](repeating: 50, count: 160)).isVoice)
        #expect(!LoudnessMeter().isVoice)
    }
}
