import Files
import Foundation

/// How a model preprocesses images, for the overview of a checkpoint.
public struct ImageInput: Encodable, Sendable, Equatable {
  /// In pixels; nil if images keep their size.
  public let width, height: Int?
  /// How images reach that size: squashed, center-cropped, or unchanged; and whether tiles follow.
  public let fit: String
  /// The resampling filter.
  public let filter: String
  /// The number of vision towers, each with its own mean and standard deviation of colors.
  public let normalizations: Int

  /// Reads a model's folder; nil if it has no image preprocessing.
  init?(folder: URL) throws {
    guard let settings = try ImagePreprocessor.settings(in: folder), settings.exists else {
      return nil
    }
    self.init(try ImagePreprocessor(settings))
  }

  private init(_ preprocessor: ImagePreprocessor) {
    let size: ImagePreprocessor.Size?
    let how: String
    switch (preprocessor.target, preprocessor.crop) {
    case (.shortestEdge(let edge), let crop):
      size = crop
      how = "short side to \(edge)" + (crop == nil ? "" : ", then center crop")
    case (.within(let box), _):
      size = preprocessor.padding ?? box
      how = "resized to fit" + (preprocessor.padding == nil ? "" : ", then padded")
    case (.multiples(let divisor, let edge), _):
      size = nil
      how = "short side to \(edge), then multiples of \(divisor)"
    case (.exactly(let target), let crop):
      size = crop ?? target
      how = crop == nil || crop == target ? "squashed" : "squashed, then center crop"
    case (nil, let crop):
      size = crop
      how = crop == nil ? "unchanged" : "center crop"
    }
    let splitting = preprocessor.splitting
    let split = splitting.map { "squashed" + ($0.cuts ? ", and tiles of a larger version" : "") }
    fit = split ?? how + (preprocessor.tiling == nil ? "" : ", and tiles of a larger version")
    (width, height) = (splitting?.side ?? size?.width, splitting?.side ?? size?.height)
    filter = "\(preprocessor.filter)"
    normalizations = preprocessor.normalizations.count
  }
}
