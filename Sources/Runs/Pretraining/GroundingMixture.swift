import Tabletop

/// What ``GroundingExamples`` are mixed from: which suites, which moments of an episode, which kinds of
/// instruction.
///
/// A policy meets everything that can happen during an episode, while initial states alone never show
/// a closed gripper or an object in the bowl. So scenes are put into such states, and what is hard
/// to learn comes more often. The numbers were chosen by trial, for the smallest pointing error on
/// held-out scenes (``ToyVLM/pointingError(scenes:)``); they follow from no formula.
enum GroundingMixture {
  /// Of 20 scenes, how many have a layout of each suite: the harder to point in, the more.
  static let suites: [Suite] =
    Array(repeating: .object, count: 7) + Array(repeating: .spatial, count: 7)
    + Array(repeating: .long, count: 4) + Array(repeating: .goal, count: 2)

  // MARK: Hard negatives

  /// Share of training scenes with three different objects in which two share a color or a shape, so
  /// that a single word of the instruction decides.
  static let hardNegatives: Float = 0.5
  /// Share of those that share the color; the others share the shape. Shapes are harder to tell apart
  /// than colors, so the shape has to decide more often.
  static let sharedColor: Float = 0.7

  // MARK: Moments of an episode

  /// Share of scenes with a bowl in which another object lies in it: the moment after a put.
  static let inBowl: Float = 0.3
  /// Farthest distance of that object from the bowl's center, along x and along y, in world units;
  /// well within ``Rules/bowlRadius``.
  static let bowlOffset: Float = 0.04
  /// Share of scenes with an object in the gripper, anywhere: the moments of carrying.
  static let held: Float = 0.25
  /// Heights of a gripper that holds an object, in world units.
  static let heldHeights: ClosedRange<Float> = 0.04...0.9
  /// Share of scenes with the gripper near an object: the moments before a grasp, when the gripper
  /// hides part of what it is about to grasp.
  static let nearObject: Float = 0.35
  /// Standard deviation of the gripper's distance from that object, along x and along y, in world
  /// units.
  static let nearDistance: Float = 0.06
  /// Heights of a gripper near an object, in world units: from touching it to approaching it.
  static let nearHeights: ClosedRange<Float> = 0.03...0.5
  /// Share of the empty grippers that are closed, as when pushing.
  static let closed: Float = 0.3

  // MARK: Instructions

  /// How often the picks count among the kinds of instruction of a scene, where every other kind
  /// counts once: most tasks begin with a pick.
  static let picks = 2
  /// The same of the two-step instructions in the suite `long`, which asks for nothing else.
  static let twoStepsInLong = 3

  // MARK: Answers

  /// How much a slot counts that the instruction leaves open, and that therefore points at the first
  /// object again: enough to point somewhere, too little to compete with the slots that matter.
  static let openSlotWeight: Float = 0.3
}
