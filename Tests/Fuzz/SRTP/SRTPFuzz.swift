import FuzzSupport
import RTP
import SRTP
import Transport
import Units
import Wire

/// A profile, then packets to one receiver, one after the other: as they are, or protected with its keys and sent whole,
/// changed, or twice.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOne(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var input = FuzzInput(start, count)
    var session = Session(input.byte() & 1 == 0 ? .aeadAES128GCM : .aes128CMSHA1_80)
    while !input.isEmpty {
        switch input.byte() & 3 {
        case 0: session.receive(input.piece(), isControl: false)
        case 1: session.receive(input.piece(), isControl: true)
        case 2: session.sendMedia(&input)
        default: session.sendControl(&input)
        }
    }
    return 0
}

private struct Session: ~Copyable {
    private var outbound: OutboundContext
    private var inbound: InboundContext

    init(_ profile: SRTPProfile) {
        let master = SRTPMasterKey(
            key: Array(0..<16), salt: Array(repeating: 7, count: profile.saltLength))
        guard let outbound = OutboundContext(profile, master: master, factory: PacketCiphers()),
            let inbound = InboundContext(profile, master: master, maximumSources: 4, factory: PacketCiphers())
        else { fatalError("no context") }
        self.outbound = outbound
        self.inbound = inbound
    }

    /// Nobody guesses a tag: no packet that was not protected is let through.
    mutating func receive(_ packet: [UInt8], isControl: Bool) {
        withDatagram(packet) { datagram in
            let isOpen =
                isControl
                ? (try? inbound.unprotectRTCP(&datagram)) != nil : (try? inbound.unprotectRTP(&datagram)) != nil
            expect(!isOpen, "a forged packet")
        }
    }

    mutating func sendMedia(_ input: inout FuzzInput) {
        let index: UInt64 = input.number(UInt64.self) & 0xFFFF_FFFF_FFFF
        let change = input.byte()
        let packet = input.piece()
        let size = packet.count + outbound.profile.rtpOverhead
        withDatagram(packet + [UInt8](repeating: 0, count: outbound.profile.rtpOverhead)) { datagram in
            guard size >= 12, let header = try? RTPHeader(parsingProtected: packet.span.bytes),
                (try? datagram.storeBigEndian(UInt16(truncatingIfNeeded: index), at: 2)) != nil
            else { return }
            let length = outbound.protectRTP(
                into: &datagram, headerLength: header.headerLength, prefixLength: packet.count - header.headerLength,
                rest: RawSpan(), ssrc: header.ssrc, index: index)
            expect(length == size, "a packet that fits")
            let isChanged = Self.change(&datagram, by: change)
            do throws(SRTPDrop) {
                let opened = try inbound.unprotectRTP(&datagram)
                expect(!isChanged, "a changed packet")
                expect(opened.length == packet.count, "length")
                expect(opened.index & 0xFFFF == index & 0xFFFF, "sequence number")
                check(datagram.bytes, isLike: packet, from: 4)
            } catch {}
        }
    }

    mutating func sendControl(_ input: inout FuzzInput) {
        let change = input.byte()
        let packet = input.piece()
        let size = packet.count + outbound.profile.rtcpOverhead
        withDatagram(packet + [UInt8](repeating: 0, count: outbound.profile.rtcpOverhead)) { datagram in
            guard packet.count >= 8, packet[0] >> 6 == 2 else { return }
            expect(outbound.protectRTCP(&datagram, length: packet.count) == size, "a compound that fits")
            let isChanged = Self.change(&datagram, by: change)
            do throws(SRTPDrop) {
                let length = try inbound.unprotectRTCP(&datagram)
                expect(!isChanged, "a changed compound")
                expect(length == packet.count, "length")
                check(datagram.bytes, isLike: packet, from: 0)
            } catch {
                expect(isChanged || error == .tooManySources, "our own compound")
            }
        }
    }

    /// Flips one bit somewhere, unless `change` is small.
    private static func change(_ datagram: inout MutableRawSpan, by change: UInt8) -> Bool {
        guard change >= 128 else { return false }
        let offset = Int(change & 127) % datagram.byteCount
        let byte = (try? datagram.bytes.bigEndian(UInt8.self, at: offset)) ?? 0
        try? datagram.storeBigEndian(byte ^ 1, at: offset)
        return true
    }
}

private func check(_ datagram: borrowing RawSpan, isLike packet: [UInt8], from first: Int) {
    for index in packet.indices.dropFirst(first) {
        expect((try? datagram.bigEndian(UInt8.self, at: index)) == packet[index], "plaintext")
    }
}
