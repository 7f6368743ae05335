package import Units

/// What one turn of a loop wants sent: an arena of bytes and one fixed-size record a datagram.
///
/// Engines append, the shell sends everything with as few system calls as the kernel allows and empties it. A
/// datagram is written in place: ``reserve(_:)`` gives room, ``commit(_:to:)`` makes what was written there a datagram.
/// Datagrams lie one behind the other without gaps, so that a run of one size to one path can later leave as one
/// segmented send. Appending never allocates; what finds no room is dropped and counted.
@safe
package struct Outbox: ~Copyable {
    /// Where one datagram lies in the arena and where it goes.
    package struct Record {
        package var offset: Int
        package var length: Int
        package var path: NetworkPath
    }

    @usableFromInline var arena: PacketBuffer
    @usableFromInline let records: UnsafeMutablePointer<Record>
    @usableFromInline let recordCapacity: Int
    package private(set) var count = 0
    /// Bytes of the arena in use.
    package private(set) var used = 0
    /// Datagrams that found no room, since the outbox was made.
    package private(set) var dropped: UInt64 = 0

    /// - Parameters:
    ///   - capacity: Bytes of all datagrams together.
    ///   - datagrams: How many datagrams at most.
    package init(capacity: Int, datagrams: Int) {
        precondition(datagrams > 0, "an outbox holds at least one datagram")
        arena = PacketBuffer(capacity: capacity)
        let place = NetworkPath(remote: SocketAddress(.anyV4, port: 0), local: SocketAddress(.anyV4, port: 0))
        let table = UnsafeMutablePointer<Record>.allocate(capacity: datagrams)
        unsafe table.initialize(repeating: Record(offset: 0, length: 0, path: place), count: datagrams)
        unsafe records = table
        recordCapacity = datagrams
    }

    deinit {
        unsafe records.deinitialize(count: recordCapacity)
        unsafe records.deallocate()
    }

    package var isEmpty: Bool { count == 0 }

    private func hasRoom(for size: Int) -> Bool {
        count < recordCapacity && size >= 0 && size <= arena.capacity - used
    }

    /// Room for a datagram of up to `size` bytes behind the ones already there.
    ///
    /// - Returns: A span of exactly `size` bytes whose content is undefined, empty when there is no room (counted in
    ///   ``dropped``). Nothing is sent before ``commit(_:to:)``.
    @_lifetime(&self)
    package mutating func reserve(_ size: Int) -> MutableRawSpan {
        guard hasRoom(for: size) else {
            dropped &+= 1
            return arena.mutableBytes(0..<0)
        }
        return arena.mutableBytes(used..<used + size)
    }

    /// Makes the first `length` bytes of the room last reserved a datagram to `path`.
    package mutating func commit(_ length: Int, to path: NetworkPath) {
        precondition(length >= 0 && length <= arena.capacity - used && count < recordCapacity, "commit without room")
        unsafe records[count] = Record(offset: used, length: length, path: path)
        count += 1
        used += length
    }

    /// Appends a copy of `datagram`; for everything that is not media.
    package mutating func append(_ datagram: borrowing RawSpan, to path: NetworkPath) {
        let length = datagram.byteCount
        let fits = hasRoom(for: length)
        var room = reserve(length)
        guard fits, (try? room.copy(datagram, at: 0)) != nil else { return }
        commit(length, to: path)
    }

    /// Appends a copy of `datagram`; for everything that is not media.
    package mutating func append(_ datagram: [UInt8], to path: NetworkPath) {
        append(unsafe datagram.span.bytes, to: path)
    }

    /// Record `index`, 0 ..< ``count``.
    package func record(_ index: Int) -> Record {
        precondition(index >= 0 && index < count, "no such datagram")
        return unsafe records[index]
    }

    /// The bytes of datagram `index`.
    @_lifetime(borrow self)
    package func bytes(_ index: Int) -> RawSpan {
        let record = record(index)
        return arena.bytes(record.offset..<record.offset + record.length)
    }

    /// Forgets everything; the memory stays.
    package mutating func removeAll() {
        count = 0
        used = 0
    }
}
