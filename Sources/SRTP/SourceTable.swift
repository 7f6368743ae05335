import Units

/// What has been received of each source: a bounded list, since whoever holds the key chooses the SSRCs.
///
/// A source is entered with its first authenticated packet and stays as long as the key: to forget one would be to
/// accept its packets again.
struct SourceTable {
    private struct Source {
        let ssrc: SSRC
        var window: ReplayWindow
    }

    private var sources: [Source] = []
    private let limit: Int
    /// Where the last packet's source was: the next packet is likely from the same one.
    private var latest = 0

    init(limit: Int) { self.limit = limit }

    var count: Int { sources.count }

    /// The window of `ssrc` before any change; an empty one for a source not yet known.
    ///
    /// - Throws: ``SRTPDrop/tooManySources`` when `ssrc` is unknown and there is no place for it.
    mutating func window(of ssrc: SSRC) throws(SRTPDrop) -> ReplayWindow {
        if latest < sources.count, sources[latest].ssrc == ssrc { return sources[latest].window }
        for position in sources.indices where sources[position].ssrc == ssrc {
            latest = position
            return sources[position].window
        }
        guard sources.count < limit else { throw .tooManySources }
        return ReplayWindow()
    }

    /// Marks `index` of `ssrc` as seen; to be called after ``window(of:)``, once the packet is authenticated.
    mutating func insert(_ index: UInt64, of ssrc: SSRC) {
        if latest >= sources.count || sources[latest].ssrc != ssrc {
            guard sources.count < limit else { return }
            latest = sources.count
            sources.append(Source(ssrc: ssrc, window: ReplayWindow()))
        }
        sources[latest].window.insert(index)
    }
}
