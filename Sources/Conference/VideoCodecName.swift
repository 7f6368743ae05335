/// A picture codec that rooms may allow, by its name in room files and on the roster.
package enum VideoCodecName: String, CaseIterable, Sendable {
    /// RFC 7741.
    case vp8
    /// RFC 6184, constrained baseline, packetization mode 1.
    case h264
}
