import Conference
import Testing

@Suite("Refusal")
struct RefusalTests {
    static let all: [Refusal] = [
        .tokenMissing, .tokenWrong, .tokenExpired, .tokenWrongRoom, .unknownRoom, .roomFull, .tokenFull, .pointMissing,
        .pointElsewhere, .roleCannotSend, .nothingToDo, .notAllowed, .programTooLong,
    ]

    @Test("codes are distinct and fit for programs")
    func codes() {
        let codes = Self.all.map(\.code)
        #expect(Set(codes).count == codes.count)
        #expect(codes.allSatisfy { $0.utf8.allSatisfy { byte in byte == 45 || (97...122).contains(byte) } })
    }

    @Test("each says what happened and what to do", arguments: all)
    func texts(refusal: Refusal) {
        #expect(refusal.text.split(separator: ". ").count == 2)
        #expect(refusal.text.hasSuffix("."))
    }

    @Test("statuses are the ones that clients wait for")
    func statuses() {
        #expect(Refusal.tokenExpired.status == 401)
        #expect(Refusal.tokenWrongRoom.status == 403)
        #expect(Refusal.unknownRoom.status == 404)
        #expect(Refusal.pointElsewhere.status == 409)
        #expect(Refusal.pointElsewhere.retryAfter == .seconds(6))
        #expect(Refusal.roomFull.status == 503)
        #expect(Refusal.all503.allSatisfy { $0.retryAfter != nil })
    }
}

extension Refusal {
    fileprivate static var all503: [Refusal] { RefusalTests.all.filter { $0.status == 503 } }
}
