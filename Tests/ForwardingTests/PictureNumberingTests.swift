import Forwarding
import RTP
import Testing
import Wire

@Suite("PictureNumbering")
struct PictureNumberingTests {
    private func descriptor(_ bytes: [UInt8]) throws -> VP8Descriptor {
        let payload = bytes + [0x01]
        return try VP8Descriptor(parsing: payload.span.bytes, payload: 0..<payload.count)
    }

    private func short(_ id: Int) throws -> VP8Descriptor { try descriptor([0x90, 0x80, UInt8(id & 0x7F)]) }
    private func bare() throws -> VP8Descriptor { try descriptor([0x10]) }
    private func long(_ id: Int, base: UInt8, layer: UInt8) throws -> VP8Descriptor {
        try descriptor([0x90, 0xF0, 0x80 | UInt8(id >> 8 & 0x7F), UInt8(id & 0xFF), base, layer])
    }

    @Test("7-bit ids, as ffmpeg sends them, become 15-bit ones that run on", arguments: [0, 100, 127])
    func shortIDs(first: Int) throws {
        var numbering = PictureNumbering()
        for picture in 0..<400 {
            for _ in 0..<3 {
                let numbers = numbering.numbers(of: try short(first + picture), timestamp: UInt32(picture) &* 3_000)
                #expect(numbers.pictureID == UInt16(first + picture))
                #expect(numbers.baseLayerIndex == UInt8(truncatingIfNeeded: first + picture))
            }
        }
    }

    private func id(_ descriptor: VP8Descriptor, at timestamp: UInt32, in numbering: inout PictureNumbering) -> UInt16 {
        numbering.numbers(of: descriptor, timestamp: timestamp).pictureID
    }

    @Test("a gap in 7-bit ids stays a gap, and a late packet gets its own picture's number")
    func late() throws {
        var numbering = PictureNumbering()
        _ = numbering.numbers(of: try short(126), timestamp: 0)
        let newer = id(try short(3), at: 15_000, in: &numbering)
        let late = id(try short(1), at: 9_000, in: &numbering)
        #expect(newer == 131 && late == 129)
        let again = id(try short(3), at: 15_000, in: &numbering)
        let next = id(try short(4), at: 18_000, in: &numbering)
        #expect(again == 131 && next == 132)
    }

    @Test("15-bit ids and layers, as Chromium sends them, are kept")
    func longIDs() throws {
        var numbering = PictureNumbering()
        for id in [0, 1, 0x7FFE, 0x7FFF, 0, 1] {
            let numbers = numbering.numbers(of: try long(id, base: 200, layer: 0xA3), timestamp: UInt32(id))
            #expect(
                numbers
                    == PictureNumbers(pictureID: UInt16(id), baseLayerIndex: 200, layerAndKey: 0xA3, firstByte: 0x10))
        }
    }

    @Test(
        "without ids pictures are counted by their timestamps, over the wrap-around",
        arguments: [0, 0xFFFF_0000] as [UInt32])
    func withoutIDs(first: UInt32) throws {
        var numbering = PictureNumbering()
        for picture in 0..<100 {
            for _ in 0..<2 {
                let numbers = numbering.numbers(of: try bare(), timestamp: first &+ UInt32(picture) &* 3_000)
                #expect(numbers.pictureID == UInt16(picture))
            }
        }
        let before = numbering.numbers(of: try bare(), timestamp: first &+ 90 * 3_000)
        #expect(before.pictureID == 90, "late, but remembered")
    }

    @Test("what is written is read again as it was, in six bytes")
    func canonical() throws {
        let numbers = PictureNumbers(pictureID: 0x7ABC, baseLayerIndex: 7, layerAndKey: 0x65, firstByte: 0x30)
        var bytes = [UInt8](repeating: 0xFF, count: 7)
        var span = bytes.mutableSpan
        var raw = span.mutableBytes
        try numbers.write(to: &raw, at: 0)
        let read = try VP8Descriptor(parsing: bytes.span.bytes, payload: 0..<7)
        #expect(read.length == PictureNumbers.length && read.pictureID == 0x7ABC && read.hasLongPictureID)
        #expect(read.baseLayerIndex == 7 && read.temporalLayer == 1 && read.isLayerSync && read.keyIndex == 5)
        #expect(read.isNonReference && read.startsPartition)
        for length in 0..<PictureNumbers.length {
            var room = [UInt8](repeating: 0xEE, count: length)
            var roomSpan = room.mutableSpan
            var rawRoom = roomSpan.mutableBytes
            #expect(throws: ParseError.self) { try numbers.write(to: &rawRoom, at: 0) }
            #expect(room == [UInt8](repeating: 0xEE, count: length), "nothing was written")
        }
    }
}
