import COpenSSL

/// Randomness fit for secrets: OpenSSL's generator, seeded by the kernel.
package struct SecureRandom: RandomNumberGenerator, Sendable {
    package init() {}

    package mutating func next() -> UInt64 {
        var value: UInt64 = 0
        let result = withUnsafeMutableBytes(of: &value) { buffer in
            RAND_bytes(buffer.baseAddress?.assumingMemoryBound(to: UInt8.self), Int32(buffer.count))
        }
        // Fails only where the kernel gives no entropy: going on with zeros would give every secret away.
        precondition(result == 1, "the system has no randomness")
        return value
    }

    /// `count` random bytes.
    package mutating func bytes(_ count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            precondition(RAND_bytes(buffer.baseAddress, Int32(count)) == 1, "the system has no randomness")
            initialized = count
        }
    }
}
