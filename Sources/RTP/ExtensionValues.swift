import Wire

/// The ids under which one session carries the header extensions that we read; `nil` where not negotiated.
package struct ExtensionIDs: Equatable, Sendable {
    /// `urn:ietf:params:rtp-hdrext:sdes:mid` (RFC 9143 §15).
    package var mid: UInt8?
    /// `urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id` (RFC 8852 §3.1).
    package var rid: UInt8?
    /// `urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id` (RFC 8852 §3.2).
    package var repairedRid: UInt8?
    /// `urn:ietf:params:rtp-hdrext:ssrc-audio-level` (RFC 6464).
    package var audioLevel: UInt8?

    package init(mid: UInt8? = nil, rid: UInt8? = nil, repairedRid: UInt8? = nil, audioLevel: UInt8? = nil) {
        self.mid = mid
        self.rid = rid
        self.repairedRid = repairedRid
        self.audioLevel = audioLevel
    }
}

/// What one packet's header extension says, found in a single pass.
package struct ExtensionValues: Equatable, Sendable {
    /// Where the text lies in the datagram; never empty.
    package var mid: Range<Int>?
    package var rid: Range<Int>?
    package var repairedRid: Range<Int>?
    package var audioLevel: AudioLevel?

    /// What a packet without extensions says.
    package init() {}

    /// Reads the elements that `ids` names; the others, and anything malformed, are passed over.
    ///
    /// Of an element that comes twice the first counts.
    package init(of header: RTPHeader, in datagram: borrowing RawSpan, ids: ExtensionIDs) {
        guard !header.extensionBody.isEmpty else { return }
        var elements = HeaderExtensions(of: header, in: datagram)
        while let element = elements.next(in: datagram) {
            guard !element.data.isEmpty else { continue }
            if element.id == ids.audioLevel {
                guard audioLevel == nil else { continue }
                audioLevel = (try? datagram.bigEndian(UInt8.self, at: element.data.lowerBound)).map(AudioLevel.init)
            } else if element.id == ids.mid {
                mid = mid ?? element.data
            } else if element.id == ids.rid {
                rid = rid ?? element.data
            } else if element.id == ids.repairedRid {
                repairedRid = repairedRid ?? element.data
            }
        }
    }
}
