// swift-tools-version: 6.2
import PackageDescription

/// Settings shared by every Swift target.
let common: [SwiftSetting] =
    [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
    ] + (Context.environment["CI"] == nil ? [] : [.treatAllWarnings(as: .error)])  // a user's newer compiler may warn

/// Modules that parse bytes from the network: every unsafe operation must be spelled `unsafe`.
let core: [SwiftSetting] = common + [.strictMemorySafety()]

let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

/// The modules, lowest layer first; a module imports only what stands in its line.
let modules: [Target] = [
    .target(name: "Units", swiftSettings: core),
    .target(
        name: "Wire", dependencies: ["Units"], swiftSettings: core + [.enableExperimentalFeature("Lifetimes")]),

    .target(name: "STUN", dependencies: ["Units", "Wire"], swiftSettings: core),
    .target(name: "ICE", dependencies: ["STUN", "Units", "Wire"], swiftSettings: core),
    .target(name: "SDP", dependencies: ["Units"], swiftSettings: core),
    .target(name: "RTP", dependencies: ["Units", "Wire"], swiftSettings: core),
    .target(name: "SRTP", dependencies: ["Units", "Wire"], swiftSettings: core),
    .target(name: "HTTP1", dependencies: [httpTypes], swiftSettings: core),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .target(name: "Deflate", dependencies: ["CZlib"], swiftSettings: core),
    .target(name: "WebSocket", dependencies: ["Deflate", "HTTP1", "Units", "Wire", httpTypes], swiftSettings: core),

    .target(name: "Conference", dependencies: ["Units"], swiftSettings: core),
    .target(name: "Forwarding", dependencies: ["RTP", "Units", "Wire"], swiftSettings: core),
    .target(name: "Telemetry", dependencies: ["Units"], swiftSettings: core),
    .target(name: "Signalling", dependencies: ["Conference", "Units"], swiftSettings: core),

    .systemLibrary(name: "CLibuv", pkgConfig: "libuv", providers: [.apt(["libuv1-dev"])]),
    .target(name: "CDatagrams", cSettings: [.define("_GNU_SOURCE")]),
    .target(name: "LibUV", dependencies: ["CLibuv", "CDatagrams", "Units", "Wire"], swiftSettings: common),
    .target(name: "COpenSSL"),
    .target(name: "OpenSSL", dependencies: ["COpenSSL", "Units"], swiftSettings: common),
    .target(name: "Tokens", dependencies: ["Conference", "OpenSSL"], swiftSettings: common),

    .target(
        name: "Transport", dependencies: ["ICE", "OpenSSL", "RTP", "SRTP", "STUN", "Units", "Wire"],
        swiftSettings: core),
    .target(
        name: "Configuration",
        dependencies: [
            "Conference", "Units", .product(name: "Yams", package: "Yams"),
        ], swiftSettings: common),
    .target(
        name: "Bridge",
        dependencies: [
            "Conference", "Forwarding", "HTTP1", "ICE", "OpenSSL", "RTP", "SDP", "STUN", "Signalling", "Telemetry",
            "Tokens", "Transport", "Units", "WebSocket", "Wire", httpTypes,
        ], swiftSettings: core),

    .target(name: "CPages", exclude: ["pages"]),
    .target(
        name: "BridgeServer",
        dependencies: [
            "Bridge", "CPages", "Configuration", "HTTP1", "LibUV", "OpenSSL", "Telemetry", "Tokens", "Transport",
            "Units", "Wire",
            httpTypes, logging,
        ], swiftSettings: common),

    .target(
        name: "Participant",
        dependencies: [
            "Conference", "HTTP1", "ICE", "OpenSSL", "RTP", "SDP", "Signalling", "Transport", "Units", "WebSocket",
            "Wire", httpTypes,
        ], swiftSettings: core),
    .target(
        name: "BridgeClient",
        dependencies: [
            "Conference", "HTTP1", "LibUV", "OpenSSL", "Participant", "RTP", "Signalling", "Units", "Wire", httpTypes,
        ], swiftSettings: common),
    .target(
        name: "MediaTools", dependencies: ["LibUV", "Participant", "RTP", "Units", "Wire", logging],
        swiftSettings: common),

    .target(
        name: "Terminal", dependencies: ["Conference", "LibUV", "Participant", "Signalling", "Units"],
        swiftSettings: common),

    .executableTarget(
        name: "diemcau",
        dependencies: [
            "BridgeClient", "BridgeServer", "Conference", "Configuration", "HTTP1", "LibUV", "MediaTools", "OpenSSL",
            "Participant", "Signalling", "Terminal", "Tokens", "Units", argumentParser, httpTypes,
        ], swiftSettings: common),
]

