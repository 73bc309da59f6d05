import NanoVLA
import Tabletop
import Tensors
import TestSupport
import Testing
import VLMs

@Suite struct ContinuousHeadTests {
  private func head(
    _ error: ContinuousHead.Error, inputs: Int = 3, chunk: Int = 2, dimensions: Int = 2
  ) -> ContinuousHead {
    var random = SeededRandom(seed: 1)
    return ContinuousHead(
      .init(error: error, hidden: 8),
      for: .init(inputs: inputs, chunk: chunk, space: ActionSpace(dimensions: dimensions)),
      using: &random)
  }

  @Test("a number comes out for every dimension of every step", arguments: [1, 3, 8], [1, 7, 12])
  func shape(chunk: Int, dimensions: Int) {
    let head = head(.absolute, chunk: chunk, dimensions: dimensions)
    #expect(head(uniform(5, 3)).shape == [5, chunk, dimensions])
    #expect(head.actions(for: uniform(5, 3)).shape == [5, chunk, dimensions])
    #expect(head.chunk == chunk)
  }

  @Test("where the expert is not always the same, L1 learns the median and MSE the mean")
  func medianAndMean() {
    // Mean −0.1, median −0.7.
    let expert = singleNumbers([-0.9, -0.8, -0.7, 0.9, 1])
    let state = Tensor.full([5, 3], 1)
    for (error, best) in [(ContinuousHead.Error.absolute, Float(-0.7)), (.squared, -0.1)] {
      let head = head(error, chunk: 1, dimensions: 1)
      head.learn(state, expert, steps: 600)
      let answers = head.actions(for: state).values
      #expect(maximumDifference(answers, Array(repeating: best, count: 5)) < 0.02, "\(error)")
    }
  }

  @Test("its first loss is that of answering 0, within 3 %", arguments: [2, 12])
  func firstLoss(dimensions: Int) {
    let expert = someChunks(64, 4, dimensions)
    let real = expert.weights.values
    for error in [ContinuousHead.Error.absolute, .squared] {
      let head = head(error, chunk: 4, dimensions: dimensions)
      let numbers = expert.actions.values.enumerated().filter { real[$0.offset / dimensions] == 1 }
      let errors = numbers.map { error == .absolute ? abs($0.element) : $0.element * $0.element }
      let expected = errors.reduce(0, +) / Float(errors.count)
      #expect(abs(head.expectedInitialLoss(expert) / expected - 1) < 1e-4)
      #expect(abs(head.loss(uniform(64, 3), expert).item / expected - 1) < 0.03)
    }
  }

  @Test("its loss is the mean error over the real steps")
  func loss() {
    let (state, expert) = (uniform(4, 3), someChunks(4, 3, 2))
    for error in [ContinuousHead.Error.absolute, .squared] {
      let head = head(error, chunk: 3)
      let said = head(state)
      var (sum, count) = (0.0, 0.0)
      for n in 0..<4 {
        for k in 0..<3 where expert.weights[n, k, 0] == 1 {
          for a in 0..<2 {
            let difference = Double(said[n, k, a]) - Double(expert.actions[n, k, a])
            sum += error == .absolute ? abs(difference) : difference * difference
            count += 1
          }
        }
      }
      #expect(abs(Double(head.loss(state, expert).item) - sum / count) < 1e-5)
    }
  }

  @Test("the gradient of every parameter is that of finite differences")
  func gradient() {
    let state = uniform(3, 3)
    // Actions far away: the absolute error has no slope where the answer is exact.
    let far = Tensor((0..<12).map { $0 % 3 == 0 ? -6 : 6 }, shape: [3, 2, 2])
    let expert = ActionChunks(actions: far, weights: someChunks(3, 2, 2).weights)
    for error in [ContinuousHead.Error.absolute, .squared] {
      let head = head(error)
      unsettle(head)
      expectGradients(head.namedParameters) { head.loss(state, expert) }
    }
  }
}
