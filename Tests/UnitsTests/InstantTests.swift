import Testing
import Units

@Suite("Instant")
struct InstantTests {
    @Test("arithmetic stays on the scale instead of trapping")
    func saturates() {
        #expect(Instant.zero.advanced(by: .seconds(-1)) == .zero)
        #expect(Instant.distantFuture.advanced(by: .seconds(1)) == .distantFuture)
        #expect(Instant(nanoseconds: 5).since(Instant(nanoseconds: 8)) == .nanoseconds(-3))
        #expect(Duration.seconds(Int64.max).nanoseconds == .max)
    }

    @Test("the earlier of two deadlines, where nil is never")
    func earlier() {
        let soon: Instant? = Instant(nanoseconds: 1)
        #expect(soon.earlier(nil) == soon)
        #expect(Instant?.none.earlier(soon) == soon)
        #expect(soon.earlier(.zero) == .zero)
    }
}
