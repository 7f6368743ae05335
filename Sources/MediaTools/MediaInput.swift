import Glibc

/// Where picture or sound comes from, as the options `--camera` and `--microphone` name it.
package enum MediaInput: Hashable, Sendable {
    /// A file, looped.
    case clip(String)
    /// Made by us: a picture with a name and a clock, a voice that says the name.
    case test
    /// For sound: a tone with a beep at each whole second.
    case tone
    /// A V4L2 device such as `/dev/video0`, or a sound device such as `default` or `hw:1`.
    case device(String)

    /// Reads `--camera`'s value.
    package init(camera text: String) {
        self = text == "test" ? .test : text.hasPrefix("/dev/") ? .device(text) : .clip(text)
    }

    /// Reads `--microphone`'s value.
    package init(microphone text: String) {
        self =
            switch text {
            case "test": .test
            case "tone": .tone
            case _ where text == "default" || text.hasPrefix("hw:") || text.hasPrefix("plughw:"): .device(text)
            default: .clip(text)
            }
    }

    /// The file that must be readable, where there is one.
    private var path: String? {
        switch self {
        case .clip(let path): path
        case .device(let name): name.hasPrefix("/") ? name : nil
        case .test, .tone: nil
        }
    }

    /// Whether both come out of one source, whose picture and sound must stay in step.
    func isInStep(with other: MediaInput) -> Bool {
        switch (self, other) {
        case (.clip, .clip): self == other
        case (.test, .test), (.test, .tone): true
        default: false
        }
    }

    /// Looks whether the file or device can be read at all, which says more clearly what is wrong than ffmpeg would.
    ///
    /// - Throws: ``CaptureFailure`` with the system's own words.
    func checkReadable() throws(CaptureFailure) {
        guard let path, access(path, R_OK) != 0 else { return }
        throw CaptureFailure("\(path): \(String(cString: strerror(errno)))")
    }
}

/// Why picture or sound can't be had; one line.
package struct CaptureFailure: Error, Equatable, Sendable, CustomStringConvertible {
    package var description: String

    package init(_ description: String) { self.description = description }
}
