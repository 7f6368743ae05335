import Glibc

/// Text inside ffmpeg's filter graphs.
enum FilterText {
    /// Quotes `text` for the value of a filter's option: once for the option list, once more for the graph around it.
    ///
    /// Nothing but ffmpeg reads it: children are started without a shell.
    static func escaped(_ text: String) -> String {
        escaped(escaped(text, "\\':"), "\\'[],;")
    }

    private static func escaped(_ text: String, _ special: String) -> String {
        var result = ""
        for character in text {
            if special.contains(character) { result.append("\\") }
            result.append(character)
        }
        return result
    }

    /// Fonts of Debian packages that have all Vietnamese letters: fonts-noto-core, fonts-dejavu-core, fonts-freefont-ttf.
    private static let fonts = [
        "/usr/share/fonts/truetype/noto/NotoSans-Bold.ttf",
        "/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf",
        "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf",
        "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
        "/usr/share/fonts/truetype/freefont/FreeSansBold.ttf",
    ]

    /// The first font that is there; without one the test picture has no text.
    static func fontFile() -> String? { fonts.first { access($0, R_OK) == 0 } }
}
