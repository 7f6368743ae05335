import Participant
import Testing
import Units
import Wire

@testable import BridgeClient

@Suite("Stored media of load runs")
struct StoredMediaTests {
    private func ogg(_ packets: [[UInt8]]) -> [UInt8] {
        var file: [UInt8] = []
        for packet in packets {
            var lacing = [UInt8](repeating: 255, count: packet.count / 255)
            lacing.append(UInt8(packet.count % 255))
            file += Array("OggS".utf8) + [UInt8](repeating: 0, count: 22) + [UInt8(lacing.count)] + lacing + packet
        }
        return file
    }

    @Test("Opus packets come out of Ogg pages, head packets left out, whatever is cut off")
    func oggPackets() {
        let packets: [[UInt8]] = [
            [1], [2], [8, 1, 2], Array(repeating: 9, count: 600), Array(repeating: 4, count: 255),
        ]
        let file = ogg(packets)
        #expect(MediaContainer.opusPackets(file) == Array(packets.dropFirst(2)))
        for length in 0..<file.count {
            let cut = MediaContainer.opusPackets(Array(file.prefix(length)))
            #expect(packets.dropFirst(2).starts(with: cut))
        }
    }

    @Test("Frames come out of an IVF file, whatever is cut off")
    func ivfFrames() {
        var file = Array("DKIF".utf8) + [0, 0, 32, 0] + [UInt8](repeating: 0, count: 24)
        let frames: [[UInt8]] = [[0x10, 2, 3], Array(repeating: 0x11, count: 300)]
        for frame in frames {
            file +=
                [UInt8(frame.count & 0xFF), UInt8(frame.count >> 8), 0, 0] + [UInt8](repeating: 0, count: 8) + frame
        }
        #expect(MediaContainer.ivfFrames(file).map(Array.init) == frames)
        for length in 0..<file.count {
            #expect(frames.starts(with: MediaContainer.ivfFrames(Array(file.prefix(length))).map(Array.init)))
        }
    }

    @Test("Sound carries its time of sending in the padding of a valid Opus packet")
    func stamps() {
        let stream = StoredStream(opus: [[0xF8] + Array(repeating: 7, count: 50)])
        stream.withPayload(0, at: Instant(nanoseconds: 123_456_789)) { payload in
            let bytes = payload.array
            // RFC 6716 §3.2.5: code 3, one frame, constant rate, padding of 12 bytes behind the frame.
            #expect(Array(bytes.prefix(3)) == [0xFB, 0x41, 12])
            #expect(Array(bytes[3..<53]) == Array(repeating: 7, count: 50))
            #expect(bytes.count == 65)
            #expect(StoredStream.stamp(in: payload) == Instant(nanoseconds: 123_456_789))
        }
        let short: [UInt8] = [1, 2, 3]
        #expect(StoredStream.stamp(in: short.span.bytes) == nil)
        let other = [UInt8](repeating: 0, count: 65)
        #expect(StoredStream.stamp(in: other.span.bytes) == nil)
    }

    @Test(
        "Pictures are cut into pieces of one size, the first of which starts the frame",
        arguments: [1, 1_100, 1_101, 9_000])
    func pieces(size: Int) {
        let frame = (0..<size).map { UInt8(truncatingIfNeeded: $0) & 0xFE }
        let stream = StoredStream(vp8: [frame[...]], framesPerSecond: 30)
        #expect(stream.frames.count == 1)
        #expect(stream.frames[0].isKeyframe)
        var joined: [UInt8] = []
        var sizes: [Int] = []
        for number in stream.frames[0].packets {
            stream.withPayload(number, at: .zero) { payload in
                let bytes = payload.array
                #expect(bytes[0] == (number == 0 ? 0x10 : 0))
                joined += bytes.dropFirst()
                sizes.append(bytes.count)
            }
        }
        #expect(joined == frame)
        #expect(sizes.allSatisfy { $0 <= StoredStream.largestPiece + 1 })
        #expect(Set(sizes.dropLast()).count <= 1)
    }

    @Test("Synthetic media has the rates that it claims, and a keyframe each second")
    func synthetic() {
        let media = StoredMedia.synthetic()
        #expect(media.large.frames.count == 300)
        #expect(media.large.frames.count { $0.isKeyframe } == 10)
        #expect(media.large.keyframe(from: 1) == 30)
        #expect(media.large.keyframe(from: 299) == 0)
        #expect(media.small.frames.count == 150)
        #expect(media.sound.frames.count == 500)
    }

    @Test("Quantiles are right to an eighth", arguments: [3, 40, 1_000, 70_000])
    func histogram(largest: Int) throws {
        var histogram = LatencyHistogram()
        for value in 1...largest { histogram.record(.microseconds(value)) }
        for part in [0.5, 0.9, 1] {
            let found = try #require(histogram.milliseconds(at: part)) * 1_000
            let right = Double(largest) * part
            #expect(found >= right.rounded(.down) && found <= (right + 1) * 1.15)
        }
    }

    @Test("The same seed lets the same points speak, and only such as send")
    func speakers() throws {
        let server = try #require(ServerAddress("https://a:1"))
        var plan = LoadPlan(
            server: server, room: "r",
            points: (0..<20).map { .init(code: "\($0)", token: "", sending: $0 < 10 ? .commune : .nothing) })
        let first = (0..<50).map { plan.speakers(inTurn: $0) }
        #expect(first == (0..<50).map { plan.speakers(inTurn: $0) })
        #expect(first.allSatisfy { $0.count == 3 && $0.allSatisfy { $0 < 10 } })
        plan.seed = 2
        #expect(first != (0..<50).map { plan.speakers(inTurn: $0) })
    }

    @Test(
        "Numbers for people",
        arguments: [(0.125, 2, "0.13"), (-0.001, 1, "0.0"), (12.0, 0, "12"), (1_234.5, 1, "1234.5")])
    func text(value: Double, digits: Int, expected: String) {
        #expect(Text.fixed(value, digits) == expected)
    }
}
