package import Participant
package import Units

/// What is captured, and how it is coded.
package struct CaptureSettings: Sendable {
    package var camera: MediaInput?
    package var microphone: MediaInput?
    package var codec = StreamCodec.vp8
    package var size = PictureSize.small
    package var pictureRate = PictureSize.small.usualBitrate
    package var soundRate = Bitrate.kilobits(32)
    /// Pictures a second.
    package var frameRate = 25
    /// What test picture and voice say.
    package var name = ""

    package init() {}
}

/// The size of a picture in pixels.
package struct PictureSize: Hashable, Sendable, LosslessStringConvertible {
    package var width: Int
    package var height: Int

    package static let small = PictureSize(width: 640, height: 360)

    package init(width: Int, height: Int) {
        self.width = width
        self.height = height
    }

    /// Reads `1280x720`; both even, as 4:2:0 pictures want it, 64 … 3,840.
    package init?(_ text: String) {
        let parts = text.lowercased().split(separator: "x", omittingEmptySubsequences: false)
        guard parts.count == 2, let width = Int(parts[0]), let height = Int(parts[1]),
            [width, height].allSatisfy({ (64...3_840).contains($0) && $0 % 2 == 0 })
        else { return nil }
        self.init(width: width, height: height)
    }

    package var description: String { "\(width)x\(height)" }

    /// What such a picture is sent with unless somebody says otherwise; our choice.
    package var usualBitrate: Bitrate {
        switch width * height {
        case ...(320 * 180): .kilobits(200)
        case ...(640 * 360): .kilobits(800)
        default: .kilobits(1_500)
        }
    }
}
