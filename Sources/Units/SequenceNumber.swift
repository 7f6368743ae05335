/// A synchronization source: who a packet is from, within one RTP session (RFC 3550 §3).
@usableFromInline
package struct SSRC: Hashable, Comparable, Sendable, CustomStringConvertible {
    @usableFromInline package var rawValue: UInt32

    @inlinable
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    @inlinable
    package static func < (lhs: SSRC, rhs: SSRC) -> Bool { lhs.rawValue < rhs.rawValue }

    @usableFromInline package var description: String { "\(rawValue)" }
}

/// A 16-bit RTP sequence number, which wraps (RFC 3550 §5.1).
@usableFromInline
package struct SequenceNumber: Hashable, Sendable, CustomStringConvertible {
    @usableFromInline package var rawValue: UInt16

    @inlinable
    package init(rawValue: UInt16) { self.rawValue = rawValue }

    /// The number `step` later, modulo 2¹⁶; a negative step goes back.
    @inlinable
    package func advanced(by step: Int) -> SequenceNumber {
        SequenceNumber(rawValue: rawValue &+ UInt16(truncatingIfNeeded: step))
    }

    /// How far this number is ahead of `other`, −32,768 … 32,767: the shorter way round.
    @inlinable
    package func distance(from other: SequenceNumber) -> Int {
        Int(Int16(bitPattern: rawValue &- other.rawValue))
    }

    @usableFromInline package var description: String { "\(rawValue)" }
}

extension UInt64 {
    /// The 48-bit packet index nearest to this one whose low 16 bits are `sequenceNumber` (RFC 3711 §3.3.1).
    ///
    /// Never below zero: near the start a number from "before" is taken as one after.
    @inlinable
    package func nearestIndex(of sequenceNumber: SequenceNumber) -> UInt64 {
        let step = sequenceNumber.distance(from: SequenceNumber(rawValue: UInt16(truncatingIfNeeded: self)))
        if step >= 0 { return self &+ UInt64(step) }
        let (index, below) = subtractingReportingOverflow(UInt64(-step))
        return below ? self &+ UInt64(65_536 + step) : index
    }
}
