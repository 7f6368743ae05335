package import Conference
package import Participant

/// Everything that the screen of `join` shows.
package struct JoinView: Sendable {
    /// What a device sends on one track.
    package enum Track: Hashable, Sendable {
        /// The point has none.
        case missing
        case on
        case off
    }

    /// The line's figures, as this device measures them.
    package struct LineFigures: Hashable, Sendable {
        package var isConnected = false
        /// In kbit/s.
        package var up = 0.0
        package var down = 0.0
        /// 0 … 1; `nil` where nobody has said.
        package var lossUp: Double?
        package var lossDown: Double?
        /// In milliseconds.
        package var roundTrip: Double?
        package var jitter: Double?

        package init() {}
    }

    /// A line of text that is being typed.
    package struct Prompt: Hashable, Sendable {
        package enum Purpose: Hashable, Sendable { case message, delegates }

        package var purpose: Purpose
        package var editor: LineEditor

        package init(_ purpose: Purpose, text: String = "") {
            self.purpose = purpose
            editor = LineEditor(
                text, limit: purpose == .message ? RoomMessage.textLimit : Delegate.countLimit * Delegate.textLimit)
        }

        package static func == (one: Prompt, other: Prompt) -> Bool {
            one.purpose == other.purpose && one.editor == other.editor
        }

        package func hash(into hasher: inout Hasher) { hasher.combine(purpose) }
    }

    package var language: Language
    package var room: RoomState
    package var socket = SocketState.idle
    /// What the media's state is, and when the next try comes.
    package var media = SessionState.idle
    package var figures = LineFigures()
    package var microphone = Track.missing
    package var camera = Track.missing
    package var prompt: Prompt?
    /// What this device has to say, newest last: its own troubles and the answers to commands.
    package var remarks: [Remark] = []

    /// A line of this device's own.
    package struct Remark: Hashable, Sendable {
        package var text: String
        /// How many entries the room's log had when it was made: its place among them.
        package var place: Int

        package init(_ text: String, after place: Int) {
            self.text = text
            self.place = place
        }
    }

    package init(language: Language, room: RoomState = RoomState()) {
        self.language = language
        self.room = room
    }

    /// Adds a remark; the oldest goes when there are too many.
    package mutating func remark(_ text: String) {
        remarks.append(Remark(text, after: room.logCount))
        if remarks.count > RoomState.logLimit { remarks.removeFirst() }
    }
}
