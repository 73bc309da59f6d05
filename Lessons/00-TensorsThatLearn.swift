// Lesson 0 · Tensors that learn
// About 1 s on 2 cores.

import Blackboard
import Tabletop
import Tensors

let idea = """
  Each tensor records what it was computed from: the computation graph. Backpropagation walks the
  graph in reverse and gives every parameter its gradient, the change of the loss per change of the
  parameter; gradient descent steps against it. The aha: a gradient is a SUM over all the ways a
  value is used: three uses in x·x + 3x, one use of a weight for each row of a batch.
  """

// Knobs: change one, run again.
let start: Float = 2  // x
let hidden = 16  // width of the hidden layer
let steps = 1500  // steps of gradient descent, each on the whole training set
let learningRate: Float = 0.3
let testDemonstrations = 20  // held out: never trained on

Lesson.run(0, "Tensors that learn", idea: idea) { lesson in
  lesson.heading("One value, three uses: y = x·x + 3x")
  func slope(_ y: (Tensor) -> Tensor) -> Float {
    let x = Tensor([start], shape: [1]).asParameter()
    y(x).backward()
    return x.gradient?.item ?? 0
  }
  // detached() is the same number outside of the graph, so this use contributes no gradient.
  let uses = [
    ("left x of x·x", slope { x in x * x.detached() + 3 * x.detached() }),
    ("right x of x·x", slope { x in x.detached() * x + 3 * x.detached() }),
    ("x of 3x", slope { x in x.detached() * x.detached() + 3 * x }),
  ]
  lesson.table(columns: ["only this use", "gradient"], rows: uses.map { [$0, $1] })
  lesson.result("sum_of_paths", uses.reduce(0) { $0 + $1.1 }, "the sum over the three uses")
  lesson.result("autograd", slope { x in x * x + 3 * x }, "one backward pass through the graph")
  func y(_ x: Double) -> Double { x * x + 3 * x }
  let difference = (y(Double(start) + 1e-4) - y(Double(start) - 1e-4)) / 2e-4
  lesson.result("finite_difference", difference, "(y(x + ε) − y(x − ε)) / 2ε, no calculus")

  lesson.heading("A network: from the gripper's position to its vertical motion")
  let demonstrations = try DemonstrationDataset.bundled().demonstrations
  func examples(_ part: ArraySlice<Demonstration>) -> (state: Tensor, dz: Tensor) {
    let states = part.flatMap(\.proprioception)  // each [x, y, z, closed]
    let dz = part.flatMap(\.actions).map { $0[2] / Rules.maximumLift }  // −1 … 1
    let values = states.flatMap { $0 }
    return (Tensor(values, shape: [states.count, 4]), Tensor(dz, shape: [dz.count, 1]))
  }
  let training = examples(demonstrations.dropLast(testDemonstrations))
  let test = examples(demonstrations.suffix(testDemonstrations))
  var random = SeededRandom(seed: lesson.seed)
  let first = Linear(inputs: 4, outputs: hidden, using: &random)
  let second = Linear(inputs: hidden, outputs: 1, using: &random)
  let parameters = first.parameters + second.parameters
  func network(_ x: Tensor) -> Tensor {  // without the nonlinearity it would be one linear layer
    let sums = first(x).traced("preactivation", "first layer: x Wᵀ + b")  // [N, 4] → [N, hidden]
    let activated = sums.gelu().traced("hidden", "GELU, the nonlinearity")
    return second(activated).traced("predicted dz", "second layer")  // [N, hidden] → [N, 1]
  }
  let loss = lesson.trace("from proprioception to the loss") {
    training.state.traced("proprioception", "x, y, z, closed at each of N time steps")
    let error = (network(training.state) - training.dz).traced("error", "prediction − target")
    return error.squared().mean().traced("loss", "mean squared error, a single number")
  }

  lesson.heading("One weight, as many uses as rows")
  loss.backward()
  let N = training.state.dim(0)
  let atOnce = first.weight.gradient!.values
  parameters.forEach { $0.gradient = nil }
  for row in 0..<N {  // gradients accumulate: each backward() ADDS to what is there
    let predicted = network(training.state.rows(at: [row]))
    ((predicted - training.dz.rows(at: [row])).squared().sum() / Float(N)).backward()
  }
  let oneByOne = first.weight.gradient!.values
  parameters.forEach { $0.gradient = nil }
  lesson.result(
    "rows_added_up_differ_by", zip(atOnce, oneByOne).map { abs($0 - $1) }.max()!,
    "from the sum of \(N) backward passes of one row each: rounding only")

  lesson.heading("Learning: \(steps) steps of gradient descent")
  func testLoss(_ predicted: Tensor) -> Float { (predicted - test.dz).squared().mean().item }
  let baseline = testLoss(training.dz.mean())
  lesson.result("loss_before", testLoss(network(test.state)), "untrained, held-out demonstrations")
  lesson.result("loss_mean", baseline, "always predicting the mean dz, for comparison")
  var (trainingLosses, testLosses) = ([Float](), [Float]())
  lesson.repeating(steps, "learning") {
    let loss = (network(training.state) - training.dz).squared().mean()
    trainingLosses.append(loss.item)
    testLosses.append(testLoss(network(test.state)))
    loss.backward()
    for parameter in parameters {
      let gradient = parameter.gradient!.values
      parameter.values = zip(parameter.values, gradient).map { $0 - learningRate * $1 }
      parameter.gradient = nil  // otherwise the next pass adds to it
    }
  }
  let after = testLoss(network(test.state))
  lesson.result("loss_after", after, "trained, held-out demonstrations")
  try lesson.chart(
    LineChart(
      "Loss during training (first steps cut off)", x: Axis("step", 0...Double(steps)),
      y: Axis("mean squared error", 0...Double(baseline / 4)),
      [.init("training", trainingLosses), .init("held out", testLosses)]), as: "loss-0.png")
  lesson.say(
    after < baseline
      ? "The network removes \(Int((100 * (1 - after / baseline)).rounded())) % of the baseline's error. "
        + "It cannot predict the rest: the state does not contain where the objects are."
      : "The network is worse than the baseline: it did not learn. Is the learning rate too large?")

  lesson.finish(
    readNext: ["Sources/Tensors/Autograd.swift", "Sources/Tensors/Layers/Linear.swift"],
    tryThis: [
      "start = -1.5: the gradient of x·x + 3x is 0 there. Which uses cancel?",
      "learningRate = 3: what does the curve look like if the steps are too large?",
      "Exercise: no `parameter.gradient = nil` while learning. Solved if loss_after > loss_mean; why?",
    ],
    theFieldCallsIt: "automatic differentiation (autograd), backpropagation, chain rule, MLP")
}
