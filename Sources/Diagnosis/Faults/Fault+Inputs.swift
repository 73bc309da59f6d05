/// Stories about what reaches the network.
extension Fault {
  static let ofInputs: [Fault: Story] = [
    .flippedImage: Story(
      "The image upside down",
      change: "The rows of every image are in reverse order.",
      question: "Far becomes near. Does the policy fail at once, or does it go somewhere else?",
      explanation: """
        OpenGL begins with the lowest row, PNG with the highest. The policy finds the object, at its \
        mirror image, and goes there with confidence.
        """,
      diagnosis:
        "Put the camera's image beside the dataset's image of the same scene. Look at both.",
      thread: """
        https://github.com/openvla/openvla/issues/295: “Why are LIBERO images rotated 180°?”, and is \
        it a rotation or a flip?
        """),
    .pixelRange: Story(
      "Pixels in another range",
      change: "Pixels are byte / 255, not (byte − mean) / scale.",
      question: "All pixels are still there, in order. What changes for the first linear layer?",
      explanation: """
        The contrast is a fifth, and every pixel carries a constant. The patch tokens are nearly the \
        same for all patches: the policy sees fog, and acts on proprioception and words.
        """,
      diagnosis: "A blank image changes the state nearly as little as another scene does.",
      thread: """
        https://github.com/huggingface/lerobot/issues/1065 and \
        https://github.com/huggingface/lerobot/issues/2512: images in 0 … 1, or in −3 … 1, where SigLIP \
        expects −1 … 1.
        """),
    .invertedMask: Story(
      "The mask inverted",
      change: "Attention sees the padding and not the words.",
      question: "Three objects on the table. What is the best success without an instruction?",
      explanation: """
        One library's mask is true where it may attend, another's is true where it may not. The policy \
        gets the padding: a good guess about the length of the instruction, and nothing else.
        """,
      diagnosis: "The state is exactly the same for every instruction of the same length.",
      thread: """
        https://github.com/huggingface/transformers/pull/31207: “Fix paligemma inverted mask”; \
        https://github.com/huggingface/transformers/issues/35855: the order of two lines unmasks padding.
        """),
    .causalMask: Story(
      "Causal where bidirectional is right",
      change: "Patches and words see only those before them.",
      question: "Which patch suffers most, the first or the last?",
      explanation: """
        A language model is causal, the prefix of a VLA is not: image and instruction are known at \
        once. With a causal mask the first patches and words do not know the others: “pick up the left” \
        does not yet know of what.
        """,
      diagnosis: """
        Compare the states with those of the reference implementation, on the same weights: they differ, \
        and those of a causal copy do not.
        """,
      thread: """
        https://github.com/ggml-org/llama.cpp/pull/7553: PaliGemma's prefix needs full attention; \
        https://github.com/Ke-Wang1017/openpi_subtask/issues/10 asks why it is causal there.
        """),
    .noPositions: Story(
      "No positions",
      change: "Neither patches nor words get their positions.",
      question: "Which instructions become impossible: “the red cup”, or “the left red cup”?",
      explanation: """
        Attention treats its input as a set. Without positions the image is a bag of patches: the \
        policy still finds a color, but nothing that depends on where.
        """,
      diagnosis: """
        Exchange the quarters of the image: numbers of the state that see the image stay exactly the \
        same.
        """,
      thread: """
        https://github.com/clip-vil/CLIP-ViL/issues/13: the position embeddings that were used were \
        zeros, “the true reason for the large performance degradation”.
        """),
    .fullStop: Story(
      "A trailing full stop",
      change: "Instructions end with a full stop, and the tokenizer splits at spaces alone.",
      question: "“pick up the red cup.” Which word is lost, and when does it matter?",
      explanation: """
        “cup.” is not “cup”. The last word is unknown: “pick up the red” is still enough if only one \
        thing is red. So the success falls by a fifth, and nobody suspects a dot.
        """,
      diagnosis: "Predict with and without the dot, with and without capitals. Nothing may change.",
      thread: """
        https://github.com/openvla/openvla/issues/104: one space at the end of the prompt, and what \
        OpenVLA does about it. Prompts must be equal to the last character.
        """),
    .stateOrder: Story(
      "The order of the robot's state",
      change: "Proprioception is given as y, x, z, closed.",
      question: "The image is right. Can the policy correct a wrong position by what it sees?",
      explanation: """
        The policy computes where the object is relative to the gripper, from a gripper whose x and y \
        are exchanged. It corrects in the wrong direction, more with each step.
        """,
      diagnosis: "Try every order of the state's numbers on training frames: one of them agrees.",
      thread: """
        https://github.com/TrossenRobotics/trossen_sdk/pull/5: joints published right arm first, where \
        LeRobot and openpi expect the left arm first.
        """),
  ]
}
