import FuzzSupport
import SDP
import Units

/// What route and role allow, then an offer to us; the same text as an answer to an offer of ours.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOne(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var input = FuzzInput(start, count)
    let flags = input.byte()
    let text = input.rest()
    guard let description = try? SessionDescription(parsing: text) else { return 0 }
    let again = try? SessionDescription(parsing: description.description)
    expect(again == description, "written and read again")
    answer(description, flags)
    _ = try? ownOffer.read(answer: description)
    return 0
}

private func answer(_ offer: SessionDescription, _ flags: UInt8) {
    guard let credentials, let fingerprint else { return expect(false, "credentials of ours") }
    let policy = AnswerPolicy(
        videoCodecs: flags & 8 == 0 ? [.vp8, .h264] : [.h264], allowsSending: flags & 1 == 0,
        allowsReceiving: flags & 2 == 0, isStrict: flags & 4 != 0, pictureSlots: Int(flags >> 4 & 3),
        audioSlots: Int(flags >> 6), credentials: credentials, fingerprint: fingerprint,
        candidates: [SocketAddress(.loopback, port: 9)], uplinkLimit: Bitrate(bitsPerSecond: 2_000_000))
    var random = Counter()
    do throws(AnswerRefusal) {
        let (answer, negotiated) = try policy.answer(to: offer, random: &random)
        expect(answer.media.count == offer.media.count, "a section for each")
        expect(negotiated.sections.count <= AnswerPolicy.maximumSections, "sections")
        let again = try? SessionDescription(parsing: answer.description)
        expect(again == answer, "an answer that can be read")
    } catch {
        _ = (error.status, error.code, error.text)
    }
}

private let credentials = ICECredentials(fragment: "abcdefgh", password: "abcdefghijklmnopqrstuvwx")
private let fingerprint = Fingerprint(
    "sha-256 " + Array(repeating: "AB", count: 32).joined(separator: ":"))

private let ownOffer: ClientOffer = {
    guard let credentials, let fingerprint else { fatalError("credentials of ours") }
    var random = Counter()
    return OfferPlan(
        sendsMicrophone: true, camera: .vp8, layers: ["q", "h", "f"], audioSlots: 1, pictureSlots: 1,
        credentials: credentials, fingerprint: fingerprint
    ).offer(random: &random)
}()

/// Numbers that differ and are the same in every run.
private struct Counter: RandomNumberGenerator {
    private var value: UInt64 = 1

    mutating func next() -> UInt64 {
        value = value &* 0x5851_F42D_4C95_7F2D &+ 1
        return value
    }
}
