import Forwarding
import RTP
import Testing
import Units

@Suite("Loudness and speakers")
struct LoudnessTests {
    private func heard(level: UInt8?, size: Int = 80, packets: Int = 100) -> (Loudness, Instant) {
        var loudness = Loudness()
        for packet in 0..<packets {
            let reported = level.map { AudioLevel(isVoice: true, decibelsBelowOverload: $0) }
            loudness.hear(reported, payloadSize: size, at: Make.ms(packet * 20))
        }
        return (loudness, Make.ms((packets - 1) * 20))
    }

    @Test("who reports speech comes before who is judged by size, and that before noise and silence")
    func bands() {
        let (speech, now) = heard(level: 49)
        let noise = heard(level: 80).0.score(at: now)
        let silence = heard(level: 127).0.score(at: now)
        var (sized, later) = heard(level: nil, size: 30)
        #expect(sized.score(at: later) == 1, "even packets are no speech")
        for packet in 0..<15 {
            later = Make.ms(2_000 + packet * 20)
            sized.hear(nil, payloadSize: 90, at: later)
        }
        let guess = sized.score(at: later)
        #expect(speech.score(at: now) > guess && guess > noise && noise > silence)
        #expect(silence == 0)
        #expect(Loudness.isSpeech(speech.score(at: now)) && Loudness.isSpeech(guess) && !Loudness.isSpeech(noise))
        #expect(heard(level: 0).0.score(at: now) > speech.score(at: now))
    }

    @Test("a gap of 400 ms is silence, 399 ms is not", arguments: [20, nil] as [UInt8?])
    func gap(level: UInt8?) {
        let (loudness, now) = heard(level: level)
        #expect(loudness.score(at: now.advanced(by: .milliseconds(399))) > 0)
        #expect(loudness.score(at: now.advanced(by: .milliseconds(400))) == 0)
    }

    @Test("rises within three packets and falls within half a second")
    func speed() {
        var (loudness, now) = heard(level: 120)
        for _ in 0..<3 {
            now = now.advanced(by: .milliseconds(20))
            loudness.hear(AudioLevel(isVoice: true, decibelsBelowOverload: 20), payloadSize: 80, at: now)
        }
        #expect(Loudness.isSpeech(loudness.score(at: now)))
        for _ in 0..<25 {
            now = now.advanced(by: .milliseconds(20))
            loudness.hear(AudioLevel(isVoice: false, decibelsBelowOverload: 120), payloadSize: 80, at: now)
        }
        #expect(!Loudness.isSpeech(loudness.score(at: now)))
    }

    // MARK: Who is chosen

    private func choose(_ selection: inout SpeakerSelection, _ scores: [Int32]) -> [UInt32] {
        let list = scores.enumerated().map { (source: Make.source(UInt32($0), kind: .microphone), score: $1) }
        _ = selection.update(list)
        return selection.chosen.map(\.resource)
    }

    @Test("the loudest are chosen, in order, and pushed aside only by somebody clearly louder")
    func hysteresis() {
        var selection = SpeakerSelection(capacity: 2)
        #expect(choose(&selection, [300, 290, 280, 0]) == [0, 1])
        #expect(choose(&selection, [300, 290, 295, 0]) == [0, 1])
        #expect(choose(&selection, [300, 290, 297, 0]) == [0, 2])
        #expect(choose(&selection, [300, 290, 304, 0]) == [0, 2], "nor does the order change for little")
        #expect(choose(&selection, [300, 290, 307, 0]) == [2, 0])
        let quiet = choose(&selection, [0, 0, 0, 1])
        #expect(quiet.contains(3), "silence blocks nobody")
        #expect(choose(&selection, []) == [])
    }

    @Test("it says when something changed, the order included")
    func changes() {
        var selection = SpeakerSelection(capacity: 3)
        func list(_ scores: [Int32]) -> [(source: SourceID, score: Int32)] {
            scores.enumerated().map { (Make.source(UInt32($0), kind: .microphone), $1) }
        }
        let changes = [[300, 0, 0], [303, 0, 0], [0, 0, 300]].map { selection.update(list($0)) }
        #expect(changes == [true, false, true], "a chosen one that begins to speak comes first")
        #expect(selection.chosen.first?.resource == 2)
    }

    // MARK: Places

    @Test("nobody moves who stays; newcomers take free places in order")
    func places() {
        var slots: [Int?] = [nil, nil, nil]
        assign([1, 2, 3], to: &slots, reserved: nil)
        #expect(slots == [1, 2, 3])
        assign([3, 1], to: &slots, reserved: nil)
        #expect(slots == [1, nil, 3])
        assign([4, 3, 1], to: &slots, reserved: nil)
        #expect(slots == [1, 4, 3])
        assign([5, 6, 7], to: &slots, reserved: nil)
        #expect(slots == [5, 6, 7])
    }

    @Test("place 0 is the reserved one's; who sat there moves, and everybody else stays")
    func reserved() {
        var slots: [Int?] = [1, 2, nil]
        assign([1, 2], to: &slots, reserved: 9)
        #expect(slots == [9, 2, 1])
        assign([1, 2], to: &slots, reserved: 9)
        #expect(slots == [9, 2, 1])
        assign([1, 9], to: &slots, reserved: 2)
        #expect(slots == [2, 9, 1])
        assign([1, 9], to: &slots, reserved: nil)
        #expect(slots == [nil, 9, 1])
        var none: [Int?] = []
        assign([1], to: &none, reserved: 2)
        #expect(none.isEmpty)
    }
}
