import Conference
import Signalling

/// A point's code from a literal.
func code(_ text: String) -> PointCode {
    guard let code = PointCode(text) else { fatalError("no code: \(text)") }
    return code
}

/// Random numbers that are the same for the same seed.
struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}

/// Names that break coders which take short cuts.
let nastyNames = [
    "", "Phường Bình Dương", "\"quoted\"", "back\\slash\\", "/slash/", "line\nfeed\r\ttab", "\u{0}\u{1}\u{1F}\u{7F}",
    "\u{8}\u{C}", "👩‍👩‍👧 gia đình", "\u{FEFF}bom", "\u{2028}\u{2029}", "e\u{301}", "\u{10FFFF}", "]}\",null",
    "</script><!--", "\\u0041", "Ạ̀́", "\u{FFFF}", "\u{202E}abc",
]

/// A line with something in every field.
func makeLine(_ number: Int, using random: inout Generator, details: Bool = true) -> RosterLineView {
    func coin() -> Bool { Bool.random(using: &random) }
    func name() -> String { nastyNames.randomElement(using: &random) ?? "" }
    let shown = RosterLineView.Private(
        contactName: name(), contactTelephone: coin() ? "" : "0274 000 00\(number % 10)",
        path: coin() ? nil : "udp 192.0.2.7:50000", departure: coin() ? nil : "absent",
        takeovers: Int.random(in: 0...3, using: &random),
        delegateList: (0..<Int.random(in: 0...2, using: &random)).map { Delegate(name: name(), post: "\($0)") },
        removed: coin())
    return RosterLineView(
        code: code("p\(number)"), name: name(), kind: PointKind.allCases.randomElement(using: &random) ?? .commune,
        level: Int.random(in: 1...5, using: &random), parent: coin() ? nil : code("79"),
        state: PresenceState.allCases.randomElement(using: &random) ?? .absent,
        since: Int.random(in: 1_790_000_000...1_790_000_009, using: &random), audio: coin(), video: coin(),
        screen: coin(), muted: coin(), role: [nil, .chair, .point].randomElement(using: &random) ?? nil,
        delegates: Int.random(in: 0...40, using: &random), details: details ? shown : nil)
}
