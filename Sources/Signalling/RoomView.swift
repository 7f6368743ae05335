package import Conference

/// A room at a glance.
package struct RoomView: Equatable, Sendable {
    package var id: RoomID
    package var title: String
    package var mode: RoomMode
    package var locked: Bool
    package var central: PointCode
    package var audioSlots: Int
    package var pictureSlots: Int
    /// Points with somebody there.
    package var present: Int
    package var observers: Int

    package init(
        id: RoomID, title: String, mode: RoomMode, locked: Bool, central: PointCode, audioSlots: Int,
        pictureSlots: Int, present: Int, observers: Int
    ) {
        self.id = id
        self.title = title
        self.mode = mode
        self.locked = locked
        self.central = central
        self.audioSlots = audioSlots
        self.pictureSlots = pictureSlots
        self.present = present
        self.observers = observers
    }
}

/// Who is to be seen and who is.
package struct ProgramView: Equatable, Sendable {
    /// As chosen; empty while the main picture follows the speaker.
    package var program: [PointCode]
    /// The plan, main picture first.
    package var seen: [PointCode]

    package init(program: [PointCode], seen: [PointCode]) {
        self.program = program
        self.seen = seen
    }
}

/// Who may speak, and who asks to; complete each time.
package struct FloorView: Equatable, Sendable {
    package struct Holder: Equatable, Sendable {
        package var point: PointCode
        /// Unix time, in seconds.
        package var since: Int

        package init(point: PointCode, since: Int) {
            self.point = point
            self.since = since
        }
    }

    package struct Waiting: Equatable, Sendable {
        package var point: PointCode
        /// From 1.
        package var position: Int
        /// Unix time, in seconds.
        package var since: Int

        package init(point: PointCode, position: Int, since: Int) {
            self.point = point
            self.position = position
            self.since = since
        }
    }

    package var holders: [Holder]
    package var queue: [Waiting]

    package init(holders: [Holder] = [], queue: [Waiting] = []) {
        self.holders = holders
        self.queue = queue
    }
}

/// Who is on one of the client's receiving media sections.
package struct SlotView: Equatable, Sendable {
    package enum Kind: String, CaseIterable, Sendable { case picture, audio }
    package enum Source: String, CaseIterable, Sendable { case microphone, camera, screen }
    package enum State: String, CaseIterable, Sendable {
        /// Nobody is on the slot.
        case empty
        case on
        /// Somebody is, and the picture is on its way.
        case waiting
        /// Somebody would be, but the client can't decode the picture.
        case codec
    }

    package var kind: Kind
    /// The nth receiving section of that kind, from 0.
    package var index: Int
    package var point: PointCode?
    package var source: Source?
    package var state: State

    package init(kind: Kind, index: Int, point: PointCode?, source: Source?, state: State) {
        self.kind = kind
        self.index = index
        self.point = point
        self.source = source
        self.state = state
    }
}
