import Foundation
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
    + .packed + .convolutions

  @Test("Values equal plain loops, gradients finite differences", arguments: primitives)
  func compare(primitive: Primitive) throws { try compare(primitive, count: 1000) }

  @Test(
    "Large products, which threads share, equal plain loops too",
    arguments: [Primitive].largeProducts)
  func compareLarge(primitive: Primitive) throws { try compare(primitive, count: 6) }

  private func compare(_ primitive: Primitive, count: UInt64) throws {
    for seed in 0..<count {
      var random = SeededRandom(seed: seed)
      let example = primitive.example(using: &random)
      let problem = example.problem(using: &random)
      try #require(
        problem == nil, "\(primitive.name), seed \(seed): \(problem ?? ""), \(example.shapes)")
    }
  }

  @Test("Every public function of the folder Primitives is among them") func complete() throws {
    let sources = URL(filePath: #filePath).deletingLastPathComponent().appending(
      path: "../../../Sources/Tensors/Primitives")
    let compared = Self.primitives.map(\.name)
    var functions: Set<String> = []
    for file in try FileManager.default.contentsOfDirectory(atPath: sources.path) {
      let text = try String(contentsOf: sources.appending(path: file), encoding: .utf8)
      for line in text.split(separator: "\n") {
        let words = line.split { " (".contains($0) }.map(String.init)
        guard words.first == "public", let place = words.firstIndex(of: "func") else { continue }
        functions.insert(words[place + 1])
      }
    }
    #expect(
      functions.count > 35 && functions.isSuperset(of: ["+", "matmul", "windows", "crossEntropy"]))
    let signs = ["*": "·", "-": "−"]
    for function in functions {
      let name = signs[function] ?? function
      #expect(
        compared.contains { $0.split { " ,".contains($0) }.contains(name[...]) }, "\(function)")
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
