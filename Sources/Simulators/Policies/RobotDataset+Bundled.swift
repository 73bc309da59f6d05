import Files
import Foundation

extension RobotDataset {
  /// A small part of a real simulator's demonstrations, for a notebook that runs without Python.
  ///
  /// Every sixth step of 20 demonstrations of each of three of MetaWorld's tasks (`drawer-open-v3`,
  /// `button-press-topdown-v3`, `window-open-v3`), at 64×64 pixels, with the simulator's true positions:
  /// enough to learn from and to point at, too few to act well. Recorded whole by
  ///
  ///     nanovla data --environment metaworld:drawer-open-v3,button-press-topdown-v3,window-open-v3 \
  ///       --count 60 --output metaworld
  /// - Throws: `MissingResource`, or what is wrong with the folder.
  public static func bundledMetaWorld() throws -> RobotDataset {
    try RobotDataset(
      contentsOf: BundledFolder.locate(
        bundle: "nanoVLA_Simulators", folder: "MetaWorld", source: #filePath))
  }
}