/// Tests of one module each, and what they share.
let tests: [Target] = [
    .target(
        name: "TestAuthenticator", dependencies: ["STUN", "Wire"], path: "Tests/Support/TestAuthenticator",
        swiftSettings: common),
    .target(name: "CAllocationCount", path: "Tests/Support/CAllocationCount"),
    .executableTarget(
        name: "Benchmarks",
        dependencies: [
            "Bridge", "CAllocationCount", "Conference", "Forwarding", "ICE", "LibUV", "OpenSSL", "RTP", "Transport",
            "Units", "Wire",
        ], path: "Tests/Benchmarks", swiftSettings: common),
    .executableTarget(
        name: "WebSocketEcho", dependencies: ["HTTP1", "LibUV", "OpenSSL", "Units", "WebSocket"],
        path: "Tests/WebSocketEcho", swiftSettings: common),
    .target(
        name: "SimulatedNetwork", dependencies: ["Units"], path: "Tests/Support/SimulatedNetwork",
        swiftSettings: common),
    .testTarget(name: "ArchitectureTests", swiftSettings: common),
    .testTarget(name: "UnitsTests", dependencies: ["Units"], swiftSettings: common),
    .testTarget(name: "WireTests", dependencies: ["Units", "Wire"], swiftSettings: common),
    .testTarget(
        name: "STUNTests", dependencies: ["STUN", "TestAuthenticator", "Units", "Wire"], swiftSettings: common),
    .testTarget(
        name: "ICETests", dependencies: ["ICE", "STUN", "TestAuthenticator", "Units", "Wire"], swiftSettings: common),
    .testTarget(name: "SDPTests", dependencies: ["SDP", "Units"], exclude: ["Fixtures"], swiftSettings: common),
    .testTarget(name: "RTPTests", dependencies: ["RTP", "Units", "Wire"], swiftSettings: common),
    .testTarget(name: "SRTPTests", dependencies: ["SRTP", "Transport", "Units", "Wire"], swiftSettings: common),
    .testTarget(name: "HTTP1Tests", dependencies: ["HTTP1", httpTypes], swiftSettings: common),
    .testTarget(name: "DeflateTests", dependencies: ["Deflate", "SimulatedNetwork"], swiftSettings: common),
    .testTarget(
        name: "WebSocketTests",
        dependencies: ["HTTP1", "OpenSSL", "SimulatedNetwork", "Units", "WebSocket", httpTypes], swiftSettings: common),
    .testTarget(name: "SignallingTests", dependencies: ["Conference", "Signalling", "Units"], swiftSettings: common),
    .testTarget(name: "PagesTests", dependencies: ["CPages"], swiftSettings: common),
    .testTarget(name: "TelemetryTests", dependencies: ["Telemetry", "Units"], swiftSettings: common),
    .testTarget(
        name: "TerminalTests", dependencies: ["Conference", "Participant", "Signalling", "Terminal", "Units"],
        swiftSettings: common),
    .testTarget(name: "BridgeTests", dependencies: ["Conference", "SDP", "Units"], swiftSettings: common),
    .testTarget(
        name: "ForwardingTests", dependencies: ["Forwarding", "RTP", "SimulatedNetwork", "Units", "Wire"],
        swiftSettings: common),
    .testTarget(
        name: "ScenarioTests",
        dependencies: [
            "Bridge", "Conference", "Forwarding", "HTTP1", "ICE", "OpenSSL", "RTP", "SDP", "SRTP", "Signalling",
            "SimulatedNetwork", "Telemetry", "Tokens", "Transport", "Units", "WebSocket", "Wire", httpTypes,
        ], swiftSettings: common),
    .testTarget(
        name: "ParticipantTests",
        dependencies: [
            "Conference", "HTTP1", "ICE", "OpenSSL", "Participant", "RTP", "SDP", "Signalling", "Transport", "Units",
            "WebSocket", "Wire", httpTypes,
        ], swiftSettings: common),
    .testTarget(
        name: "BridgeClientTests", dependencies: ["BridgeClient", "Participant", "Units", "Wire"],
        swiftSettings: common),
    .testTarget(
        name: "MediaToolsTests", dependencies: ["LibUV", "MediaTools", "Participant", "RTP", "Units", "Wire"],
        swiftSettings: common),
    .testTarget(name: "ConferenceTests", dependencies: ["Conference", "Units"], swiftSettings: common),
    .testTarget(name: "LibUVTests", dependencies: ["LibUV", "Units", "Wire"], swiftSettings: common),
    .testTarget(name: "OpenSSLTests", dependencies: ["OpenSSL", "Units"], swiftSettings: common),
    .testTarget(name: "TokensTests", dependencies: ["Conference", "OpenSSL", "Tokens"], swiftSettings: common),
    .testTarget(
        name: "ConfigurationTests", dependencies: ["Conference", "Configuration", "Units"], swiftSettings: common),
]

