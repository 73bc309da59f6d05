import Tensors

/// What the function of an exercise is checked against: inputs, the right answers, and the answers
/// of the mistakes that are usually made.
///
/// The right answers come from plain loops in double precision, independent of the engine and of the
/// course. The same loops with a mistake switched on give that mistake's answers, so a wrong function
/// is told by its numbers.
public protocol Oracle {
  /// The type of the student's function.
  associatedtype Function
  /// The inputs of one call. The description names their shapes.
  associatedtype Case: CustomStringConvertible
  /// The known mistakes; the raw value is the sentence that names one.
  associatedtype Mistake: CaseIterable, Hashable, RawRepresentable<String>

  /// How far a number may be from the right one, relative to the largest of an answer (at
  /// least 0.1); 0 for integers.
  static var tolerance: Double { get }

  /// The inputs of all calls. The first ones are ordinary, and each known mistake shows in one of
  /// them; edge cases follow.
  static func cases(using random: inout SeededRandom) -> [Case]
  /// Calls `function` and returns all that it computed, gradients included.
  static func answers(of function: Function, to inputs: Case) -> [Answer]
  /// The right answers; with `mistakes`, those of a function that makes them.
  static func answers(to inputs: Case, making mistakes: Set<Mistake>) -> [Answer]
}

extension Oracle {
  public static var tolerance: Double { 1e-4 }

  /// Calls `function` on all inputs, up to the first wrong answer.
  public static func verdict(on function: Function) -> Verdict {
    verdict { answers(of: function, to: $0) }
  }

  static func verdict(on answer: (Case) -> [Answer]) -> Verdict {
    var random = SeededRandom(seed: 0x0E)
    var seen: [(inputs: Case, found: [Answer])] = []
    for inputs in cases(using: &random) {
      CurrentCall.note(inputs.description)
      let found = answer(inputs)
      seen.append((inputs, found))
      let expected = answers(to: inputs, making: [])
      if let difference = Difference(found, expected, tolerance: tolerance) {
        return .wrong(
          inputs: inputs.description, difference: difference,
          mistakes: mistakes(behind: seen).map(\.rawValue))
      }
    }
    return .right(calls: seen.count)
  }

  /// The known mistakes, or pairs of them, whose answers are those that were found; the first set
  /// that fits, single mistakes before pairs.
  private static func mistakes(behind seen: [(inputs: Case, found: [Answer])]) -> [Mistake] {
    let all = Array(Mistake.allCases)
    let pairs = all.indices.flatMap { i in all[(i + 1)...].map { [all[i], $0] } }
    return (all.map { [$0] } + pairs).first { made in
      seen.allSatisfy { inputs, found in
        let answers = answers(to: inputs, making: Set(made))
        return Difference(found, answers, tolerance: tolerance) == nil
      }
    } ?? []
  }
}
