// Lesson 0 · Tensors that learn
// About 1 s on 2 cores.

import Blackboard
import Tabletop
import Tensors

let idea = """
  A tensor is a block of numbers with a shape. Each result remembers what it was computed from, so
  that one walk backwards tells for every parameter: a little more of you, and the loss changes by
  so much. That is its gradient. Learning is to step against it, again and again.

  The aha: a gradient is a SUM over all the ways a value is used. x in x·x + 3x is used three times,
  a weight of a network once for each row of the batch. It is the same rule.
  """

// Knobs: change one, run again.
let start: Float = 2  // x
let hidden = 16  // numbers between the two layers
let steps = 1500  // of plain gradient descent, on all time steps at once
let learningRate: Float = 0.3
let testDemonstrations = 20  // kept out of training, to be honest

/// Two layers with a bend between them. Without the bend they would be one linear layer.
final class Network: Module {
  let first, second: Linear

  init(using random: inout SeededRandom) {
    first = Linear(inputs: 4, outputs: hidden, using: &random)
    second = Linear(inputs: hidden, outputs: 1, using: &random)
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    let sums = first(x).traced("sums", "first layer: x Wᵀ + b")  // [N, 4] → [N, hidden]
    let bent = sums.gelu().traced("bent", "negative numbers flattened (GELU)")
    return second(bent).traced("dz", "second layer: up or down?")  // [N, hidden] → [N, 1]
  }
}

Lesson.run(0, "Tensors that learn", idea: idea) { lesson in
  lesson.heading("One value, three uses: y = x·x + 3x")
  func slope(_ y: (Tensor) -> Tensor) -> Float {
    let x = Tensor([start], shape: [1]).asParameter()
    y(x).backward()
    return x.gradient?.item ?? 0
  }
  // detached() is the same number with its history cut off: that use sends no gradient back.
  let uses = [
    ("left x of x·x", slope { x in x * x.detached() + 3 * x.detached() }),
    ("right x of x·x", slope { x in x.detached() * x + 3 * x.detached() }),
    ("x of 3x", slope { x in x.detached() * x.detached() + 3 * x }),
  ]
  lesson.table(columns: ["only this use", "gradient"], rows: uses.map { [$0, $1] })
  lesson.result("sum_of_paths", uses.reduce(0) { $0 + $1.1 }, "the three uses added up")
  lesson.result("autograd", slope { x in x * x + 3 * x }, "one walk backwards through all of it")
  func y(_ x: Double) -> Double { x * x + 3 * x }
  let nudged = (y(Double(start) + 1e-4) - y(Double(start) - 1e-4)) / 2e-4
  lesson.result("finite_difference", nudged, "x nudged up and down, no calculus at all")

  lesson.heading("A network: where is the hand, so does it rise or sink?")
  let demonstrations = try DemonstrationDataset.bundled().demonstrations
  func examples(_ part: ArraySlice<Demonstration>) -> (proprioception: Tensor, dz: Tensor) {
    let proprioception = part.flatMap(\.proprioception)  // each [x, y, z, closed]
    let dz = part.flatMap(\.actions).map { $0[2] / Rules.maximumLift }  // −1 … 1
    return (
      Tensor(proprioception.flatMap { $0 }, shape: [proprioception.count, 4]),
      Tensor(dz, shape: [dz.count, 1])
    )
  }
  let learned = examples(demonstrations.dropLast(testDemonstrations))
  let test = examples(demonstrations.suffix(testDemonstrations))
  var random = SeededRandom(seed: lesson.seed)
  let network = Network(using: &random)
  let loss = lesson.trace("from proprioception to the loss") {
    learned.proprioception.traced("proprioception", "x, y, z, closed of every time step")
    return (network(learned.proprioception) - learned.dz).squared().mean()
      .traced("loss", "mean squared error, one number")
  }

  lesson.heading("One weight, as many uses as rows")
  loss.backward()
  let N = learned.proprioception.dim(0)
  let atOnce = network.first.weight.gradient!.values
  network.parameters.forEach { $0.gradient = nil }
  for row in 0..<N {  // gradients collect: each backward() ADDS to what is there
    let guess = network(learned.proprioception.rows(at: [row]))
    ((guess - learned.dz.rows(at: [row])).squared().sum() / Float(N)).backward()
  }
  let oneByOne = network.first.weight.gradient!.values
  network.parameters.forEach { $0.gradient = nil }
  lesson.result(
    "rows_added_up_differ_by", zip(atOnce, oneByOne).map { abs($0 - $1) }.max()!,
    "from the sum of \(N) backward passes of one row each: only rounding")

  lesson.heading("Learning: a step against the gradient, \(steps) times")
  func testLoss(_ guess: Tensor) -> Float {
    withoutGradient { (guess - test.dz).squared().mean().item }
  }
  lesson.result(
    "loss_before", testLoss(network(test.proprioception)), "on unseen demonstrations, untrained")
  lesson.result("loss_mean", testLoss(learned.dz.mean()), "always the mean dz: the lazy answer")
  lesson.repeating(steps, "learning") {
    let error = network(learned.proprioception) - learned.dz
    error.squared().mean().backward()
    for parameter in network.parameters {
      let gradient = parameter.gradient!.values
      parameter.values = zip(parameter.values, gradient).map { $0 - learningRate * $1 }
      parameter.gradient = nil  // or the next pass would add to it
    }
  }
  lesson.result("loss_after", testLoss(network(test.proprioception)), "the network, trained")
  lesson.say("What is left it cannot know: it does not see where the objects are.")

  lesson.finish(
    readNext: ["Sources/Tensors/Autograd.swift", "Sources/Tensors/Layers/Linear.swift"],
    tryThis: [
      "start = -1.5: the slope of x·x + 3x is 0 there. Which uses cancel?",
      "learningRate = 1: how does too large a step look?",
      "Exercise: leave out `parameter.gradient = nil` while learning. What happens, and why?",
    ])
}
