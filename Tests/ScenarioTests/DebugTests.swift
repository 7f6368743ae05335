import Bridge
import Testing
import Units
import Conference
import HTTP1
import SimulatedNetwork
import Transport
@Suite("Debug") struct DebugTests {
  @Test func d() throws {
    let w = try World()
    let a = try w.join("p0"); let b = try w.join("p1")
    w.run(for: .seconds(2))
    w.move(a, to: SocketAddress(IPAddress(v4: 0x0A01_0001), port: 50_001))
    for _ in 0..<12 { w.run(for: .milliseconds(100))
      print(w.now.since(w.start), a.isConnected, a.received, a.streams.map(\.packets), w.counters().strangers, w.counters().packetsReceived, w.counters().refused, try w.roster()["p0"]!.path as Any, b.received)}
  }
}
