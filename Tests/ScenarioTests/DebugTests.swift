import Bridge
import Testing
import Units
import Conference
import HTTP1
@Suite("Debug") struct DebugTests {
  @Test func d() throws {
    let w = try World()
    let a = try w.join("p0"); let b = try w.join("p1")
    for _ in 0..<20 { w.run(for: .milliseconds(100))
      print(w.now.since(w.start), a.isConnected, a.received, a.mainPicture.packets.count, a.sound(0).packets.count, b.mainPicture.packets.count, a.keyframeRequests, try w.roster()["p1"]!.media, w.counters(), a.streams.map(\.packets)) }
  }
}
