import Chance
import Engine
import EventLog
import Views

// What is asked of the past between lives.
extension Simulation {
    /// Of each audit; a run has about six of them, so it asks about 300 moments and more.
    private static let momentsOfAnAudit = 50
    private static let questionsOfAMoment = 6

    /// Questions about random moments, the first, the last and the present, each about things that there may be then.
    func askAboutThePast(_ entries: [Entry], _ instance: Instance) throws -> [Answered] {
        guard let last = entries.last?.index else { return [] }
        var model = NaiveModel()
        for entry in entries { _ = model.fold(entry) }
        var moments: [UInt64?] = [nil, 0, last]
        for _ in 0..<Self.momentsOfAnAudit { moments.append(UInt64(dice.below(Int(last) + 1))) }
        var questions = dice.split()
        return try instance.read { snapshot in
            try moments.flatMap { moment in
                let reader = snapshot.at(moment)
                return try (0..<Self.questionsOfAMoment).compactMap { _ in Question(about: model, &questions) }.map {
                    Answered(question: $0, index: moment ?? last, answer: try $0.answer(reader))
                }
            }
        }
    }
}

extension Question {
    /// - Returns: `nil` where there is nothing yet that it could be about.
    init?(about model: NaiveModel, _ dice: inout Dice) {
        let one = { (kind: Known.Kind, dice: inout Dice) in dice.pick(model.ids(of: kind)) }
        switch dice.below(8) {
        case 0, 1:
            guard let kind = dice.pick(Known.Kind.allCases) else { return nil }
            self = .list(kind, in: "platform", status: nil)
        case 2, 3:
            guard let kind = dice.pick([Known.Kind.application, .agent, .user, .group]),
                let place = one(dice.onceIn(2) ? .tenant : .partner, &dice)
            else { return nil }
            self = .list(kind, in: place, status: dice.pick([nil, "ACTIVE", "SUSPENDED"]) ?? nil)
        case 4:
            guard let kind = dice.pick(Known.Kind.allCases) else { return nil }
            self = .list(kind, in: "platform", status: dice.onceIn(2) ? "ACTIVE" : "SUSPENDED")
        case 5:
            guard let group = one(.group, &dice) else { return nil }
            self = .members(group)
        case 6:
            guard let group = one(.group, &dice) else { return nil }
            self = .effectiveMembers(group)
        default:
            guard let member = one(dice.onceIn(3) ? .group : .user, &dice) else { return nil }
            self = .groups(of: member)
        }
    }
}
