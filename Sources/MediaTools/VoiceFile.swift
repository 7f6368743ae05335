import Glibc
import LibUV

/// A recording of espeak-ng saying a point's name, in a folder of its own that goes with it.
final class VoiceFile {
    private let folder: String
    private var tool: ToolProcess?
    /// `nil` when espeak-ng did not manage: a tone has to do.
    private(set) var path: String?

    static var isPossible: Bool { SystemPaths.isInstalled("espeak-ng") }

    /// Starts to speak.
    ///
    /// - Parameters:
    ///   - name: What is said, in Vietnamese.
    ///   - loop: Where `onEnd` is called.
    ///   - onEnd: Called once, whatever came of it.
    /// - Throws: ``CaptureFailure`` when there is no place for it, or espeak-ng can't be started.
    init(saying name: String, on loop: EventLoop, onEnd: @escaping () -> Void) throws(CaptureFailure) {
        guard let folder = SystemPaths.makeTemporaryFolder() else {
            throw CaptureFailure("no temporary folder: \(String(cString: strerror(errno)))")
        }
        self.folder = folder
        let file = "\(folder)/voice.wav"
        let text = name.isEmpty ? "Điểm cầu thử nghiệm." : "Điểm cầu \(name)."
        var command = ChildProcess.Command("espeak-ng", ["-v", "vi", "-s", "150", "-w", file, "--stdin"])
        command.input = .pipe
        command.output = .ignore
        command.errors = .pipe
        tool = try ToolProcess(command, input: Array(text.utf8), on: loop) { [weak self] succeeded, _ in
            if succeeded { self?.path = file }
            onEnd()
        }
    }

    deinit { close() }

    func close() {
        tool?.close()
        tool = nil
        unlink("\(folder)/voice.wav")
        rmdir(folder)
    }
}