/// Harnesses for libFuzzer, one for each parser: Tests/Fuzz/run builds and runs them.
///
/// They have no `main` of their own.
func harness(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(
        name: "Fuzz\(name)", dependencies: ["FuzzSupport"] + dependencies, path: "Tests/Fuzz/\(name)",
        swiftSettings: common + [.unsafeFlags(["-parse-as-library"])])
}

let harnesses: [Target] = [
    .target(
        name: "FuzzSupport", dependencies: ["ICE", "OpenSSL", "STUN", "Transport", "Units", "Wire"],
        path: "Tests/Fuzz/Support", swiftSettings: common),
    harness(
        "Control",
        [
            "Bridge", "Conference", "Forwarding", "HTTP1", "OpenSSL", "Signalling", "Tokens", "Transport", "Units",
            "WebSocket", httpTypes,
        ]),
    harness("HTTPRequest", ["HTTP1", "Wire", httpTypes]),
    harness("HTTPResponse", ["HTTP1", "Wire", httpTypes]),
    harness("ICEFragment", ["SDP"]),
    harness("MediaPlane", ["Bridge", "Forwarding", "RTP", "Transport", "Units", "Wire"]),
    harness("MediaTransport", ["Transport", "Units", "Wire"]),
    harness("PlantedBug", ["Wire"]),
    harness("Rooms", ["Conference", "Configuration"]),
    harness("RTCP", ["RTP", "Units", "Wire"]),
    harness("RTP", ["RTP", "Wire"]),
    harness("SDP", ["SDP", "Units"]),
    harness("Signalling", ["Signalling"]),
    harness("SRTP", ["RTP", "SRTP", "Transport", "Units", "Wire"]),
    harness("STUN", ["OpenSSL", "STUN", "Units", "Wire"]),
    harness("Token", ["OpenSSL", "Tokens", "Wire"]),
    harness("WebSocket", ["WebSocket", "HTTP1", "Units", "Wire", httpTypes]),
]

/// `all` without the targets of these names.
func leavingOut(_ names: Set<String>, of all: [Target]) -> [Target] { all.filter { !names.contains($0.name) } }

/// What is built: all but the harnesses, unless the environment says that it is for fuzzing or for a sanitizer.
///
/// Those builds leave out what they don't use: each instruments everything anew.
let targets: [Target] =
    if Context.environment["DIEMCAU_FUZZ"] != nil {
        leavingOut(
            [
                "BridgeClient", "BridgeServer", "CDatagrams", "CLibuv", "CPages", "LibUV", "MediaTools", "Participant",
                "Terminal", "diemcau",
            ],
            of: modules) + harnesses
    } else if Context.environment["DIEMCAU_SANITIZE"] != nil {
        leavingOut(
            [
                "BridgeServer", "BridgeServerTests", "Configuration", "ConfigurationTests", "Journaling",
                "JournalingTests", "Benchmarks", "WebSocketEcho", "diemcau",
            ],
            of: modules + tests)
    } else {
        modules + tests
    }

let package = Package(
    name: "diemcau",
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
    ],
    targets: targets)
