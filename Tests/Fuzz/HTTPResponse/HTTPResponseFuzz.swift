import FuzzSupport
import HTTP1
import HTTPTypes
import Wire

/// What was asked, how the bytes are cut, then the bytes that a server sends until it closes: however they are cut,
/// the same responses come out.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOne(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var input = FuzzInput(start, count)
    let asked = input.byte()
    let step = Int(input.byte() & 31) + 1
    let bytes = input.rest()
    let whole = responses(bytes, asked: asked, step: max(bytes.count, 1))
    expect(responses(bytes, asked: asked, step: step) == whole, "the same in pieces")
    return 0
}

private struct Outcome: Equatable {
    var events: [ResponseParser.Event] = []
    var status: Int?
}

private func responses(_ bytes: [UInt8], asked: UInt8, step: Int) -> Outcome {
    var limits = MessageLimits()
    limits.body = 2_048
    limits.head = 1_024
    limits.fields = 20
    limits.chunkOverhead = 64
    var parser = ResponseParser(limits: limits)
    for index in 0..<(asked & 3) {
        parser.expect([.get, .head, .post, .patch][Int(asked >> (2 * index + 2) & 3)])
    }
    var outcome = Outcome()
    do throws(HTTPError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            parser.append(Array(rest.prefix(step)).span.bytes)
            rest = rest.dropFirst(step)
            while let event = try parser.next() { outcome.events.append(event) }
        }
        if let last = try parser.close() { outcome.events.append(last) }
    } catch {
        outcome.status = error.status.code
    }
    return outcome
}
