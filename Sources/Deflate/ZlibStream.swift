import CZlib

/// zlib's state for one stream, freed with this value.
///
/// It lies at an address of its own: zlib checks that it is called with the same one each time.
@safe struct ZlibStream: ~Copyable {
    /// Which way the bytes go.
    enum Direction {
        case deflating(level: Int32)
        case inflating
    }

    private let direction: Direction
    let pointer: UnsafeMutablePointer<z_stream>

    /// - Returns: `nil` when there is no memory.
    init?(_ direction: Direction) {
        let pointer = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        unsafe pointer.initialize(to: z_stream())
        let result =
            switch direction {
            case .deflating(let level): unsafe czlib_deflate_init(pointer, level)
            case .inflating: unsafe czlib_inflate_init(pointer)
            }
        guard result == Z_OK else {
            unsafe pointer.deallocate()
            return nil
        }
        self.direction = direction
        unsafe self.pointer = pointer
    }

    deinit {
        switch direction {
        case .deflating: _ = unsafe deflateEnd(pointer)
        case .inflating: _ = unsafe inflateEnd(pointer)
        }
        unsafe pointer.deallocate()
    }
}
