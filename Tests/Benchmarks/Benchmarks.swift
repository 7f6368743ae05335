import Glibc
import LibUV
import Units

/// What a forwarded packet costs, stage by stage: `swift run -c release Benchmarks [RECEIVERS…]`.
///
/// Prints processor time, each stage beside its mark and beside a bare AES-GCM of the same packet in the same run.
/// Exits with 1 when a forwarded packet allocates, or when the allocation planted as a control is not found.
@main
struct Benchmarks {
    static func main() throws {
        let wanted = CommandLine.arguments.dropFirst().compactMap { Int($0) }.filter { (1...1_000).contains($0) }
        var isProved = true
        print("packets of \(BenchmarkBridge.packetSize) bytes, \(BenchmarkBridge.frame) to a frame, AEAD_AES_128_GCM")
        for receivers in wanted.isEmpty ? [25, 100, 200] : wanted {
            isProved = try run(receivers: receivers) && isProved
        }
        if !isProved { exit(1) }
    }

    /// - Returns: Whether nothing was allocated, and the control found.
    private static func run(receivers: Int) throws -> Bool {
        let sending = try Sending(receivers: receivers, segmentation: true)
        let bridge = try BenchmarkBridge(server: sending.address, receivers: sending.addresses)
        let stages = Stages(bridge)
        var table = Table(receivers: receivers, reference: stages.reference())
        table.add("parse", stages.parse(), mark: 0.1, of: "packet received")
        table.add("unprotect", try stages.unprotect(), mark: 1.5, of: "packet received")
        table.add("rewrite + protect", try stages.rewriteAndProtect(), mark: 1.5, of: "packet sent")
        table.add("plane, whole", stages.plane(), mark: 2, of: "packet sent")
        table.add("send", try sending.measure(bridge, batches: 60), mark: 4, of: "packet sent")
        table.note("runs of \(sending.counters.sent) packets: \(sending.counters.segmentedRuns) segmented")
        let lines = try LineCost.measure(bridge, pairs: 20)
        table.note(
            "watch over lines: \(lines.with.percentile(0.5).text(0, digits: 2)) ms of a second with it, "
                + "\(lines.without.percentile(0.5).text(0, digits: 2)) ms without: "
                + "\((max(lines.share, 0) * 100).text(0, digits: 2)) %, mark 2 % at 171")
        let allocations = Allocations.measure(bridge, frames: 200)
        table.note(
            "allocations: \(allocations.count) in \(allocations.packets) packets, mark 0; "
                + "control: \(allocations.planted) of \(allocations.frames) planted ones found")
        try sending.close()
        return allocations.isProved
    }
}

/// Prints one run.
struct Table {
    private let floor: Double

    init(receivers: Int, reference: Samples) {
        floor = reference.percentile(0.5)
        print("\n\(receivers) receivers                  p50 ns   p90 ns   p99 ns   × reference, mark")
        line("reference: EVP + copy", reference, "")
    }

    /// Prints one stage.
    ///
    /// - Parameters:
    ///   - name: Its name.
    ///   - samples: Its times.
    ///   - mark: What the median should not exceed, as a multiple of the reference.
    ///   - unit: What is counted.
    mutating func add(_ name: String, _ samples: Samples, mark: Double, of unit: String) {
        let ratio = samples.percentile(0.5) / floor
        let verdict = ratio <= mark ? "" : "  OVER"
        line(name, samples, "\(ratio.text(6, digits: 2))  ≤ \(mark.text(3, digits: 1))\(verdict)  a \(unit)")
    }

    func note(_ text: String) { print("  " + text) }

    private func line(_ name: String, _ samples: Samples, _ rest: String) {
        let padded = name + String(repeating: " ", count: max(0, 28 - name.count))
        let figures = [0.5, 0.9, 0.99].map { samples.percentile($0).text(8) }.joined(separator: " ")
        print("  \(padded)\(figures)   \(rest)")
    }
}
