/// Stories about what a policy outputs, and how it is executed.
extension Fault {
  static let ofActions: [Fault: Story] = [
    .gripperSign: Story(
      "The gripper's sign",
      change: "The policy's gripper number is negated on its way to the robot.",
      question: "The robot moves exactly as before. In which step does the episode fail?",
      explanation: """
        The field has three conventions for one number: 1 is open (OpenVLA), +1 is closed (LIBERO), 1 \
        is closed in 0 … 1 (openpi). The robot reaches the object, opens there, and closes while it \
        moves. The loss is perfect, since the policy learned what it was shown.
        """,
      diagnosis: """
        Compare predicted and demonstrated actions on training frames, one number at a time: six agree, \
        the gripper is always the opposite.
        """,
      thread: """
        https://github.com/openvla/openvla/pull/89 adds OpenVLA's LIBERO evaluation, with a function \
        invert_gripper_action for just this; https://github.com/openvla/openvla/issues/3 asks for the \
        convention.
        """),
    .wrongKey: Story(
      "Statistics of another dataset",
      change: "Actions are un-normalized with BridgeData's q01 and q99, in meters.",
      question: "The network is the same. Does the robot go the wrong way, too far or too little?",
      explanation: """
        A normalized action of +1 means “the 99th percentile of the training data”. With the statistics \
        of a robot that measures in meters, +1 is 0.03 instead of 0.20: the direction is right, each \
        step is a seventh, and time runs out above the table.
        """,
      diagnosis: """
        Compute q01 and q99 of your demonstrations and put them beside the policy's, before you touch \
        the network.
        """,
      thread: """
        https://github.com/openvla/openvla/issues/261: “I already tried all of these, but my robot does \
        not work properly”; also https://github.com/moojink/openvla-oft/issues/156.
        """),
    .minMaxAsQuantiles: Story(
      "Min and max read as quantiles",
      change:
        "Two jerks are in the data; actions are un-normalized with min and max, not q01 and q99.",
      question: "Two of 350 steps are jerks. How much can two steps change?",
      explanation: """
        One jerk of the teleoperator sets the maximum. Quantiles ignore it: that is what they are for. \
        Read with min and max, every action is eight times as large, and the robot overshoots until it \
        hits the bounds of a step.
        """,
      diagnosis:
        "The policy's q01 and q99 equal the data's minimum and maximum, and not its quantiles.",
      thread: """
        https://github.com/openvla/openvla/issues/184 asks where OpenVLA applies quantiles and not the \
        extremes; https://github.com/Physical-Intelligence/openpi/pull/190 adds them to openpi.
        """),
    .noStatistics: Story(
      "Statistics dropped",
      change: "The network's numbers in −1 … 1 go to the robot as they are.",
      question: "The robot clips what is too large. Which motions remain right?",
      explanation: """
        A loader that does not find its statistics and goes on without them leaves numbers in −1 … 1. \
        Directions survive, lengths do not: large motions are clipped and look healthy, small \
        corrections become five times as large, and the robot trembles around the object.
        """,
      diagnosis:
        "q01 and q99 are −1 and +1 in every dimension, or the statistics are not read at all.",
      thread: """
        https://github.com/starVLA/starVLA/issues/355: a server without un-normalization, “the robot \
        executes normalized [-1,1] actions”; https://github.com/strands-labs/robots/pull/985: a \
        missing key is a silent pass-through.
        """),
    .offByOneToken: Story(
      "One token off",
      change: "Every token id is read as the next one (8 bins).",
      question: "How far off is an action if its bin is off by one? With 8 bins, and with 256?",
      explanation: """
        NumPy's digitize counts from 1, a classifier from 0, and a vocabulary from its end. One too \
        many shifts all numbers by one bin. With 256 bins nobody notices; with 8 bins “stand still” \
        becomes a steady drift, and the robot never arrives.
        """,
      diagnosis: """
        The mean error hides it; its sign does not: nearly all numbers are one bin off in the same \
        direction, even those that never change.
        """,
      thread: """
        https://github.com/openvla/openvla/issues/327 counts OpenVLA's token ids and finds one too \
        many in action_token_begin_idx; https://github.com/FastCrest/tether/pull/245 repairs a decoder.
        """),
    .longChunk: Story(
      "A chunk executed too long",
      change: "All 8 actions of a chunk are executed before the policy observes again, not 2.",
      question: "The policy and its predictions are the same. Which is better, 1, 2 or 8 actions?",
      explanation: """
        The last actions of a chunk were chosen eight steps ago. Every error since then is uncorrected: \
        the policy flies blind. Replanning at every step is not best either, since it forgets what it \
        was about to do.
        """,
      diagnosis:
        "Evaluate with a shorter execution horizon, on the same layouts. Nothing is trained.",
      thread: """
        https://github.com/starVLA/starVLA/issues/441: with a chunk of 50 the robot trembles more than \
        with 16, because it observes less often; https://github.com/Physical-Intelligence/openpi/issues/390.
        """),
    .lateActions: Story(
      "Actions a step late",
      change:
        "The demonstrations pair each image with the action before it. The policy learns that.",
      question: "The loss is as low as ever. What does the policy repeat?",
      explanation: """
        If an observation is stored after the action that led to it, the policy learns what was just \
        done, not what to do. It agrees perfectly with the damaged data, and acts one step behind.
        """,
      diagnosis: """
        Shift predicted against demonstrated actions by a step: if they fit better, the pairs are \
        shifted. In the data, motion must follow the action of the same step.
        """,
      thread: """
        https://github.com/Lifelong-Robot-Learning/LIBERO/issues/54: “does the action precede the \
        observation?”; https://github.com/yanlai00/bridge_data_robot_infra/issues/1: images one to two \
        steps behind.
        """),
  ]
}
