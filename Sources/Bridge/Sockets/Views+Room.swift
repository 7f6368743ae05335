import Conference
import Signalling
import Units

/// A room's state as the protocol shows it.
extension RoomView {
    init(_ room: BridgeRoom) {
        let definition = room.definition
        self.init(
            id: definition.id, title: definition.title, mode: room.mode, locked: room.isLocked,
            central: definition.central, audioSlots: definition.audioSlots, pictureSlots: definition.pictureSlots,
            present: room.occupiedSeats, observers: room.attendance.observers)
    }
}

extension FloorView {
    init(_ floor: FloorState, clock: ClockPair) {
        self.init(
            holders: floor.holders.map { Holder(point: $0.point, since: clock.unixSeconds(at: $0.since)) },
            queue: floor.queue.enumerated().map { index, place in
                Waiting(point: place.point, position: index + 1, since: clock.unixSeconds(at: place.since))
            })
    }
}

extension ProgramView {
    init(_ room: BridgeRoom) {
        self.init(program: room.program, seen: Array(room.picturePlan.prefix(room.definition.pictureSlots)))
    }
}

extension MessageView {
    init(_ message: RoomMessage, clock: ClockPair) {
        self.init(
            from: Sender(role: message.from, point: message.point), to: message.to, text: message.text,
            at: clock.unixSeconds(at: message.at))
    }
}

extension NoticeView {
    init(_ kind: NoticeKind, in language: Language) { self.init(code: kind.code, text: kind.text(in: language)) }
}

extension ErrorReply {
    /// Seconds are rounded up: whoever waits for so long is not turned away again.
    init(_ refusal: Refusal, id: UInt64?, in language: Language) {
        let seconds = refusal.retryAfter.map { Int($0.inSeconds.rounded(.up)) }
        self.init(id: id, code: refusal.code, text: refusal.text(in: language), retryAfter: seconds)
    }
}

extension ByeView {
    /// `nil` where the device is not to be told: it goes on over another socket.
    init?(_ reason: EndReason, in language: Language) {
        let bye: ByeReason
        switch reason {
        case .replaced: bye = .replaced
        case .removed: bye = .removed
        case .shutDown: bye = .shutdown
        case .left: bye = .left
        case .absent, .iceTimeout, .dtlsTimeout: bye = .absent
        case .resumed: return nil
        }
        self.init(reason: bye, text: reason.text(in: language))
    }
}

extension ClockPair {
    /// The Unix time at `instant`, in whole seconds: how messages tell time.
    func unixSeconds(at instant: Instant) -> Int {
        Int(ntp(at: instant).rawValue >> 32) - 2_208_988_800  // NTP counts from 1900 (RFC 5905 §6).
    }
}
