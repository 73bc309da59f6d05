import NanoVLA
import Tabletop
import Tensors
import TestSupport
import Testing
import VLMs

@Suite struct ResidualHeadTests {
  private func head(chunk: Int = 2, dimensions: Int = 2, hidden: Int = 6) -> ResidualHead {
    var random = SeededRandom(seed: 1)
    return ResidualHead(
      .init(hidden: hidden),
      for: .init(inputs: 3, chunk: chunk, space: ActionSpace(dimensions: dimensions)),
      using: &random)
  }

  @Test("LN → Linear → ReLU → 2 × [x + ReLU(Linear(LN x))] → LN → Linear, as in plain loops")
  func formula() {
    let (head, state) = (head(chunk: 3), uniform(4, 3))
    unsettle(head)
    func relu(_ x: [Double]) -> [Double] { x.map { max($0, 0) } }
    #expect(head.blocks.count == 2)
    var expected: [Float] = []
    for n in 0..<4 {
      for k in 0..<3 {
        var x = plainLinear((0..<3).map { Double(state[n, $0]) }, head.placeholders[k])
        x = relu(plainLinear(plainNorm(x, head.norm1), head.input))
        for block in head.blocks {
          x = zip(x, relu(plainLinear(plainNorm(x, block.norm), block.layer))).map { $0 + $1 }
        }
        expected += plainLinear(plainNorm(x, head.norm2), head.output).map { Float($0) }
      }
    }
    let found = head(state)
    #expect(found.shape == [4, 3, 2])
    #expect(maximumDifference(found.values, expected) < 1e-5)
  }

  @Test("a number comes out for every dimension of every step", arguments: [1, 8], [1, 7, 12])
  func shape(chunk: Int, dimensions: Int) {
    let head = head(chunk: chunk, dimensions: dimensions)
    #expect(head(uniform(5, 3)).shape == [5, chunk, dimensions])
    #expect(head.chunk == chunk)
  }

  @Test("its first loss is the mean of |a|, within 3 %")
  func firstLoss() {
    let (head, expert) = (head(chunk: 4, dimensions: 7), someChunks(64, 4, 7))
    let real = (0..<64 * 4 * 7).filter { expert.weights.values[$0 / 7] == 1 }
    let expected = real.reduce(0) { $0 + abs(expert.actions.values[$1]) } / Float(real.count)
    #expect(abs(head.expectedInitialLoss(expert) / expected - 1) < 1e-4)
    #expect(abs(head.loss(uniform(64, 3), expert).item / expected - 1) < 0.03)
  }

  @Test("its loss is the mean absolute error over the real steps")
  func loss() {
    let (head, state, expert) = (head(), uniform(4, 3), someChunks(4, 2, 2))
    unsettle(head)
    let (said, wanted) = (head(state).values, expert.actions.values)
    let real = (0..<16).filter { expert.weights.values[$0 / 2] == 1 }
    let expected = real.reduce(0) { $0 + abs(said[$1] - wanted[$1]) } / Float(real.count)
    #expect(abs(head.loss(state, expert).item - expected) < 1e-6)
  }

  @Test("the gradient of every parameter is that of finite differences")
  func gradient() {
    let (head, state) = (head(hidden: 6), uniform(2, 3))
    unsettle(head)
    // Short steps: a ReLU has a kink, which no difference may step over.
    expectGradients(head.namedParameters, step: 0x1p-11) { head(state) }
  }
}
