import HTTP1
import HTTPTypes

/// One member of Sec-WebSocket-Extensions (RFC 6455 §9.1).
struct ExtensionItem: Equatable, Sendable {
    struct Parameter: Equatable, Sendable {
        var name: String
        /// Without quotes; `nil` when there is no "=".
        var value: String?
    }

    var name: String
    var parameters: [Parameter] = []

    var hasEachParameterOnce: Bool { Set(parameters.map(\.name)).count == parameters.count }

    /// The members of all such fields, in order; empty without one.
    ///
    /// - Returns: `nil` when one is not of the form `name *( ";" name [ "=" value ] )`, the names tokens, the values
    ///   tokens, quoted or not.
    static func list(_ fields: HTTPFields) -> [ExtensionItem]? {
        var items: [ExtensionItem] = []
        for value in fields[values: .secWebSocketExtensions] {
            var text = HeaderText(value)
            repeat {
                guard !text.isAtNextMember else { continue }  // Empty members are let by (RFC 9110 §5.6.1.2).
                guard let item = ExtensionItem(&text) else { return nil }
                items.append(item)
            } while text.skip(UInt8(ascii: ","))
            guard text.isAtEnd else { return nil }
        }
        return items
    }

    private init?(_ text: inout HeaderText) {
        guard let name = text.takeToken() else { return nil }
        self.name = name
        while text.skip(UInt8(ascii: ";")) {
            guard let name = text.takeToken() else { return nil }
            var parameter = Parameter(name: name)
            if text.skip(UInt8(ascii: "=")) {
                guard let value = text.takeToken() ?? text.takeQuotedToken() else { return nil }
                parameter.value = value
            }
            parameters.append(parameter)
        }
    }
}

/// A field's value, read from left to right.
private struct HeaderText {
    private var rest: Substring.UTF8View

    init(_ text: String) {
        rest = text[...].utf8
        skipSpace()
    }

    var isAtEnd: Bool { rest.isEmpty }
    var isAtNextMember: Bool { rest.first == nil || rest.first == UInt8(ascii: ",") }

    private mutating func skipSpace() { rest = rest.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") } }

    /// Takes that byte, if it is next, and the space around it.
    mutating func skip(_ byte: UInt8) -> Bool {
        guard rest.first == byte else { return false }
        rest = rest.dropFirst()
        skipSpace()
        return true
    }

    /// Takes a token and the space behind it; `nil` when there is none.
    mutating func takeToken() -> String? {
        let token = rest.prefix(while: \.isTokenCharacter)
        guard !token.isEmpty else { return nil }
        rest = rest[token.endIndex...]
        skipSpace()
        return String(token)
    }

    /// Takes a quoted string that is a token without its quotes and backslashes (RFC 9110 §5.6.4).
    mutating func takeQuotedToken() -> String? {
        guard rest.first == UInt8(ascii: "\"") else { return nil }
        var content: [UInt8] = []
        var isEscaped = false
        rest = rest.dropFirst()
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "\\") where !isEscaped: isEscaped = true
            case UInt8(ascii: "\"") where !isEscaped:
                skipSpace()
                return content.isEmpty ? nil : String(decoding: content, as: UTF8.self)
            default:
                guard byte.isTokenCharacter else { return nil }
                content.append(byte)
                isEscaped = false
            }
        }
        return nil
    }
}
