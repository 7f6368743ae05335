import Glibc

/// Times of many batches, as nanoseconds of this thread's processor time an operation.
struct Samples {
    private var values: [Double] = []

    /// Runs `body` `batches` times and notes what each took.
    ///
    /// - Parameters:
    ///   - batches: How many; a tenth more come first, to warm up.
    ///   - operations: How many operations one call of `body` does.
    ///   - prepare: What comes before each, unmeasured.
    ///   - body: What is measured.
    /// - Returns: A value for each batch.
    static func measure(
        batches: Int, operations: Int, prepare: () -> Void = {}, _ body: () -> Void
    ) -> Samples {
        var samples = Samples()
        samples.values.reserveCapacity(batches)
        for _ in 0..<batches / 10 + 1 {
            prepare()
            body()
        }
        for _ in 0..<batches {
            prepare()
            let start = processorTime()
            body()
            samples.add(Double(processorTime() - start) / Double(operations))
        }
        return samples
    }

    mutating func add(_ nanoseconds: Double) { values.append(nanoseconds) }

    /// The value that `share` of all are not above.
    ///
    /// - Parameter share: 0.5 for the median.
    /// - Returns: 0 without any value.
    func percentile(_ share: Double) -> Double {
        let sorted = values.sorted()
        guard let last = sorted.indices.last else { return 0 }
        return sorted[Int((Double(last) * share).rounded())]
    }

    /// Of the calling thread: other programs on the machine do not count.
    static func processorTime() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}

extension Double {
    /// With `digits` behind the point, right-aligned to `width`.
    func text(_ width: Int, digits: Int = 0) -> String {
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        let scaled = Int((self * scale).rounded())
        var text = String(scaled / Int(scale))
        if digits > 0 {
            let fraction = String(scaled % Int(scale))
            text += "." + String(repeating: "0", count: digits - fraction.count) + fraction
        }
        return String(repeating: " ", count: max(0, width - text.count)) + text
    }
}
