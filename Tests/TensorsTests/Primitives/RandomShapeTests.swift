import TestSupport
import Testing

@testable import Tensors

/// Each primitive on 1,000 random shapes: its values against plain loops in double precision, and its
/// gradients against finite differences of these loops.
///
/// In a random direction v, ⟨∂L/∂x, v⟩ = (L(x + hv) − L(x − hv)) / 2h for
/// L = Σ w · f(x) and random w. The right side is computed in double precision by the plain loops
/// alone, so that its error is about h².
@Suite("Primitives on 1,000 random shapes") struct RandomShapeTests {
  static let primitives: [Primitive] =
    .elementwise + .activations + .shapes + .reductions + .rows + .losses + .products

  @Test("Values equal plain loops, gradients finite differences", arguments: primitives)
  func compare(primitive: Primitive) throws {
    for seed in 0..<1000 as Range<UInt64> {
      var random = SeededRandom(seed: seed)
      let example = primitive.example(using: &random)
      let problem = example.problem(using: &random)
      try #require(
        problem == nil, "\(primitive.name), seed \(seed): \(problem ?? ""), \(example.shapes)")
    }
  }

  @Test("A wrong value, a wrong gradient and a wrong shape are found") func detects() {
    func problem(_ primitive: @escaping ([Tensor]) -> Tensor, shape: [Int] = [2, 3]) -> String? {
      var random = SeededRandom(seed: 1)
      let x = random.tensor([2, 3])
      let example = PrimitiveExample([x], shape: shape, primitive) { $0[0].map { $0 * $0 } }
      return example.problem(using: &random)
    }
    #expect(problem { $0[0].squared() } == nil)
    #expect(problem({ $0[0].squared() }, shape: [3, 2])?.contains("shape") == true)
    #expect(problem { $0[0].squared() + 1e-3 }?.contains("values") == true)
    #expect(problem { $0[0] * $0[0].detached() }?.contains("gradient of input 0") == true)
  }
}
