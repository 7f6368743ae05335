import HTTP1
import HTTPTypes
import ICE
import OpenSSL
import RTP
import SDP
import Transport
import Units
import Wire

@testable import Participant

/// The server's side of one session in memory: answers the offer, and has a real transport.
final class TestServer {
    static let dtls = Result { try DTLSContext(Certificate.forMedia()) }

    var random = SeededRandom(99)
    var outbox = Outbox(capacity: 1 << 20, datagrams: 1_024)
    let address = SocketAddress(.loopback, port: 8_443)
    private(set) var transport: MediaTransport?
    private(set) var negotiated: NegotiatedSession?
    /// RTP and RTCP in the clear, as it came.
    var packets: [[UInt8]] = []
    var controls: [[UInt8]] = []

    /// Reads a whole POST and answers it.
    func answer(_ request: [UInt8], binding: String = "secret") throws -> [UInt8] {
        let parsed = try Self.request(request)
        let offer = try SessionDescription(parsing: parsed.body)
        let credentials = ICE.ICECredentials.make(using: &random)
        let context = try Self.dtls.get()
        guard let fingerprint = SDP.Fingerprint("sha-256 \(context.certificate.sha256Fingerprint)"),
            let own = SDP.ICECredentials(fragment: credentials.fragment, password: credentials.password)
        else { throw TestProblem.malformed }
        let policy = AnswerPolicy(
            allowsSending: true, allowsReceiving: true, isStrict: false, pictureSlots: 4, audioSlots: 3,
            credentials: own, fingerprint: fingerprint, candidates: [address])
        let (answer, negotiated) = try policy.answer(to: offer, random: &random)
        guard
            let remote = ICE.ICECredentials(
                fragment: negotiated.remoteCredentials.fragment, password: negotiated.remoteCredentials.password),
            let announced = negotiated.remoteFingerprints.first
        else { throw TestProblem.malformed }
        self.negotiated = negotiated
        let text = announced.digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }
        transport = try MediaTransport(
            server: credentials, remote: remote,
            fingerprints: [
                Transport.Fingerprint(algorithm: announced.algorithm.rawValue, value: text.joined(separator: ":"))
            ], dtls: context)
        var fields: HTTPFields = [
            .location: "https://bridge.example:8443/v1/rooms/r/media/42", .contentType: "application/sdp",
        ]
        fields[try Self.name("Diemcau-Session")] = "public-id"
        fields[try Self.name("Diemcau-Binding")] = binding
        return Response(.created, fields: fields, body: Array(answer.description.utf8))
            .serialized(for: .post, date: "Sat, 21 Nov 2026 00:00:00 GMT", keepsAlive: false)
    }

    static func refusal(_ status: Int, code: String, retryAfter: Int? = nil) -> [UInt8] {
        var fields: HTTPFields = [.contentType: "application/problem+json"]
        if let retryAfter { fields[.retryAfter] = "\(retryAfter)" }
        let body = #"{"type":"about:blank","status":\#(status),"code":"\#(code)","detail":"Do this.","more":[1]}"#
        return Response(HTTPResponse.Status(code: status), fields: fields, body: Array(body.utf8))
            .serialized(for: .post, date: "Sat, 21 Nov 2026 00:00:00 GMT", keepsAlive: false)
    }

    static func request(_ bytes: [UInt8]) throws -> Request {
        var parser = RequestParser()
        parser.append(bytes.span.bytes)
        guard case .request(let request)? = try parser.next() else { throw TestProblem.malformed }
        return request
    }

    static func name(_ text: String) throws -> HTTPField.Name {
        guard let name = HTTPField.Name(text) else { throw TestProblem.malformed }
        return name
    }

    func receive(_ datagram: [UInt8], from remote: SocketAddress, at now: Instant) {
        var bytes = datagram
        var span = bytes.mutableSpan
        var raw = span.mutableBytes
        let path = NetworkPath(remote: remote, local: address)
        switch transport?.receive(&raw, on: path, at: now, into: &outbox) {
        case .rtp(let length, _): packets.append(raw.bytes.extracting(first: length).array)
        case .rtcp(let length): controls.append(raw.bytes.extracting(first: length).array)
        case .nothing, .changed, nil: break
        }
    }

    /// Sends one packet of a slot.
    func send(_ header: RTPHeader, prefix: [UInt8] = [], payload: [UInt8], index: UInt64) {
        guard let transport, let path = transport.path else { return }
        var bytes = [UInt8](repeating: 0, count: 1_400)
        var span = bytes.mutableSpan
        var room = span.mutableBytes
        guard (try? header.write(to: &room)) != nil,
            (try? room.copy(prefix.span.bytes, at: RTPHeader.fixedLength)) != nil,
            let length = transport.protectRTP(
                into: &room, headerLength: RTPHeader.fixedLength, prefixLength: prefix.count, rest: payload.span.bytes,
                ssrc: header.ssrc, index: index)
        else { return }
        outbox.append(Array(bytes.prefix(length)), to: path)
    }

    enum Control {
        case nack([SequenceNumber], of: SSRC)
        case pictureLoss(of: SSRC)
        case senderReport(SSRC, SenderInfo)
    }

    /// Sends a compound.
    func send(_ controls: [Control]) throws {
        guard let transport, let path = transport.path else { return }
        let own = SSRC(rawValue: 1)
        var bytes = [UInt8](repeating: 0, count: 1_200)
        var span = bytes.mutableSpan
        var room = span.mutableBytes
        var writer = RTCPWriter()
        try writer.receiverReport(ssrc: own, to: &room)
        for control in controls {
            switch control {
            case .nack(let numbers, let media):
                var list = NackList()
                for number in numbers { list.append(number) }
                try writer.nack(list, sender: own, media: media, to: &room)
            case .pictureLoss(let media): try writer.pictureLoss(sender: own, media: media, to: &room)
            case .senderReport(let ssrc, let info): try writer.senderReport(ssrc: ssrc, info: info, to: &room)
            }
        }
        guard let length = transport.protectRTCP(&room, length: writer.end) else { return }
        outbox.append(Array(bytes.prefix(length)), to: path)
    }

    func section(_ kind: MediaKind, slot: Int) throws -> ReceivingSection {
        guard let section = negotiated?.sections.first(where: { $0.kind == kind && $0.receiving?.slot == slot }),
            let receiving = section.receiving
        else { throw TestProblem.malformed }
        return receiving
    }
}

enum TestProblem: Error {
    case malformed
}
