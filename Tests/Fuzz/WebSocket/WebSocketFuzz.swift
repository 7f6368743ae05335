import FuzzSupport
import HTTP1
import HTTPTypes
import Units
import WebSocket
import Wire

/// How the bytes are cut, whether messages may be compressed, and what they are: a client's, a server's, frames to be
/// made well or a handshake; then they.
///
/// However they are cut the same messages come out, and whatever comes, our own frames stay right.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOne(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var input = FuzzInput(start, count)
    let kind = input.byte()
    let choice = input.byte()
    let (step, deflates) = (Int(choice & 31) + 1, choice & 0x20 != 0)
    let role: WebSocketRole = kind & 3 == 1 ? .client : .server
    switch kind & 3 {
    case 0, 1: checkFrames(input.rest(), role: role, step: step, kind: kind, deflates)
    case 2: checkFrames(madeFrames(&input), role: role, step: step, kind: kind, deflates)
    default: checkHandshake(input.rest())
    }
    return 0
}

private let messageLimit = 300

/// A client's frames, right in themselves: a byte for opcode, FIN and compression, a payload each.
private func madeFrames(_ input: inout FuzzInput) -> [UInt8] {
    var bytes: [UInt8] = []
    while !input.isEmpty {
        let choice = input.byte()
        let opcodes: [FrameOpcode] = [.text, .continuation, .continuation, .binary, .ping, .pong, .close, .text]
        let opcode = opcodes[Int(choice & 7)]
        let content = input.piece()
        let isCompressed = choice & 0x40 != 0
        // Both what DEFLATE made and what only says so.
        let payload = isCompressed && choice & 0x20 != 0 ? CompressedPayload.message(content) : content
        bytes += FrameWriter.frame(
            opcode, payload, mask: UInt32(choice) << 20, isFinal: choice & 0x80 == 0, isCompressed: isCompressed)
    }
    return bytes
}

private func checkFrames(_ bytes: [UInt8], role: WebSocketRole, step: Int, kind: UInt8, _ deflates: Bool) {
    let whole = Reading(bytes, role: role, step: max(bytes.count, 1), deflates)
    let cut = Reading(bytes, role: role, step: step, deflates)
    // What comes at once may be decompressed to less than what comes bit by bit.
    if whole.error?.code != .messageTooBig { expect(cut == whole, "the same in pieces") }
    let unpacked = whole.messages.reduce(0) { $0 + $1.size }
    expect(!deflates || unpacked <= bytes.count + 2 * messageLimit, "together within twice the limit")
    for message in whole.messages {
        switch message {
        case .text(let text):
            expect(String(validating: text, as: UTF8.self) != nil, "text is UTF-8")
            expect(text.count <= messageLimit, "text within the limit")
        case .binary(let content): expect(content.count <= messageLimit, "binary within the limit")
        case .ping(let content), .pong(let content): expect(content.count <= 125, "control within its limit")
        case .close(let code, let reason):
            expect(code == .none || code.mayBeSent, "close code")
            expect(reason.utf8.count <= 123, "close reason")
        }
    }
    checkConnection(bytes, role: role, step: step, kind: kind, deflates)
}

extension WebSocketMessage {
    /// Bytes of a data message.
    fileprivate var size: Int {
        switch self {
        case .text(let content), .binary(let content): content.count
        case .ping, .pong, .close: 0
        }
    }
}

/// What a reader makes of some bytes.
private struct Reading: Equatable {
    var messages: [WebSocketMessage] = []
    var error: WebSocketError?

    init(_ bytes: [UInt8], role: WebSocketRole, step: Int, _ deflates: Bool = false) {
        var reader = FrameReader(
            role: role, messageLimit: messageLimit, emptyFragmentLimit: 4, deflates: deflates)
        do throws(WebSocketError) {
            var rest = bytes[...]
            while !rest.isEmpty {
                let piece = Array(rest.prefix(step))
                rest = rest.dropFirst(step)
                var position = 0
                while let message = try reader.next(in: piece.span.bytes, from: &position) { messages.append(message) }
                expect(position == piece.count, "everything was taken")
            }
        } catch {
            self.error = error
        }
    }
}

/// A connection that sends back what it gets, while time passes, and is closed by us at some point.
private func checkConnection(_ bytes: [UInt8], role: WebSocketRole, step: Int, kind: UInt8, _ deflates: Bool) {
    var settings = WebSocketSettings()
    settings.deflates = deflates
    settings.messageLimit = messageLimit
    var connection = WebSocketConnection(role: role, settings: settings, at: .zero)
    var random = FuzzRandom()
    var output: [UInt8] = []
    var ends = 0
    var now = Instant.zero
    var rest = bytes[...]
    var pieces = 0
    while !rest.isEmpty {
        let piece = Array(rest.prefix(step))
        rest = rest.dropFirst(step)
        pieces += 1
        if kind & 4 != 0, pieces == 4 { connection.close(.normal, reason: "enough", at: now) }
        for event in connection.receive(piece.span.bytes, at: now) {
            switch event {
            case .text(let text): connection.send(text: text)
            case .binary(let content): connection.send(binary: content)
            case .closed: ends += 1
            }
        }
        now = now.advanced(by: .milliseconds(100 * Int(kind >> 3)))
        if let deadline = connection.deadline, deadline <= now { ends += connection.advance(to: now).count }
        let waiting = connection.outputCount
        let taken = connection.takeOutput(masking: &random)
        expect(taken.count == waiting, "as much as was said")
        output += taken
    }
    expect(ends == (connection.isClosed ? 1 : 0), "one end")
    let answers = Reading(output, role: role == .server ? .client : .server, step: output.count + 1)
    expect(answers.error == nil, "our own frames are right")
    let closes = answers.messages.indices.filter { if case .close = answers.messages[$0] { true } else { false } }
    expect(closes.isEmpty || closes == [answers.messages.count - 1], "a close frame is the last")
}

private func checkHandshake(_ bytes: [UInt8]) {
    var parser = RequestParser()
    parser.append(bytes.span.bytes)
    guard case .request(let request)? = try? parser.next() else { return }
    do throws(HandshakeRefusal) {
        let offer = try WebSocketHandshake.check(request)
        expect(offer.key.utf8.count == 24, "key")
        expect(Set(offer.subprotocols).count == offer.subprotocols.count, "each subprotocol once")
        let response = WebSocketHandshake.response(
            accepting: offer, subprotocol: offer.subprotocols.first
        ) { Array($0.prefix(20)) }
        var reader = ResponseParser()
        reader.expect(request.method)
        reader.append(response.serialized(for: request.method, date: "now", keepsAlive: true).span.bytes)
        guard case .response(let read, keepsAlive: true)? = try? reader.next() else {
            return expect(false, "our 101 is read")
        }
        let agreed = read.fields[.secWebSocketExtensions]
        expect(agreed == nil || agreed?.hasPrefix("permessage-deflate; server_no_context_takeover") == true, "agreed")
        expect((agreed != nil) == (offer.deflate != nil), "compression")
        expect(read.body.isEmpty && reader.takeRemainder().isEmpty, "nothing behind our 101")
    } catch {
        _ = error.response.serialized(for: request.method, date: "now", keepsAlive: false)
    }
}
