// swift-tools-version: 6.2
import PackageDescription
let common: [SwiftSetting] = [.swiftLanguageMode(.v6), .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("InternalImportsByDefault"), .enableUpcomingFeature("MemberImportVisibility")]
let core: [SwiftSetting] = common + [.strictMemorySafety()]
let package = Package(name: "diemcau", targets: [
 .target(name: "Units", swiftSettings: core),
 .target(name: "Wire", dependencies: ["Units"], swiftSettings: core + [.enableExperimentalFeature("Lifetimes")]),
])
