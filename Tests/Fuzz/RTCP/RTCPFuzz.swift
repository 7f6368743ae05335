import FuzzSupport
import RTP
import Units
import Wire

/// One compound in the clear, every packet and every list in it.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOne(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var input = FuzzInput(start, count)
    withDatagram(input.rest()) { datagram in
        _ = RTCPPacket.isControl(datagram.bytes)
        var reader = RTCPReader()
        var packets = 0
        while let packet = next(&reader, in: datagram.bytes) {
            packets += 1
            expect(packets <= datagram.byteCount / 4, "the reader gets on")
            // A list that is cut short says nothing about the packets behind it.
            try? read(packet, in: datagram.bytes)
        }
    }
    return 0
}

private func next(_ reader: inout RTCPReader, in datagram: borrowing RawSpan) -> RTCPPacket? {
    do throws(ParseError) {
        return try reader.next(in: datagram)
    } catch {
        expect((try? reader.next(in: datagram)) == .some(nil), "nothing behind an error")
        return nil
    }
}

private func read(_ packet: RTCPPacket, in datagram: borrowing RawSpan) throws(ParseError) {
    switch packet {
    case .senderReport(let report): try read(report.reports, in: datagram)
    case .receiverReport(let report): try read(report.reports, in: datagram)
    case .sourceDescription(var description):
        while let name = try description.next(in: datagram) {
            expect(name.text, within: datagram.byteCount, "CNAME")
        }
    case .goodbye(let goodbye):
        for index in 0..<goodbye.count { _ = try goodbye.source(index, in: datagram) }
    case .nack(let nack):
        var list = NackList()
        for index in 0..<nack.entryCount {
            for lost in try nack.entry(index, in: datagram) { list.append(lost) }
        }
        write(list, nack)
    case .fullIntraRequest(let request):
        for index in 0..<request.entryCount { _ = try request.entry(index, in: datagram) }
    case .receiverEstimatedBitrate(let estimate):
        for index in 0..<estimate.sourceCount { _ = try estimate.source(index, in: datagram) }
    case .pictureLoss, .unknown: break
    }
}

private func read(_ reports: ReportBlocks, in datagram: borrowing RawSpan) throws(ParseError) {
    for index in 0..<reports.count {
        let block = try reports.block(index, in: datagram)
        _ = block.roundTrip(at: NTPTime(rawValue: UInt64(block.highestSequenceNumber) << 32 | UInt64(block.jitter)))
    }
}

/// What we ask for in a NACK must be what is read there.
private func write(_ list: NackList, _ nack: GenericNack) {
    withDatagram([UInt8](repeating: 0, count: 12 + 4 * NackList.capacity)) { room in
        do throws(ParseError) {
            var writer = RTCPWriter()
            try writer.nack(list, sender: nack.sender, media: nack.media, to: &room)
            var reader = RTCPReader()
            guard case .nack(let again)? = try reader.next(in: room.bytes.extracting(first: writer.end)) else {
                return expect(list.isEmpty, "our own NACK")
            }
            expect(again.entryCount == list.count && again.media == nack.media, "our own NACK")
            for index in 0..<list.count {
                expect(try again.entry(index, in: room.bytes) == list.entry(index), "our own NACK's entry")
            }
        } catch {
            expect(false, "a NACK fits")
        }
    }
}
