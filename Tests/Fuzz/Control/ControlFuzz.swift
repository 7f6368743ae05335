import FuzzSupport

/// Several connections and a media loop's reports into one control plane, as the server's shell carries them, without
/// TLS and in simulated time: requests, frames and messages, right ones, wrong ones and any bytes.
///
/// Whatever comes: each request has one response and each command one answer, nobody hears what is not for them, every
/// queue has its bounds, and when all have gone nothing of them is left.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOne(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var input = FuzzInput(start, count)
    let house = House()
    var steps = 0
    // Longer inputs find nothing more and take their time.
    while !input.isEmpty, steps < 200 {
        step(house, &input)
        house.settle()
        steps += 1
    }
    house.finish()
    return 0
}

private func step(_ house: House, _ input: inout FuzzInput) {
    let choice = input.byte()
    let number = Int(choice >> 4) & 3
    switch choice & 15 {
    case 0: house.hangUp(number)
    case 1: house.line(number).receive(input.piece())
    case 2: house.line(number).receive(house.makeRequest(&input))
    case 3: house.line(number).receive(mutated(house.makeRequest(&input), &input))
    case 4: house.enter(number, &input)
    case 5: house.line(number).sendText(input.piece())
    case 6: house.line(number).sendCommand(makeCommand(&input))
    case 7:
        let template = makeCommand(&input)
        for _ in 0..<Int(input.byte() & 63) { house.line(number).sendCommand(template) }
    case 8: house.line(number).sendFrame(input.byte(), input.piece())
    case 9: house.line(number).reads.toggle()
    case 10: house.advance(by: .milliseconds(20 * Int64(input.byte())))
    case 11: house.advance(by: .milliseconds(200 * Int64(input.byte())))
    case 12: house.line(number).receive(house.makeOffer(&input))
    case 13: house.report(&input)
    case 14: house.changeRooms(input.byte())
    default: house.line(number).sendText(mutated(Array(makeCommand(&input)(77).utf8), &input))
    }
}

/// A few bytes of `bytes` changed, doubled or taken out.
private func mutated(_ bytes: [UInt8], _ input: inout FuzzInput) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int(input.byte() & 3) where !bytes.isEmpty {
        let place = Int(input.number(UInt16.self)) % bytes.count
        switch input.byte() & 3 {
        case 0: bytes[place] = input.byte()
        case 1: bytes.remove(at: place)
        case 2: bytes.insert(contentsOf: input.piece(), at: place)
        default: bytes.removeLast(bytes.count - place)
        }
    }
    return bytes
}

/// A command of the protocol as text, but for its id.
private func makeCommand(_ input: inout FuzzInput) -> (_ id: UInt64) -> String {
    let choice = input.byte()
    let point = House.points[Int(choice >> 5) % House.points.count]
    let other = House.points[Int(input.byte()) % House.points.count]
    let fields: String =
        switch choice & 31 {
        case 0...2: #""type":"ask""#
        case 3: #""type":"withdraw""#
        case 4, 5: #""type":"give","point":"\#(point)""#
        case 6: #""type":"take","point":"\#(point)""#
        case 7: #""type":"take""#
        case 8: #""type":"mute","points":["\#(point)","\#(other)"]"#
        case 9: #""type":"mute","all":true"#
        case 10: #""type":"unmute","points":["\#(point)"]"#
        case 11: #""type":"unmute","all":true"#
        case 12: #""type":"program","points":["\#(point)","\#(other)"]"#
        case 13: #""type":"program","points":[]"#
        case 14: #""type":"mode","mode":"lecture""#
        case 15: #""type":"mode","mode":"conference""#
        case 16: #""type":"mode","mode":"discussion""#
        case 17: #""type":"lock""#
        case 18: #""type":"lock","locked":false"#
        case 19: #""type":"remove","point":"\#(point)","reason":"\#(other)""#
        case 20: #""type":"readmit","point":"\#(point)""#
        case 21: #""type":"delegates","delegates":[{"name":"\#(point)","post":""}]"#
        case 22: #""type":"delegates","point":"\#(point)","delegates":[{"name":"\#(other)"}]"#
        case 23: #""type":"message","to":"all","text":"\#(other)""#
        case 24: #""type":"message","to":"staff","text":"\#(other)""#
        case 25: #""type":"message","to":"\#(point)","text":"\#(other)""#
        case 26: #""type":"stats","watch":true"#
        case 27: #""type":"stats","report":{"fps":25,"freezes":1e300,"kbpsUp":-1,"limitedBy":"x"}"#
        case 28: #""type":"stats","watch":false,"report":{}"#
        case 29: #""type":"what""#
        case 30: #""type":"give""#
        default: #""type":"leave""#
        }
    return { id in "{\(fields),\"id\":\(id)}" }
}
