/// Tells, once at each mark, that the disk of a recording is filling up.
struct DiskWatch {
    /// Bytes left, falling (ours): an hour or so of a picture, some minutes, nothing.
    private static let marks: [UInt64] = [1 << 30, 100 << 20, 1 << 20]
    /// How many marks have been told of.
    private var told = 0

    /// Takes what is free.
    ///
    /// - Parameter free: In bytes.
    /// - Returns: What people should know now.
    mutating func note(free: UInt64) -> String? {
        let passed = Self.marks.prefix { free < $0 }.count
        // Around a mark it is told once: it counts as left behind only when there is twice as much again.
        while told > passed, free >= 2 * Self.marks[told - 1] { told -= 1 }
        guard passed > told else { return nil }
        told = passed
        return passed == Self.marks.count ? "the disk is full" : "the disk is filling up: \(free >> 20) MB are left"
    }
}
