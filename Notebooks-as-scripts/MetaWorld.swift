// One policy for several tasks of a real simulator, told apart by their text: trained from 60 recorded
// demonstrations, without Python.
//
//   swift run nanovla-lesson notebook MetaWorld [--full] [--html metaworld.html]
//
// About 1 minute on 2 cores.

import Blackboard
import Images
import NanoVLA
import Runs
import Simulators
import Tensors
import VLMs

let question = """
  The toy VLM knows nothing but the toy world. Can a backbone learn from demonstrations alone to see
  in another world, MetaWorld's, where a robot arm opens drawers and windows? Backbone and head start
  from random weights here and learn together, for all tasks at once. What does the policy attend to?
  Does it read its instruction? And what do true positions add, which only a simulator knows?
  """
let prediction = """
  Imitation alone teaches the queries to point at the hand and at what the hand moves to, since that
  predicts the action. True positions make it faster: the loss says directly where to point. Each
  task has a scene of its own, so the image alone would tell the task; yet the text is the shorter way
  to know it, and another text changes the action.
  """

Lesson.notebook("MetaWorld", question: question, prediction: prediction) { lesson in

  // %% Knobs
  lesson.heading("Knobs")
  let steps = lesson.knob("steps", 500, full: 1500, "batches of 32 time steps")
  let heldOutCount = lesson.knob("heldOut", 4, full: 4, "of 20 demonstrations of each task")

  // %% The demonstrations
  // Recorded in the simulator by its scripted experts. In every second one the executed actions had
  // noise (DART), so that it shows how to come back. A step is 1/80 s; every sixth is kept.
  lesson.heading("The demonstrations")
  let all = try RobotDataset.bundledMetaWorld()
  let tasks = Dictionary(grouping: all.episodes, by: \.instruction).sorted { $0.key < $1.key }
  var (training, heldOut) = (all, all)
  training.episodes = tasks.flatMap { $0.value.dropLast(heldOutCount) }
  heldOut.episodes = tasks.flatMap { $0.value.suffix(heldOutCount) }
  lesson.table(
    columns: ["instruction", "demonstrations", "kept steps"],
    rows: tasks.map { text, episodes in
      [text, episodes.count, episodes.reduce(0) { $0 + $1.actions.count }]
    })
  lesson.picture(
    .contactSheet(episodes: tasks.map { ($0.key, $0.value[0].frames) }, columns: 6),
    "one demonstration of each task")

  // %% Training
  // The action head predicts one action here: the next stored one is six steps away.
  lesson.heading("Training: backbone and head together")
  func train(positionWeight: Float) throws -> RobotCloning {
    var recipe = RobotRecipe()
    (recipe.chunk, recipe.steps, recipe.batchSize) = (1, steps, 32)
    (recipe.positionWeight, recipe.seed) = (positionWeight, lesson.seed)
    let cloning = try recipe.cloning(on: training)
    lesson.repeating(steps, positionWeight > 0 ? "with positions" : "imitation alone") {
      cloning.step()
    }
    return cloning
  }
  let imitation = try train(positionWeight: 0)
  let pointing = try train(positionWeight: 0.3)
  lesson.result(
    "parameters", pointing.policy.parameterCount, "trained values, of backbone and head")

  // %% Open-loop error
  // How far are greedy actions from the expert's, on demonstrations that nobody learned from? An
  // action of 1 moves the hand by about 1 cm. The reference always gives the task's mean action.
  lesson.heading("Open-loop error on held-out demonstrations (mean |difference|)")
  func actions(_ policy: VLA, _ episode: RobotEpisode, text: String? = nil) throws -> [[Float]] {
    try withoutGradient {
      let windows = zip(episode.frames, episode.state).map {
        [Observation($0, proprioception: $1)]
      }
      let texts = windows.map { _ in text ?? episode.instruction }
      var random = SeededRandom(seed: 0)
      let state = try policy.state(of: windows, instructions: texts)  // → [T, S]
      return try policy.chunks(for: state, using: &random).map {
        try policy.statistics.robotAction($0[0]).values
      }
    }
  }
  func difference(_ a: [[Float]], _ b: [[Float]]) -> Double {
    let each = zip(a, b).flatMap { zip($0, $1).map { Double(abs($0 - $1)) } }
    return each.reduce(0, +) / Double(each.count)
  }
  func error(_ policy: VLA, _ text: String) throws -> Double {
    let episodes = heldOut.episodes.filter { $0.instruction == text }
    let each = try episodes.map { try difference(actions(policy, $0), $0.actions) }
    return each.reduce(0, +) / Double(each.count)
  }
  func meanError(_ text: String) -> Double {
    let rows = training.episodes.filter { $0.instruction == text }.flatMap(\.actions)
    let mean = rows[0].indices.map { a in rows.reduce(0) { $0 + $1[a] } / Float(rows.count) }
    let shown = heldOut.episodes.filter { $0.instruction == text }.flatMap(\.actions)
    return difference(shown, shown.map { _ in mean })
  }
  let errors = try tasks.map { text, _ in
    (text, meanError(text), try error(imitation.policy, text), try error(pointing.policy, text))
  }
  lesson.table(
    columns: ["instruction", "mean action", "imitation alone", "with positions"],
    rows: errors.map { [$0.0, $0.1, $0.2, $0.3] })
  func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
  lesson.result("error_mean_action", mean(errors.map(\.1)), "of the task's mean action")
  lesson.result("error_imitation", mean(errors.map(\.2)), "of imitation alone")
  lesson.result("error_positions", mean(errors.map(\.3)), "with the loss on true positions")

  // %% The text decides
  // The same images and states, another instruction: how far does the action move?
  lesson.heading("The same image, another text: change of the action")
  let changes = try tasks.map { text, _ in
    let episode = heldOut.episodes.first { $0.instruction == text }!
    let told = try actions(pointing.policy, episode)
    return try tasks.map { other, _ in
      try difference(told, actions(pointing.policy, episode, text: other))
    }
  }
  lesson.table(
    columns: ["scene of"] + tasks.map { "told: \($0.key)" },
    rows: zip(tasks, changes).map { [$0.key] + $1.map { $0 as any TableCell } })
  let others = changes.enumerated().flatMap { row, values in
    values.enumerated().filter { $0.offset != row }.map(\.element)
  }
  lesson.result("text_change", mean(others), "mean change of the action by another text")

  // %% Where it points
  // The weights of each query over the image: bright where it points.
  lesson.heading("Where the queries point")
  func maps(_ cloning: RobotCloning) throws -> [RGBImage] {
    try tasks.map { text, _ in
      let frame = heldOut.episodes.first { $0.instruction == text }!.frames[2]
      let backbone = cloning.backbone
      let weights = try withoutGradient {
        try backbone.perceive([frame], instructions: [text]).weights  // [1, Q, F]
      }
      let (Q, F) = (weights.dim(1), weights.dim(2))
      let rows = (0..<Q).map { Array(weights.values[$0 * F..<($0 + 1) * F]) }
      return .contactSheet(
        rows: [
          [frame.enlarged(by: 2)]
            + rows.map {
              frame.attentionMap($0, enlargedBy: 2)
            }
        ], padding: 2)
    }
  }
  for (name, cloning) in [("imitation alone", imitation), ("with positions", pointing)] {
    lesson.picture(.contactSheet(rows: try maps(cloning).map { [$0] }, padding: 2), name)
  }

  // %% What came of the predictions
  lesson.heading("What came of the predictions")
  let (alone, with) = (mean(errors.map(\.2)), mean(errors.map(\.3)))
  lesson.say(
    with < alone
      ? "True positions lowered the error on held-out demonstrations, as predicted."
      : "True positions did not lower the error on held-out demonstrations.")
  lesson.say(
    mean(others) > alone
      ? "Another text changes the action more than the error: the policy reads its instruction."
      : "Another text changes the action less than the error: the image tells the task.")
  lesson.say(
    """
    A low error is not success (lesson 6). With MetaWorld in a Python environment, record 50 whole \
    demonstrations of each of five tasks, train for some minutes, and measure in the closed loop:
    """)
  lesson.say(
    "  nanovla data --environment metaworld:drawer-open-v3,… --count 250 --output metaworld")
  lesson.say("  nanovla train --data metaworld --output metaworld-policy")
  lesson.say("  nanovla evaluate --policy metaworld-policy --environment metaworld:drawer-open-v3")

  lesson.finish(
    readNext: [
      "Sources/Simulators/Policies/PointingBackbone.swift",
      "Sources/Simulators/Policies/RobotCloning.swift",
    ],
    tryThis: [
      "recipe.proprioceptionNoise = 0: does the policy still need the image?",
      "recipe.queries = 1: what does the only query point at?",
    ],
    theFieldCallsIt:
      "end-to-end visuomotor learning, spatial softmax, auxiliary loss, multi-task policy")
}
