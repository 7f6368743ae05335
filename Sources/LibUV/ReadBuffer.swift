/// Memory that libuv reads streams into.
final class ReadBuffer {
    let memory: UnsafeMutableRawBufferPointer

    init(capacity: Int) { memory = .allocate(byteCount: capacity, alignment: 16) }
    deinit { memory.deallocate() }
}
