import Testing
import Units
import Wire

@Suite("Outbox")
struct OutboxTests {
    private let path = NetworkPath(
        remote: SocketAddress(.loopback, port: 5_000), local: SocketAddress(.loopback, port: 8_443))

    /// `#expect` can't look into what can't be copied.
    private func check(_ holds: Bool, _ comment: Comment? = nil, at location: SourceLocation = #_sourceLocation) {
        #expect(holds, comment, sourceLocation: location)
    }

    @Test("datagrams lie one behind the other, in order, with their paths")
    func contiguous() {
        var outbox = Outbox(capacity: 64, datagrams: 4)
        outbox.append([1, 2, 3], to: path)
        outbox.append([4, 5], to: path)
        let (first, second) = (outbox.record(0), outbox.record(1))
        check(outbox.count == 2 && outbox.used == 5)
        #expect(first.offset == 0 && first.length == 3 && second.offset == 3 && second.length == 2)
        #expect(second.path == path)
        let bytes = outbox.bytes(1).array
        #expect(bytes == [4, 5])
    }

    @Test("what finds no room is dropped and counted, and what is there stays")
    func full() {
        var outbox = Outbox(capacity: 4, datagrams: 2)
        outbox.append([1, 2, 3], to: path)
        outbox.append([4, 5], to: path)
        check(outbox.count == 1 && outbox.dropped == 1, "no bytes left")
        outbox.append([6], to: path)
        outbox.append([], to: path)
        check(outbox.count == 2 && outbox.dropped == 2, "no records left")
        let bytes = outbox.bytes(0).array
        #expect(bytes == [1, 2, 3])
    }

    @Test("a reservation that is not committed sends nothing")
    func reservation() {
        var outbox = Outbox(capacity: 16, datagrams: 2)
        do {
            var room = outbox.reserve(8)
            let size = room.byteCount
            #expect(size == 8)
            try? room.storeBigEndian(UInt32(0x0102_0304), at: 0)
        }
        check(outbox.isEmpty)
        outbox.commit(4, to: path)
        let bytes = outbox.bytes(0).array
        #expect(bytes == [1, 2, 3, 4])
        outbox.removeAll()
        check(outbox.isEmpty && outbox.used == 0)
    }
}
