import CDatagrams
import CLibuv
import Units
import Wire

/// Turns an outbox into as few system calls as the kernel allows.
///
/// Datagrams of one path and size that lie one behind the other in the arena make a *run*, which leaves as one message
/// that the kernel (or the network card) cuts up; the last of a run may be shorter. Allocates nothing.
struct DatagramBatcher {
    /// Sends slots `first ..< end` of the batch and returns how many went, or `-errno`.
    typealias Transmit = (_ batch: OpaquePointer, _ first: UInt32, _ end: UInt32) -> Int32

    /// What one message of the batch carries.
    private struct Run {
        var first = 0
        var count = 0
        var bytes = 0
    }

    /// The kernel's limit until 6.8 (`UDP_MAX_SEGMENTS`).
    private static let maximumRun = 64
    /// Below what an IPv4 packet can hold, 65,507.
    private static let maximumRunBytes = 65_000

    private let family: Int32
    /// Where the socket is bound, unless to all addresses: what leaves from there need not say so.
    private let bound: IPAddress?
    private let batch: OpaquePointer
    private var segmentation: Bool
    private var runs = [64 of Run](repeating: Run())
    private var runCount = 0
    /// Records before this one are sent without runs, because the kernel refused the run that they made.
    private var plainUntil = 0

    init(family: Int32, bound: IPAddress? = nil, batch: OpaquePointer, segmentation: Bool) {
        self.family = family
        self.bound = bound
        self.batch = batch
        self.segmentation = segmentation
    }

    /// Sends the records of `outbox` from `first` on.
    ///
    /// A datagram that the kernel refuses is counted and passed over: others may go elsewhere.
    ///
    /// - Returns: The first record that the kernel has no room for now; the outbox's count when all have been dealt with.
    mutating func send(
        _ outbox: borrowing Outbox, from first: Int, counters: inout DatagramCounters, transmit: Transmit
    ) -> Int {
        var next = first
        plainUntil = 0
        while next < outbox.count {
            next = gather(outbox, from: next, counters: &counters)
            var slot = 0
            while slot < runCount {
                let result = transmit(batch, UInt32(slot), UInt32(runCount))
                if result > 0 {
                    let end = min(slot + Int(result), runCount)
                    count(slot..<end, in: &counters)
                    slot = end
                } else if result == UV_EAGAIN.rawValue {
                    return runs[slot].first
                } else if result == UV_EINTR.rawValue {
                    continue
                } else if runs[slot].count > 1 {
                    // EIO: the card can't do checksums for us, so it never will. Else: only this run can't.
                    if result == UV_EIO.rawValue { segmentation = false }
                    plainUntil = runs[slot].first + runs[slot].count
                    next = runs[slot].first
                    break
                } else {
                    counters.sendErrors &+= 1
                    slot += 1
                }
            }
        }
        return outbox.count
    }

    private func count(_ slots: Range<Int>, in counters: inout DatagramCounters) {
        counters.sendBatches &+= 1
        for slot in slots {
            counters.sent &+= UInt64(runs[slot].count)
            counters.sentBytes &+= UInt64(runs[slot].bytes)
            if runs[slot].count > 1 { counters.segmentedRuns &+= 1 }
        }
    }

    /// Fills the batch from record `first` on and returns the first record that it has no room for.
    private mutating func gather(
        _ outbox: borrowing Outbox, from first: Int, counters: inout DatagramCounters
    ) -> Int {
        var next = first
        runCount = 0
        while next < outbox.count, runCount < runs.count {
            let record = outbox.record(next)
            let run = run(startingWith: record, at: next, of: outbox)
            next += run.count
            if put(record, run, of: outbox) {
                runs[runCount] = run
                runCount += 1
            } else {
                counters.sendErrors &+= UInt64(run.count)
            }
        }
        return next
    }

    private func run(startingWith head: Outbox.Record, at index: Int, of outbox: borrowing Outbox) -> Run {
        var run = Run(first: index, count: 1, bytes: head.length)
        guard segmentation, index >= plainUntil, head.length > 0 else { return run }
        while run.count < Self.maximumRun, index + run.count < outbox.count {
            let next = outbox.record(index + run.count)
            guard next.length > 0, next.length <= head.length, next.offset == head.offset + run.bytes,
                run.bytes + next.length <= Self.maximumRunBytes, next.path == head.path
            else { break }
            run.count += 1
            run.bytes += next.length
            guard next.length == head.length else { break }  // Only the last may be shorter.
        }
        return run
    }

    /// Makes `run` the next slot of the batch, which from here points into the outbox's arena.
    private func put(_ head: Outbox.Record, _ run: Run, of outbox: borrowing Outbox) -> Bool {
        var remote = cd_address(head.path.remote)
        let source = head.path.local
        var local = cd_address(source.address == bound ? SocketAddress(.anyV4, port: source.port) : source)
        return outbox.bytes(run.first).withUnsafeBytes { bytes in
            cd_put(
                batch, UInt32(runCount), family, bytes.baseAddress, run.bytes,
                run.count > 1 ? UInt16(clamping: head.length) : 0, &remote, &local)
        }
    }
}
