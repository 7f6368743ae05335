import FoundationEssentials
import Glibc
import Participant

/// `slots.jsonl`: who was on which slot when, one JSON object a line.
final class SlotJournal {
    enum Event: String, Encodable {
        /// The slot has come to life.
        case began
        /// It goes on in another codec.
        case codec
        /// Somebody else is on it, as far as the server says.
        case point
        /// Nothing has come for a second.
        case ended
        /// What comes is written to `file` from here on.
        case file
    }

    struct Entry: Encodable {
        /// UTC.
        var time: String
        /// What its files are called: `main`, `picture-1`, `audio-0`.
        var slot: String
        var event: Event
        var codec: String?
        var ssrc: UInt32?
        /// The code of the point that is on the slot, where that is known.
        var point: String?
        var file: String?
    }

    private let file: UnsafeMutablePointer<FILE>
    private let encoder = JSONEncoder()

    /// Opens the file, to write behind what it has.
    init(_ path: String) throws(CaptureFailure) {
        guard let file = fopen(path, "a") else { throw CaptureFailure("\(path): \(String(cString: strerror(errno)))") }
        self.file = file
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    }

    deinit { fclose(file) }

    /// Writes a line at once: what is recorded should be there after a power cut, too.
    func write(
        _ slot: SlotID, _ event: Event, codec: StreamCodec? = nil, ssrc: UInt32? = nil, point: String? = nil,
        file name: String? = nil
    ) {
        let entry = Entry(
            time: WallClock.text, slot: slot.fileName, event: event, codec: codec?.rawValue, ssrc: ssrc, point: point,
            file: name)
        guard let line = try? encoder.encode(entry) else { return }
        fputs(String(decoding: line, as: UTF8.self) + "\n", file)
        fflush(file)
    }
}

extension SlotID {
    /// What the slot's files are called, without number and ending.
    var fileName: String { isPicture ? (index == 0 ? "main" : "picture-\(index)") : "audio-\(index)" }
}
