import FuzzSupport
import Signalling

/// Any bytes as a message of either side: a value that is written and read as itself, or a typed error.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOne(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var input = FuzzInput(start, count)
    let text = input.rest()
    let message = try? ClientMessage(parsing: text)
    if let message {
        expect((try? ClientMessage(parsing: message.encoded)) == message, "a client's message read again")
    }
    if case .command(_, let command) = message {
        expect((try? CommandMessage(command.verb, body: command.body)) == command, "the same as a body")
    }
    if let message = try? ServerMessage(parsing: text) {
        expect((try? ServerMessage(parsing: message.encoded)) == message, "a server's message read again")
    }
    if let (line, history) = try? HealthLine.parse(document: text) {
        expect((try? HealthLine.parse(document: line.document(history: history)))?.0 == line, "a line read again")
    }
    return 0
}
