import FuzzSupport
import RTP
import Wire

/// Extension ids, then one packet in the clear: header, extensions, and its payload as each codec.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOne(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var input = FuzzInput(start, count)
    let ids = ExtensionIDs(
        mid: input.byte() & 15, rid: input.byte() & 15, repairedRid: input.byte(), audioLevel: input.byte() & 15)
    withDatagram(input.rest()) { datagram in
        if let hidden = try? RTPHeader(parsingProtected: datagram.bytes) {
            expect(hidden.payload, within: datagram.byteCount, "protected payload")
        }
        guard let header = try? RTPHeader(parsing: datagram.bytes) else { return }
        expect(header.payload, within: datagram.byteCount, "payload")
        expect(header.extensionBody, within: header.payload.lowerBound, "extension")
        readExtensions(header, datagram.bytes, ids)
        readPayload(header, datagram.bytes)
        writeHeader(header)
    }
    return 0
}

private func readExtensions(_ header: RTPHeader, _ packet: borrowing RawSpan, _ ids: ExtensionIDs) {
    var elements = HeaderExtensions(of: header, in: packet)
    var end = header.extensionBody.lowerBound
    while let element = elements.next(in: packet) {
        expect(element.data.lowerBound > end || element.data.isEmpty, "elements in order")
        expect(element.data, within: header.extensionBody.upperBound, "element")
        end = element.data.upperBound
    }
    let values = ExtensionValues(of: header, in: packet, ids: ids)
    for range in [values.mid, values.rid, values.repairedRid] {
        expect(range, within: header.extensionBody.upperBound, "extension value")
    }
    _ = HeaderExtensions(of: header, in: packet).first(id: 1, in: packet)
}

private func readPayload(_ header: RTPHeader, _ packet: borrowing RawSpan) {
    if let repair = RTXPayload(of: header, in: packet) {
        expect(repair.payload, within: header.payload.upperBound, "repaired payload")
        read(packet, payload: repair.payload)
    }
    read(packet, payload: header.payload)
}

private func read(_ packet: borrowing RawSpan, payload: Range<Int>) {
    if let unit = try? H264Payload(parsing: packet, payload: payload) {
        expect(unit.sequenceParameterSet, within: payload.upperBound, "SPS")
        _ = unit.profileLevelID(in: packet)
    }
    guard let descriptor = try? VP8Descriptor(parsing: packet, payload: payload) else { return }
    expect(descriptor.length < payload.count, "a VP8 payload behind its descriptor")
    _ = descriptor.frameSize(in: packet, payload: payload)
    withDatagram([UInt8](repeating: 0, count: VP8Descriptor.canonicalLength + 1)) { room in
        do throws(ParseError) {
            try descriptor.writeCanonical(
                to: &room, at: 0, pictureID: descriptor.pictureID ?? 0,
                baseLayerIndex: descriptor.baseLayerIndex ?? 0, temporalLayer: descriptor.temporalLayer ?? 0,
                isLayerSync: descriptor.isLayerSync, keyIndex: descriptor.keyIndex ?? 0)
            let again = try VP8Descriptor(parsing: room.bytes, payload: 0..<room.byteCount)
            expect(again.pictureID == descriptor.pictureID ?? 0, "PictureID")
            expect(again.temporalLayer == descriptor.temporalLayer ?? 0, "TID")
            expect(again.partition == descriptor.partition, "PID")
            expect(again.isNonReference == descriptor.isNonReference, "N")
        } catch {
            expect(false, "our own descriptor")
        }
    }
}

private func writeHeader(_ header: RTPHeader) {
    withDatagram([UInt8](repeating: 0, count: RTPHeader.fixedLength)) { room in
        guard (try? header.write(to: &room)) != nil, let again = try? RTPHeader(parsing: room.bytes) else {
            return expect(false, "our own header")
        }
        expect(again.sequenceNumber == header.sequenceNumber && again.timestamp == header.timestamp, "header")
        expect(again.ssrc == header.ssrc && again.payloadType == header.payloadType, "header")
    }
}
