/// One line of text that is being typed.
package struct LineEditor: Equatable, Sendable {
    package enum Outcome: Equatable, Sendable {
        case editing
        case submitted(String)
        case cancelled
    }

    /// What has been typed; never with control characters.
    package private(set) var text: [Character]
    /// Where the next character goes, 0 … `text.count`.
    package private(set) var place: Int
    /// Unicode scalars that fit, which is what the server counts.
    package let limit: Int

    package init(_ text: String = "", limit: Int) {
        self.limit = limit
        self.text = []
        place = 0
        insert(text)
    }

    /// Takes a key.
    package mutating func handle(_ key: Key) -> Outcome {
        switch key {
        case .enter: return .submitted(String(text))
        case .escape, .control("c"), .control("g"): return .cancelled
        case .character(let character): insert(String(character))
        case .pasted(let text): insert(text)
        case .backspace: removeBack()
        case .delete, .control("d"): if place < text.count { text.remove(at: place) }
        case .left, .control("b"): place = max(0, place - 1)
        case .right, .control("f"): place = min(text.count, place + 1)
        case .home, .control("a"): place = 0
        case .end, .control("e"): place = text.count
        case .control("u"):
            text.removeSubrange(0..<place)
            place = 0
        case .control("k"): text.removeSubrange(place...)
        case .control("w"): removeWord()
        case .tab, .up, .down, .pageUp, .pageDown, .control: break
        }
        return .editing
    }

    private mutating func insert(_ new: String) {
        // Joined with what stands before, so that a mark typed on its own lands on its letter.
        var before = String(text[..<place])
        let after = text[place...]
        var room = limit - before.unicodeScalars.count - String(after).unicodeScalars.count
        for character in new.plain {
            room -= character.unicodeScalars.count
            guard room >= 0 else { break }
            before.append(character)
        }
        let front = Array(before)
        place = front.count
        text = front + after
    }

    private mutating func removeBack() {
        guard place > 0 else { return }
        place -= 1
        text.remove(at: place)
    }

    private mutating func removeWord() {
        while place > 0, text[place - 1] == " " { removeBack() }
        while place > 0, text[place - 1] != " " { removeBack() }
    }

    /// The part of the text around the cursor that fits into `width` columns, and the cursor's column in it.
    package func window(_ width: Int) -> (text: String, column: Int) {
        guard width > 1 else { return ("", 0) }
        var first = place
        var column = 0
        while first > 0, column + text[first - 1].columns <= width - 1 {
            first -= 1
            column += text[first].columns
        }
        var shown = String(text[first..<place])
        var used = column
        for character in text[place...] {
            guard used + character.columns <= width - 1 else { break }
            shown.append(character)
            used += character.columns
        }
        return (shown, column)
    }
}
