/// Who may import what: the table of the design page, with the modules from outside.
///
/// A row names every import that the module may have. A new module, or a new import of an old one, is a change of
/// plan: change the design page in the same commit.
enum ModuleMap {
    /// Layers 0 to 2, from which `Bridge` may take everything.
    private static let protocols: Set<String> = [
        "CongestionControl", "Conference", "Forwarding", "HTTP1", "ICE", "RTP", "SDP", "SRTP", "STUN", "Signalling",
        "Telemetry", "Units", "WebSocket", "Wire",
    ]
    /// What the shells need of the system: threads, descriptors, the environment.
    private static let system: Set<String> = ["Glibc", "Synchronization"]
    private static let json: Set<String> = ["FoundationEssentials"]

    static let allowed: [String: Set<String>] = [
        // Layer 0. `Outbox` records hold addresses, so `Wire` stands on `Units`.
        "Units": [],
        "Wire": ["Units"],
        // Layer 1.
        "STUN": ["Units", "Wire"],
        "ICE": ["STUN", "Units", "Wire"],
        "SDP": ["Units"],
        "RTP": ["Units", "Wire"],
        "SRTP": ["Units", "Wire"],
        "CongestionControl": ["RTP", "Units"],
        "HTTP1": ["HTTPTypes"],
        "CZlib": [],
        "Deflate": ["CZlib"],
        "WebSocket": ["Deflate", "HTTP1", "HTTPTypes", "Units", "Wire"],
        // Layer 2.
        "Conference": ["Units"],
        "Forwarding": ["CongestionControl", "RTP", "Units", "Wire"],
        "Signalling": ["Conference", "Units"],
        "Telemetry": ["Units"],
        // Layer 3.
        "CLibuv": [],
        "CDatagrams": [],
        "LibUV": system.union(["CLibuv", "CDatagrams", "Units", "Wire"]),
        "COpenSSL": [],
        "OpenSSL": ["COpenSSL", "Units"],
        "Tokens": json.union(["Conference", "OpenSSL", "Units"]),
        "Journaling": ["Conference", "Units", "GRDB"],
        // Layer 4. Whoever uses HTTP1's requests names the header fields that they are made of.
        "Transport": ["ICE", "OpenSSL", "RTP", "SRTP", "STUN", "Units", "Wire"],
        "Configuration": json.union(["Conference", "Units", "Yams"]),
        "Bridge": json.union(protocols).union(["OpenSSL", "Tokens", "Transport", "HTTPTypes"]),
        "Participant": json.union([
            "Conference", "ICE", "HTTP1", "RTP", "SDP", "Signalling", "Transport", "Units", "WebSocket", "Wire",
            "OpenSSL",
            "HTTPTypes",
        ]),
        // Layer 5.
        "BridgeServer": system.union(json).union([
            "Bridge", "CPages", "Configuration", "HTTP1", "HTTPTypes", "Journaling", "LibUV", "Telemetry", "Tokens",
            "Transport",
            "Units", "Wire", "OpenSSL", "Logging",
        ]),
        "BridgeClient": system.union(json).union([
            "Conference", "HTTP1", "HTTPTypes", "Participant", "LibUV", "RTP", "Signalling", "Units", "Wire", "OpenSSL",
            "Logging",
        ]),
        "MediaTools": system.union(json).union([
            "Participant", "LibUV", "RTP", "Units", "Wire", "OpenSSL", "Logging",
        ]),
        "CPages": [],
        "Terminal": system.union(["Conference", "LibUV", "Participant", "Signalling", "Units"]),
        // Layer 6.
        "diemcau": system.union(json).union([
            "BridgeServer", "BridgeClient", "Conference", "Configuration", "HTTP1", "HTTPTypes", "LibUV", "MediaTools",
            "OpenSSL", "Participant", "Signalling", "Terminal", "Tokens", "Units", "ArgumentParser",
        ]),
    ]
}
