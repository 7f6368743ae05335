import Bridge
import CPages
import OpenSSL

/// The pages that are part of the program, by their paths.
enum PageFiles {
    static func load() -> [String: Page] {
        let pages = (0..<cpages_count).compactMap { cpages_at($0)?.pointee }.map { file in
            let bytes = Array(UnsafeBufferPointer(start: file.bytes, count: Int(file.size)))
            let digest = sha256(bytes.span.bytes)
            let tag = (0..<8).map { String(UInt16(digest[$0]) + 256, radix: 16).dropFirst() }.joined()
            let page = Page(type: String(cString: file.type), bytes: bytes, entityTag: "\"\(tag)\"")
            return (String(cString: file.path), page)
        }
        return Dictionary(pages, uniquingKeysWith: { first, _ in first })
    }
}
