import Conference
import Testing

@Suite("Refusal")
struct RefusalTests {
    static let all: [Refusal] = [
        .tokenMissing, .tokenWrong, .tokenExpired, .tokenWrongRoom, .unknownRoom, .roomFull, .tokenFull, .roomLocked,
        .removed, .pointMissing, .pointElsewhere, .roleCannotSend, .nothingToDo, .notAllowed, .programTooLong,
        .badMessage, .unsupported, .tooManyCommands(retryAfter: .seconds(2)), .messageEmpty, .textTooLong(limit: 200),
        .tooManyDelegates, .delegateNameMissing, .tooManyPoints, .alreadyAsked, .alreadyHolds, .notQueued, .notHolding,
        .nobodyThere, .isChair, .floorFull, .notRemoved,
    ]

    @Test("codes are distinct and fit for programs")
    func codes() {
        let codes = Self.all.map(\.code)
        #expect(Set(codes).count == codes.count)
        #expect(codes.allSatisfy { $0.utf8.allSatisfy { byte in byte == 45 || (97...122).contains(byte) } })
    }

    @Test("each says what happened and what to do, in every language", arguments: all, Language.allCases)
    func texts(refusal: Refusal, language: Language) {
        let text = refusal.text(in: language)
        #expect(text.split(separator: ". ").count == 2)
        #expect(text.hasSuffix(".") && text != refusal.code)
        #expect(text.contains { !$0.isASCII } == (language == .vi), "Vietnamese has its marks, English none")
    }

    @Test("no text stands for two refusals", arguments: Language.allCases)
    func distinct(language: Language) {
        let texts = Self.all.map { $0.text(in: language) }
        #expect(Set(texts).count == texts.count)
    }

    @Test("statuses are the ones that clients wait for")
    func statuses() {
        #expect(Refusal.tokenExpired.status == 401)
        #expect(Refusal.tokenWrongRoom.status == 403)
        #expect(Refusal.unknownRoom.status == 404)
        #expect(Refusal.pointElsewhere.status == 409)
        #expect(Refusal.pointElsewhere.retryAfter == .seconds(6))
        #expect(Refusal.roomFull.status == 503)
        #expect(Refusal.roomLocked.status == 423 && Refusal.removed.status == 403)
        #expect(Refusal.tooManyCommands(retryAfter: .seconds(2)).status == 429)
        #expect(Refusal.tooManyCommands(retryAfter: .seconds(2)).retryAfter == .seconds(2))
        for refusal in [Refusal.alreadyAsked, .alreadyHolds, .notQueued, .notHolding, .nobodyThere] {
            #expect(refusal.status == 409)
        }
        #expect(Refusal.all503.allSatisfy { $0.retryAfter != nil })
    }
}

extension Refusal {
    fileprivate static var all503: [Refusal] { RefusalTests.all.filter { $0.status == 503 } }
}
