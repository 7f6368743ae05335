package import Participant
package import Units

/// Where a client stands, and its rates since it was last asked.
package struct ClientStatus: Sendable {
    package var session: SessionStatus
    package var rateIn = Bitrate(bitsPerSecond: 0)
    package var rateOut = Bitrate(bitsPerSecond: 0)
    /// Of the packets that were sent to us, how many never came, 0 … 1.
    package var loss = 0.0
    /// Whole pictures a second on the main slot; `nil` where there is none.
    package var mainFrameRate: Double?

    init(_ status: SessionStatus, since last: SessionStatus?, over duration: Duration?) {
        session = status
        guard let last, let duration else { return }
        rateIn = Bitrate(bytes: Self.rise(from: last, to: status, \.traffic.bytesReceived), over: duration)
        rateOut = Bitrate(bytes: Self.rise(from: last, to: status, \.traffic.bytesSent), over: duration)
        let expected = Self.rise(from: last, to: status, \.expected)
        let lost = Self.rise(from: last, to: status, \.lost)
        if let main = status.mainPicture, let before = last.mainPicture, duration > .zero {
            mainFrameRate = Double(main.frames - min(main.frames, before.frames)) / duration.inSeconds
        }
        if expected > 0 { loss = min(1, Double(lost) / Double(expected)) }
    }

    private static func rise(
        from last: SessionStatus, to now: SessionStatus, _ path: KeyPath<SessionStatus, UInt64>
    ) -> UInt64 {
        now[keyPath: path] - min(now[keyPath: path], last[keyPath: path])
    }
}

extension SessionStatus {
    package var mainPicture: SlotStatus? { slots.first { $0.slot == .picture(0) } }
    /// Over all slots.
    package var expected: UInt64 { slots.reduce(0) { $0 + $1.expected } }
    package var missing: UInt64 { slots.reduce(0) { $0 + $1.missing } }
    package var repaired: UInt64 { slots.reduce(0) { $0 + $1.repaired } }
    package var lost: UInt64 { slots.reduce(0) { $0 + $1.lost } }
}
