import Files
import Foundation

/// The images that a model sees, as an overview says it.
public struct ImageInput: Encodable, Sendable, Equatable {
  /// In pixels; nil if pictures keep their own size.
  public let width, height: Int?
  /// Squashed, cut out of the middle, or as they are.
  public let fit: String
  /// How pixels are averaged on the way.
  public let filter: String
  /// Towers that see the picture, each with colours normalised in its own way.
  public let normalizations: Int

  /// What a model's folder says; nil if it says nothing of images.
  init?(folder: URL) throws {
    let combined = folder.appending(path: "processor_config.json")
    let exists = { (file: URL) in FileManager.default.fileExists(atPath: file.path) }
    if !exists(folder.appending(path: "preprocessor_config.json")) {
      guard exists(combined), try JSONFile.read(combined)["image_processor"].exists else {
        return nil
      }
    }
    self.init(try ImagePreprocessor.read(folder: folder))
  }

  private init(_ preprocessor: ImagePreprocessor) {
    let size: ImagePreprocessor.Size?
    switch (preprocessor.target, preprocessor.crop) {
    case (.shortestEdge(let edge), let crop):
      size = crop
      fit = "short side to \(edge)" + (crop == nil ? "" : ", then cut out of the middle")
    case (.exactly(let target), let crop):
      size = crop ?? target
      fit = crop == nil || crop == target ? "squashed" : "squashed, then cut out of the middle"
    case (nil, let crop):
      size = crop
      fit = crop == nil ? "as they are" : "cut out of the middle"
    }
    (width, height) = (size?.width, size?.height)
    filter = "\(preprocessor.filter)"
    normalizations = preprocessor.normalizations.count
  }
}
