package import Units

/// What one side authenticates ICE checks with (RFC 8839 §5.4).
package struct ICECredentials: Hashable, Sendable {
    package var fragment: String
    package var password: String

    /// Both of them, or nothing when one is missing or of a forbidden form.
    package init?(fragment: String?, password: String?) {
        guard let fragment, let password, (4...256).contains(fragment.utf8.count),
            (22...256).contains(password.utf8.count), fragment.isICEText, password.isICEText
        else { return nil }
        self.fragment = fragment
        self.password = password
    }
}

/// What a peer's DTLS certificate must hash to (RFC 8122 §5).
package struct Fingerprint: Hashable, Sendable, CustomStringConvertible {
    package enum Algorithm: String, Hashable, Sendable {
        case sha256 = "sha-256"
        case sha384 = "sha-384"
        case sha512 = "sha-512"

        /// In bytes.
        package var length: Int {
            switch self {
            case .sha256: 32
            case .sha384: 48
            case .sha512: 64
            }
        }
    }

    package var algorithm: Algorithm
    package var digest: [UInt8]

    package init(algorithm: Algorithm, digest: [UInt8]) {
        self.algorithm = algorithm
        self.digest = digest
    }

    /// Reads `sha-256 AA:BB:…`; algorithms that are broken or unknown, and digests of a wrong length, are none.
    package init?(_ text: String) {
        let words = text.words
        guard words.count == 2, let algorithm = Algorithm(rawValue: words[0].lowercased()) else { return nil }
        let pairs = words[1].utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard pairs.count == algorithm.length else { return nil }
        digest = pairs.compactMap { $0.count == 2 && $0.first != 43 ? UInt8(Substring($0), radix: 16) : nil }
        guard digest.count == pairs.count else { return nil }
        self.algorithm = algorithm
    }

    /// As the line has it, in capitals.
    package var description: String {
        "\(algorithm.rawValue) \(digest.map { $0.twoHexDigits }.joined(separator: ":"))"
    }

    /// Ours: aiortc writes three.
    static let maximumCount = 8
}

/// An address at which the other side may be reached over UDP (RFC 8839 §5.1).
package struct ICECandidate: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable {
        case host
        case serverReflexive = "srflx"
        case peerReflexive = "prflx"
        case relayed = "relay"
    }

    package var foundation: String
    package var priority: UInt32
    package var address: SocketAddress
    package var kind: Kind

    package init(foundation: String, priority: UInt32, address: SocketAddress, kind: Kind = .host) {
        self.foundation = foundation
        self.priority = priority
        self.address = address
        self.kind = kind
    }

    /// Reads the value of an `a=candidate` line.
    ///
    /// TCP, RTCP's component and names (`*.local`, which a page without a camera offers) are none: their address,
    /// if it matters, is learnt from the checks that come from it.
    package init?(_ value: String) {
        let words = value.words
        guard words.count >= 8, words[1] == "1", words[2].lowercased() == "udp", words[6] == "typ",
            (1...32).contains(words[0].utf8.count), let priority = UInt32(decimal: words[3].utf8),
            let port = UInt16(decimal: words[5].utf8), port != 0,
            let ip = IPAddress(String(words[4])), let kind = Kind(rawValue: String(words[7]))
        else { return nil }
        foundation = String(words[0])
        self.priority = priority
        address = SocketAddress(ip, port: port)
        self.kind = kind
    }

    /// The value of the line.
    package var text: String {
        "\(foundation) 1 udp \(priority) \(address.address) \(address.port) typ \(kind.rawValue)"
    }

    /// Host candidates for `addresses`, the first preferred, in the formula of RFC 8445 §5.1.2.1.
    package static func hosts(_ addresses: [SocketAddress]) -> [ICECandidate] {
        addresses.prefix(maximumCount).enumerated().map { index, address in
            let preference = UInt32(65_535 - index)
            return ICECandidate(
                foundation: "\(index + 1)", priority: 126 << 24 | preference << 8 | 255, address: address)
        }
    }

    /// Ours: what is read of one description.
    static let maximumCount = 64
}

extension AttributeCarrying {
    /// The candidates that can be used, in order; at most 64.
    package var candidates: [ICECandidate] {
        Array(values(of: "candidate").lazy.compactMap { ICECandidate($0) }.prefix(ICECandidate.maximumCount))
    }
}
