import Wire

/// The elements of one packet's header extension, one after the other (RFC 8285 §4).
///
/// Reads both the one-byte form (profile 0xBEDE, ids 1 … 14) and the two-byte form (0x1000 … 0x100F, ids 1 … 255).
/// A value of offsets: it neither copies nor holds the packet, which is given anew at each step.
package struct HeaderExtensions: Sendable {
    /// One element: its negotiated id and where its data lies in the datagram.
    package struct Element: Equatable, Sendable {
        package var id: UInt8
        package var data: Range<Int>
    }

    private let isTwoByte: Bool
    private let end: Int
    private var position: Int

    /// Stands before the first element of the packet's extension; there is none where the packet has no extension, or
    /// one of another profile.
    package init(of header: RTPHeader, in datagram: borrowing RawSpan) {
        let body = header.extensionBody
        position = body.lowerBound
        // Behind four bytes of profile and length: at 16 at the earliest.
        let profile = body.isEmpty ? nil : try? datagram.bigEndian(UInt16.self, at: body.lowerBound - 4)
        switch profile {
        case 0xBEDE?:
            isTwoByte = false
            end = min(body.upperBound, datagram.byteCount)
        case let profile? where profile >> 4 == 0x100:
            isTwoByte = true
            end = min(body.upperBound, datagram.byteCount)
        default:
            isTwoByte = false
            end = body.lowerBound
        }
    }

    /// The next element; `nil` behind the last one and from the first malformed one on.
    package mutating func next(in datagram: borrowing RawSpan) -> Element? {
        while position < end {
            guard let id = try? datagram.bigEndian(UInt8.self, at: position) else { break }
            if id == 0 {  // A byte of padding, in either form.
                position += 1
                continue
            }
            guard let element = isTwoByte ? twoByteElement(id, in: datagram) : oneByteElement(id) else { break }
            guard element.data.upperBound <= end else { break }
            position = element.data.upperBound
            return element
        }
        position = end
        return nil
    }

    /// An element of four bits of id and four of length − 1 (§4.2).
    ///
    /// Id 15 ends the extension, and so does id 0 with a length: what follows can't be told apart.
    private func oneByteElement(_ byte: UInt8) -> Element? {
        let id = byte >> 4
        guard id != 15, id != 0 else { return nil }
        let start = position + 1
        return Element(id: id, data: start..<start + Int(byte & 0x0F) + 1)
    }

    /// An element of eight bits of id and eight of length, which may be zero (§4.3).
    private func twoByteElement(_ id: UInt8, in datagram: borrowing RawSpan) -> Element? {
        guard let length = try? datagram.bigEndian(UInt8.self, at: position + 1) else { return nil }
        let start = position + 2
        return Element(id: id, data: start..<start + Int(length))
    }

    /// Where the data of the first element with `id` lies, seen from here.
    package func first(id: UInt8, in datagram: borrowing RawSpan) -> Range<Int>? {
        var rest = self
        while let element = rest.next(in: datagram) {
            if element.id == id { return element.data }
        }
        return nil
    }
}
