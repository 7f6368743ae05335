import Forwarding
import Testing
import Wire

@Suite("PacketStore")
struct PacketStoreTests {
    private func payload(_ index: UInt64) -> [UInt8] {
        [UInt8](repeating: UInt8(truncatingIfNeeded: index), count: 3 + Int(index % 5))
    }

    private func read(_ store: PacketStore, _ index: UInt64) -> [UInt8]? {
        store.payload(index).map { store.withBytes($0) { $0.array } }
    }

    @Test("the last packets are found, older ones not", arguments: [0, 65_530, 1 << 40] as [UInt64])
    func ring(first: UInt64) {
        let store = PacketStore(capacity: 16)
        for index in first..<first + 100 {
            store.insert(Make.packet(index, UInt32(truncatingIfNeeded: index)), payload: payload(index).span.bytes)
        }
        for index in first + 84..<first + 100 {
            #expect(store.packet(index)?.index == index)
            #expect(read(store, index) == payload(index))
        }
        for index in [first, first + 83, first + 100] {
            #expect(store.packet(index) == nil && store.payload(index) == nil)
        }
    }

    @Test("a late packet takes its place, but not a newer one's")
    func late() {
        let store = PacketStore(capacity: 4)
        for index in [8, 10, 11] as [UInt64] { store.insert(Make.packet(index, 0), payload: payload(index).span.bytes) }
        store.insert(Make.packet(9, 0), payload: payload(9).span.bytes)
        store.insert(Make.packet(4, 0), payload: payload(4).span.bytes)
        #expect(read(store, 9) == payload(9) && read(store, 8) == payload(8))
        #expect(store.packet(4) == nil)
    }

    @Test("an empty payload and the largest are kept, a larger one is not")
    func sizes() {
        let store = PacketStore(capacity: 2)
        store.insert(Make.packet(0, 0), payload: [UInt8]().span.bytes)
        #expect(read(store, 0) == [])
        let largest = [UInt8](repeating: 7, count: PacketStore.largestPayload)
        store.insert(Make.packet(1, 0), payload: largest.span.bytes)
        #expect(read(store, 1) == largest)
        store.insert(Make.packet(3, 0), payload: (largest + [1]).span.bytes)
        #expect(store.packet(3) == nil && read(store, 1) == largest)
    }
}
