/// A clock that a machine can read off a picture: a row of black and white blocks along its bottom.
///
/// 32 blocks of equal width: white, black, 28 bits of milliseconds with the highest first, the even parity of those bits,
/// and white. It survives lossy coding and scaling because a block is several times wider than what a codec smears.
package enum BarCodeClock {
    static let blocks = 32
    static let bits = 28
    /// The row's share of the picture's height.
    static let heightShare = 12
    /// 2²⁸ ms are 74 hours.
    package static let period = 1 << bits

    private static func edge(_ block: Int, width: Int) -> Int { block * width / blocks }

    /// The filters that draw the clock over whatever the chain has.
    ///
    /// - Parameters:
    ///   - size: Of the picture.
    ///   - start: Milliseconds that the clock shows at timestamp 0.
    /// - Returns: In the order in which they are to be chained.
    static func filters(size: PictureSize, start: Int) -> [String] {
        let height = max(4, size.height / heightShare)
        let time = "(floor(t*1000+0.5)+\(start))"
        func bit(_ index: Int) -> String { "gte(mod(\(time)/\(1 << index),2),1)" }
        func box(_ first: Int, _ count: Int, _ color: String, when: String? = nil) -> String {
            let left = edge(first, width: size.width)
            let right = edge(first + count, width: size.width)
            let place = "x=\(left):y=\(size.height - height):w=\(right - left):h=\(height)"
            // Commas part filters, so those of an expression are escaped.
            let condition = when.map { ":enable=" + $0.split(separator: ",").joined(separator: "\\,") } ?? ""
            return "drawbox=\(place):color=\(color):t=fill\(condition)"
        }
        let parity = "mod(\((0..<bits).map(bit).joined(separator: "+")),2)"
        return [box(0, blocks, "black"), box(0, 1, "white"), box(blocks - 1, 1, "white")]
            + (0..<bits).map { box(2 + $0, 1, "white", when: bit(bits - 1 - $0)) }
            + [box(2 + bits, 1, "white", when: parity)]
    }

    /// Reads the clock off a picture.
    ///
    /// - Parameters:
    ///   - luma: The picture's brightness, row by row, `size.width * size.height` bytes at least.
    ///   - size: Of the picture, as decoded: it need not be the one that was drawn.
    /// - Returns: Milliseconds, 0 ..< ``period``; `nil` when there is no clock or it can't be read.
    package static func read(luma: some RandomAccessCollection<UInt8>, size: PictureSize) -> Int? {
        guard luma.count >= size.width * size.height, size.height >= heightShare * 2 else { return nil }
        let row = size.height - size.height / heightShare / 2
        func brightness(_ block: Int) -> Int {
            let middle = (edge(block, width: size.width) + edge(block + 1, width: size.width)) / 2
            var sum = 0
            for column in middle - 1...middle + 1 {
                sum += Int(luma[luma.index(luma.startIndex, offsetBy: row * size.width + column)])
            }
            return sum / 3
        }
        let white = min(brightness(0), brightness(blocks - 1))
        let black = brightness(1)
        guard white - black > 64 else { return nil }
        func isWhite(_ block: Int) -> Bool { brightness(block) > (white + black) / 2 }
        var time = 0
        for block in 2..<2 + bits { time = time << 1 | (isWhite(block) ? 1 : 0) }
        return isWhite(2 + bits) == (time.nonzeroBitCount % 2 == 1) ? time : nil
    }
}
