/// A language that the bridge speaks to people.
package enum Language: String, CaseIterable, Sendable {
    /// Vietnamese: what is spoken when nobody has chosen.
    case vi
    case en
}

/// The same sentence in every language.
struct Texts: Hashable, Sendable {
    var vi: String
    var en: String

    init(_ vi: String, _ en: String) {
        self.vi = vi
        self.en = en
    }

    subscript(language: Language) -> String {
        switch language {
        case .vi: vi
        case .en: en
        }
    }
}
