/// What becomes of one section of an offer.
struct PlannedSection {
    enum Outcome {
        /// Port 0.
        case rejected
        /// Stays in the bundle, and nothing flows. One codec of the offer is repeated, because a section needs one.
        case inactive(Codec)
        /// At least one of `role` and `slot` is set; `codecs` is not empty.
        case active(role: SendingSection.Role?, slot: Int?, codecs: [OfferedCodec])
    }

    var index: Int
    var offered: MediaDescription
    /// Empty only where the section is rejected.
    var mid = ""
    var outcome = Outcome.rejected
}

/// Goes through an offer's sections and decides what each is for, by order within kind and direction (design §3).
struct SectionPlanner {
    private let offer: SessionDescription
    private let policy: AnswerPolicy
    private let bundle: Set<String>
    private var sendingCount: [MediaKind: Int] = [:]
    private var receivingCount: [MediaKind: Int] = [:]
    /// What would have been the refusal on a strict route.
    private(set) var firstProblem: AnswerRefusal?

    init(offer: SessionDescription, policy: AnswerPolicy, bundle: [String]) {
        self.offer = offer
        self.policy = policy
        self.bundle = Set(bundle)
    }

    mutating func plan() throws(AnswerRefusal) -> [PlannedSection] {
        var plans: [PlannedSection] = []
        var mids: Set<String> = []
        for (index, section) in offer.media.enumerated() {
            var plan = PlannedSection(index: index, offered: section)
            if section.has("mid") {
                guard let mid = section.mid, mids.insert(mid).inserted else { throw .badMid(section: index) }
                plan.mid = mid
            }
            plan.outcome = try outcome(of: plan)
            plans.append(plan)
        }
        return plans
    }

    private mutating func outcome(of plan: PlannedSection) throws(AnswerRefusal) -> PlannedSection.Outcome {
        let section = plan.offered
        guard plan.index < AnswerPolicy.maximumSections, !section.isRejected, section.isSecureRTP,
            let kind = section.kind
        else { return .rejected }
        guard !plan.mid.isEmpty, bundle.contains(plan.mid) else {
            try note(.noBundle)
            return .rejected
        }
        guard section.hasRTCPMux else {
            try note(.noRTCPMux(mid: plan.mid))
            return .rejected
        }
        let codecs = section.codecs
        let common = wanted(kind).compactMap { section.offered($0, among: codecs) }
        let (role, slot) = places(of: section, kind: kind)
        guard role != nil || slot != nil else { return inactive(codecs, common) }
        guard let first = common.first else {
            try note(.noCommonCodec(mid: plan.mid, kind: kind))
            return inactive(codecs, common)
        }
        // What a client sends is answered with exactly one codec, and a section has one list for both ways.
        return .active(role: role, slot: slot, codecs: role == nil ? common : [first])
    }

    private func inactive(_ codecs: [Codec], _ common: [OfferedCodec]) -> PlannedSection.Outcome {
        (common.first?.media ?? codecs.first).map { .inactive($0) } ?? .rejected
    }

    private func wanted(_ kind: MediaKind) -> [MediaCodec] {
        kind == .audio ? [.opus] : policy.videoCodecs.map { .video($0) }
    }

    /// What the section may send and receive: offered ∩ route ∩ role, by order, and within the room's slots.
    private mutating func places(
        of section: MediaDescription, kind: MediaKind
    ) -> (role: SendingSection.Role?, slot: Int?) {
        let direction = offer.direction(of: section)
        var role: SendingSection.Role?
        if direction.sends, policy.allowsSending {
            let roles: [SendingSection.Role] = kind == .audio ? [.microphone] : [.camera, .screen]
            let place = sendingCount[kind, default: 0]
            sendingCount[kind] = place + 1
            role = place < roles.count ? roles[place] : nil
        }
        var slot: Int?
        if direction.receives, policy.allowsReceiving {
            let place = receivingCount[kind, default: 0]
            receivingCount[kind] = place + 1
            slot = place < (kind == .audio ? policy.audioSlots : policy.pictureSlots) ? place : nil
        }
        return (role, slot)
    }

    private mutating func note(_ problem: AnswerRefusal) throws(AnswerRefusal) {
        guard !policy.isStrict else { throw problem }
        firstProblem = firstProblem ?? problem
    }
}
