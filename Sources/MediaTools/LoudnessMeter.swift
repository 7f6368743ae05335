import Glibc
import Wire

/// Measures how loud sound is, 20 ms at a time: signed 16-bit little-endian samples, one channel.
struct LoudnessMeter {
    /// The level of the latest whole window, 0 (loudest) … 127 (silent): −dBov (RFC 6464 §3); `nil` before the first.
    private(set) var level: UInt8?

    /// What ffmpeg is asked for: telephone quality is enough to tell loud from silent.
    static let sampleRate = 8_000
    private static let window = sampleRate / 50
    /// Our choice: speech before a microphone lies around −20 to −40 dBov, a quiet room below −55.
    private static let quietestVoice: UInt8 = 50

    private var sumOfSquares = 0.0
    private var samples = 0
    /// The first byte of a sample whose second one has not come yet.
    private var half: UInt8?

    /// Whether somebody is believed to speak.
    var isVoice: Bool { level.map { $0 <= Self.quietestVoice } ?? false }

    /// Takes the next bytes, in pieces of any length.
    mutating func receive(_ bytes: borrowing RawSpan) {
        bytes.withUnsafeBytes { bytes in
            for byte in bytes {
                guard let low = half else {
                    half = byte
                    continue
                }
                half = nil
                add(Int16(bitPattern: UInt16(byte) << 8 | UInt16(low)))
            }
        }
    }

    private mutating func add(_ sample: Int16) {
        let value = Double(sample) / 32_768
        sumOfSquares += value * value
        samples += 1
        guard samples == Self.window else { return }
        level = Self.level(meanSquare: sumOfSquares / Double(samples))
        sumOfSquares = 0
        samples = 0
    }

    /// −dBov of a mean square, where 1 is a square wave at full scale (RFC 6464 §3).
    static func level(meanSquare: Double) -> UInt8 {
        guard meanSquare > 0 else { return 127 }
        return UInt8(min(127, max(0, (-10 * log10(meanSquare)).rounded())))
    }
}
