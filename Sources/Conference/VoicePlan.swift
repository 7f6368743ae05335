/// Who is heard: what the media loops hold every source against, whatever its device sends.
package enum VoicePlan: Hashable, Sendable {
    case everyone(except: Set<PointCode>)
    case only(Set<PointCode>)

    package func hears(_ point: PointCode) -> Bool {
        switch self {
        case .everyone(let silenced): !silenced.contains(point)
        case .only(let heard): heard.contains(point)
        }
    }
}
