import Tensors
import Testing

@testable import Exercises

/// What a verdict says about answers that no known mistake explains.
@Suite struct VerdictTests {
  private let four = Answer("the output", [1, 2, 3, 4], shape: [2, 2])

  private func difference(_ numbers: [Double], _ shape: [Int]? = nil) -> Difference? {
    Difference([Answer("the output", numbers, shape: shape ?? [2, 2])], [four], tolerance: 1e-4)
  }

  @Test("shapes are compared exactly, and before the values")
  func shapes() throws {
    let wrong = try #require(difference([9, 9, 9, 9], [4]))
    #expect(wrong.expected == "the output of shape [2, 2]")
    #expect(wrong.found == "shape [4]")
    let second = Answer("the gradient", [1, 2], shape: [2])
    let values = Answer("the output", [0, 0, 0, 0], shape: [2, 2])
    let both = try #require(
      Difference(
        [values, Answer("the gradient", [1, 2], shape: [2, 1])], [four, second], tolerance: 1))
    #expect(both.expected == "the gradient of shape [2]")
    #expect(try #require(difference([1], [])).found == "a single number, shape []")
  }

  @Test("the first wrong number is named with its index, and how many are wrong")
  func values() throws {
    let wrong = try #require(difference([1, 2, 7, 5]))
    #expect(wrong.expected == "the output [1, 0] = 3")
    #expect(wrong.found == "7; 2 of 4 numbers differ")
    #expect(difference([1.0001, 2, 2.9999, 4.0002]) == nil)
  }

  @Test("a factor, an offset, a sign, another order, zeros, NaN and infinity are seen")
  func relations() throws {
    func relation(_ numbers: [Double]) throws -> String {
      try #require(difference(numbers)).relation
    }
    #expect(try relation([0.5, 1, 1.5, 2]).contains("times 0.5"))
    #expect(try relation([3, 4, 5, 6]).contains("plus 2"))
    #expect(try relation([-1, -2, -3, -4]).contains("sign"))
    #expect(try relation([1, 3, 2, 4]).contains("another order"))
    #expect(try relation([0, 0, 0, 0]).contains("every number is 0"))
    #expect(try relation([.nan, 2, 3, 4]).contains("NaN"))
    #expect(try relation([.infinity, 2, 3, 4]).contains("infinite"))
    #expect(try relation([5, 1, 9, 2]).isEmpty)
  }

  @Test("two mistakes at once are both named")
  func pairs() {
    let verdict = PlainAttention.verdict { query, key, value, mask in
      query.matmul(transposed: key).softmax().matmul(value)
    }
    #expect(verdict.text.contains("not divided by √d"))
    #expect(verdict.text.contains("mask is not used"))
  }

  @Test("an answer that is right in ordinary cases alone fails in an edge case")
  func edges() {
    // 0/0 for equal rewards, without the small constant.
    let uniform = PolicyLoss.verdict { rewards, new, old, low, high in
      let mean = rewards.reduce(0, +) / Float(rewards.count)
      let squares = rewards.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      let std = (squares / Float(rewards.count - 1)).squareRoot()
      let A = Tensor(rewards.map { ($0 - mean) / std }, shape: new.shape)
      let ratio = (new - old).exp()
      let (free, clipped) = (ratio * A, ratio.clamped(to: 1 - low...1 + high) * A)
      return (free - (free - clipped).relu()).mean() * -1
    }
    #expect(uniform.text.contains("rewards 1 1 1"))
    #expect(uniform.text.contains("NaN"))
    let short = StoredNumbers.verdict { file, offsets in  // a header of at most 65,535 bytes
      let start = 8 + Int(file[0]) + Int(file[1]) << 8
      return stride(from: start + offsets.lowerBound, to: start + offsets.upperBound, by: 2).map {
        Float(bitPattern: UInt32(file[$0]) << 16 | UInt32(file[$0 + 1]) << 24)
      }
    }
    #expect(short.text.contains("a header of 71000"))
  }
}
