import Forwarding
import Testing
import Units

@Suite("KeyframeRequests")
struct KeyframeRequestsTests {
    /// When requests go out between 0 and `end` ms, looked at every 10 ms.
    private func times(_ requests: inout KeyframeRequests, from start: Int = 0, to end: Int) -> [Int] {
        stride(from: start, to: end, by: 10).filter { requests.isDue(at: Make.ms($0)) }
    }

    @Test("asked for at once, every 500 ms for three seconds, and then no more")
    func sixTimes() {
        var requests = KeyframeRequests()
        #expect(times(&requests, to: 1_000) == [])
        requests.want(at: Make.ms(1_000))
        #expect(requests.deadline == Make.ms(1_000))
        #expect(times(&requests, from: 1_000, to: 9_000) == [1_000, 1_500, 2_000, 2_500, 3_000, 3_500])
        #expect(requests.hasGivenUp && requests.deadline == nil)
        requests.want(at: Make.ms(9_000))
        #expect(!requests.hasGivenUp)
        #expect(times(&requests, from: 9_000, to: 9_600) == [9_000, 9_500])
    }

    @Test("a keyframe ends the asking; one that was asked for keeps the next request waiting for a second")
    func forced() {
        var requests = KeyframeRequests()
        requests.want(at: Make.ms(0))
        #expect(times(&requests, to: 100) == [0])
        requests.keyframe(at: Make.ms(100))
        #expect(requests.deadline == nil)
        requests.want(at: Make.ms(200))
        #expect(times(&requests, from: 200, to: 1_500) == [1_100])
    }

    @Test("one that came by itself keeps nobody waiting")
    func natural() {
        var requests = KeyframeRequests()
        requests.keyframe(at: Make.ms(0))
        requests.want(at: Make.ms(20))
        let isDue = requests.isDue(at: Make.ms(20))
        #expect(isDue)
    }

    @Test("whoever asks, and however often, no more than two requests and one forced keyframe a second")
    func rate() {
        var requests = KeyframeRequests()
        var asked: [Int] = []
        for time in stride(from: 0, to: 20_000, by: 10) {
            if time % 70 == 0 { requests.cancel() }
            requests.want(at: Make.ms(time))
            if requests.isDue(at: Make.ms(time)) { asked.append(time) }
            if asked.last == time - 40 { requests.keyframe(at: Make.ms(time)) }
        }
        for (time, next) in zip(asked, asked.dropFirst()) { #expect(next - time >= 1_000) }
        #expect(asked.count >= 18)
    }

    @Test("nothing goes out when nobody waits any more")
    func cancels() {
        var requests = KeyframeRequests()
        requests.want(at: Make.ms(0))
        requests.cancel()
        #expect(times(&requests, to: 5_000) == [])
    }
}
