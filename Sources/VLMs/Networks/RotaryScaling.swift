import Files
import Foundation

/// Rotary frequencies, changed so that a model reads longer texts than those of its first training.
///
/// A model that was trained on texts of L tokens has never seen the slow planes at the angles of later
/// positions. Linear scaling slows all planes down, as if positions were closer together. Llama 3
/// leaves the fast planes, which tell neighbors apart, as they are, slows down the slow ones, and
/// interpolates between the two.
///
///     linear: ω / factor
///     llama3: turns = L ω / 2π,  s = (turns − low) / (high − low) clamped to 0 … 1,
///             (1 − s) ω / factor + s ω
///
/// - Reference: Chen et al., "Extending Context Window of Large Language Models via Positional
///   Interpolation" (2023), §2.3; Meta's published code of Llama 3.1, `apply_scaling`. Left
///   out: dynamic, YaRN and LongRoPE, which depend on the length of the text.
public enum RotaryScaling: Sendable, Equatable {
  case none
  case linear(factor: Float)
  /// The turns that a plane makes over `trained` tokens, L, decide: `low` or fewer slow it down.
  case llama3(factor: Float, low: Float, high: Float, trained: Int)

  /// The frequency for ω.
  func callAsFunction(_ frequency: Float) -> Float {
    switch self {
    case .none: return frequency
    case .linear(let factor): return frequency / factor
    case .llama3(let factor, let low, let high, let trained):
      let turns = Float(trained) * frequency / (2 * .pi)
      let s = min(max((turns - low) / (high - low), 0), 1)
      return (1 - s) * frequency / factor + s * frequency
    }
  }
}

extension RotaryScaling {
  /// Reads the `text_config` of a model, in the spellings of transformers 4 and 5.
  /// - Parameter maximumTokens: L, if the file does not say.
  /// - Throws: `JSONFileError`, also for another kind of scaling.
  init(_ json: JSONValue, maximumTokens: Int) throws {
    let isNew = json["rope_parameters"].exists
    let rope = json[isNew ? "rope_parameters" : "rope_scaling"]
    let other = json[isNew ? "rope_scaling" : "rope_parameters"]
    func setting(_ key: String) throws -> JSONValue { try rope[key].agreeing(with: other[key]) }
    let kind = try rope["rope_type"]
      .agreeing(with: rope["type"], other["rope_type"], other["type"])
    let factor = { Float(try setting("factor").number(1e-3...1e6)) }
    self = try kind.choice(
      [
        "default": { .none },
        "linear": { .linear(factor: try factor()) },
        "llama3": {
          let (low, high) = (try setting("low_freq_factor"), try setting("high_freq_factor"))
          let least = try low.number(1e-3...1e6)
          guard try high.number(1e-3...1e6) > least else {
            throw high.outOfRange("above low_freq_factor, \(least)")
          }
          let trained = try setting("original_max_position_embeddings")
            .or(json["original_max_position_embeddings"])
          return .llama3(
            factor: try factor(), low: Float(least), high: Float(try high.number(1e-3...1e6)),
            trained: try trained.int(1...16_777_216, default: maximumTokens))
        },
      ], default: "default")()
  }
}
