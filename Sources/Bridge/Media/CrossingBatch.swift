package import Forwarding

/// Packets on their way to another loop: copied once, however many receivers that loop has.
package struct CrossingBatch: Sendable {
    package struct Record: Sendable {
        package var source: SourceID
        package var packet: SourcePacket
        package var payload: Range<Int>
    }

    /// What one turn may hand over: more is dropped and counted, so that a slow loop costs no memory.
    package static let maximumBytes = 1 << 20

    package private(set) var bytes: [UInt8] = []
    package private(set) var records: [Record] = []

    package init() {}

    package var isEmpty: Bool { records.isEmpty }

    /// Copies one packet's payload in.
    ///
    /// - Returns: Whether there was room.
    package mutating func append(_ packet: SourcePacket, of source: SourceID, payload: borrowing RawSpan) -> Bool {
        guard bytes.count + payload.byteCount <= Self.maximumBytes else { return false }
        let start = bytes.count
        unsafe payload.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
        records.append(Record(source: source, packet: packet, payload: start..<bytes.count))
        return true
    }
}
