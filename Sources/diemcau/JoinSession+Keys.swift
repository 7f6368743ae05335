import BridgeClient
import Conference
import Participant
import Signalling
import Terminal

/// What the keys do.
extension JoinSession {
    func press(_ key: Key) {
        if let prompt = console.view.prompt { return edit(prompt, key) }
        switch key {
        case .character("m"): toggle(.microphone, isThere: plan.session.sendsMicrophone)
        case .character("v"): toggle(.camera, isThere: plan.session.camera != nil)
        case .character("h"): raiseOrLowerHand()
        case .character("d"): open(.delegates)
        case .character("t"): open(.message)
        case .character("q"), .control("c"): leave()
        default: break
        }
    }

    private func toggle(_ track: SendingTrack, isThere: Bool) {
        guard isThere else { return }
        if silenced.remove(track) == nil { silenced.insert(track) }
        showTracks()
    }

    private func raiseOrLowerHand() {
        let room = console.view.room
        give(CommandMessage(room.holdsFloor || room.ownPosition != nil ? .withdraw : .ask))
    }

    private func open(_ purpose: JoinView.Prompt.Purpose) {
        guard console.view.room.may(purpose == .message ? .message : .delegates) else {
            return console.message(words.notPossibleNow)
        }
        let known = purpose == .delegates ? console.view.room.ownLine?.details?.delegateList ?? [] : []
        console.update { $0.prompt = JoinView.Prompt(purpose, text: DelegateText.line(known)) }
    }

    private func edit(_ prompt: JoinView.Prompt, _ key: Key) {
        var prompt = prompt
        switch prompt.editor.handle(key) {
        case .editing: console.update { $0.prompt = prompt }
        case .cancelled: console.update { $0.prompt = nil }
        case .submitted(let text):
            console.update { $0.prompt = nil }
            submit(text, prompt.purpose)
        }
    }

    private func submit(_ text: String, _ purpose: JoinView.Prompt.Purpose) {
        switch purpose {
        case .message:
            guard text.contains(where: { $0 != " " }) else { return }
            give(CommandMessage(.message(text, to: .staff)))  // It comes back as an event.
        case .delegates:
            do throws(DelegateText.Problem) {
                let delegates = try DelegateText.parse(text)
                if give(CommandMessage(.delegates(delegates, of: nil))) {
                    console.message(words.announced(delegates.count))
                }
            } catch {
                console.message(words.delegates(error))
            }
        }
    }

    /// Gives a command whose refusal the person hears of.
    @discardableResult
    private func give(_ command: CommandMessage) -> Bool {
        guard let id = participation?.socket.send(command) else {
            console.message(words.notPossibleNow)
            return false
        }
        askedCommands.insert(id)
        return true
    }
}
