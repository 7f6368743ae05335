import CAllocationCount
import Wire

/// Proves that forwarding allocates nothing once it is warm.
struct Allocations {
    let packets: Int
    let count: UInt64
    /// What was counted when one allocation a frame was planted.
    let planted: UInt64
    let frames: Int

    /// Counts while `frames` frames are forwarded at one moment of simulated time: what the plane does now and then (a
    /// report a second and receiver, a look at the room every 50 ms) is not the packet path's.
    static func measure(_ bridge: BenchmarkBridge, frames: Int) -> Allocations {
        func run(_ each: () -> Void) -> UInt64 {
            var sum: UInt64 = 0
            for _ in 0..<frames {
                bridge.makeFrame()
                let before = allocationCount()
                bridge.receiveFrame()
                bridge.forward { $0.removeAll() }
                each()
                sum += allocationCount() - before
            }
            return sum
        }
        var kept: [UInt8] = []
        _ = run {}
        let count = run {}
        let planted = run { kept = [UInt8](repeating: 0, count: bridge.receivers.count) }
        precondition(kept.count == bridge.receivers.count, "it was made")
        return Allocations(
            packets: frames * BenchmarkBridge.frame * bridge.receivers.count, count: count, planted: planted,
            frames: frames)
    }

    var isProved: Bool { count == 0 && planted >= UInt64(frames) }
}
