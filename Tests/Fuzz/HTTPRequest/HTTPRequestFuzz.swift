import FuzzSupport
import HTTP1
import HTTPTypes
import Wire

/// How the bytes are cut, then the bytes of a connection: however they are cut, the same requests come out.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOne(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var input = FuzzInput(start, count)
    let step = Int(input.byte() & 31) + 1
    let bytes = input.rest()
    let whole = requests(bytes, step: max(bytes.count, 1))
    expect(requests(bytes, step: step) == whole, "the same in pieces")
    for case .request(let request) in whole.events {
        _ = request.target.segments
        checkOwn(request)
    }
    return 0
}

private struct Outcome: Equatable {
    var events: [RequestParser.Event] = []
    var status: Int?
    var isIdle = false
}

private func requests(_ bytes: [UInt8], step: Int) -> Outcome {
    var limits = MessageLimits()
    limits.body = 2_048
    limits.head = 1_024
    limits.fields = 20
    limits.chunkOverhead = 64
    var parser = RequestParser(limits: limits)
    var outcome = Outcome()
    do throws(HTTPError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            parser.append(Array(rest.prefix(step)).span.bytes)
            rest = rest.dropFirst(step)
            while let event = try parser.next() { outcome.events.append(event) }
        }
        outcome.isIdle = parser.isIdle
    } catch {
        outcome.status = error.status.code
    }
    return outcome
}

/// A request that our client would make of what was read, is read as that.
private func checkOwn(_ request: Request) {
    guard let authority = request.head.authority, let path = request.head.path, path.hasPrefix("/"),
        let own = try? Request(request.method, authority: authority, path: path, body: request.body)
    else { return }
    let outcome = requests(own.serialized, step: own.serialized.count)
    if let status = outcome.status { return expect([413, 414].contains(status), "our own request") }
    guard case .request(let again)? = outcome.events.first, outcome.events.count == 1 else {
        return expect(false, "one request of ours")
    }
    expect(again.target.path == request.target.path && again.target.query == request.target.query, "target")
    expect(again.body == request.body && again.method == request.method, "content")
}
