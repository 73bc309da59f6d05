import Files
import Foundation

/// Where the settings of a model's image preprocessing are, and which of them change nothing.
extension ImagePreprocessor {
  /// Reads the `image_processor` part of `processor_config.json` in `folder`, or else
  /// `preprocessor_config.json`: of two files the one that newer versions of transformers write.
  /// - Parameter usual: the preprocessing of a family whose folders have neither file.
  /// - Throws: `JSONFileError`
  public static func read(
    folder: URL, or usual: ImagePreprocessor? = nil
  ) throws -> ImagePreprocessor {
    let settings = try settings(in: folder)
    if settings?.exists != true, let usual { return usual }
    return try ImagePreprocessor(settings ?? JSONFile.read(folder.appending(path: plainFile)))
  }

  /// The settings in a model's folder; nil if there are none.
  static func settings(in folder: URL) throws -> JSONValue? {
    let (file, combined) = (
      folder.appending(path: plainFile), folder.appending(path: "processor_config.json")
    )
    let exists = { (file: URL) in FileManager.default.fileExists(atPath: file.path) }
    if exists(combined) {
      let part = try JSONFile.read(combined)["image_processor"]
      if part.exists || !exists(file) { return part }
    }
    return exists(file) ? try JSONFile.read(file) : nil
  }

  static let plainFile = "preprocessor_config.json"

  /// Settings that change nothing: who reads the file, the layout of arrays, colors that are RGB anyway.
  static let harmless: Set<String> = [
    "data_format", "device", "disable_grouping", "do_convert_rgb",
    "feature_extractor_type", "image_processor_type", "image_seq_length", "image_token",
    "inplace", "input_data_format", "num_additional_image_tokens", "num_query_tokens",
    "patch_size", "return_tensors", "use_fast", "use_fused_vision_backbone",
    "vision_feature_select_strategy",
    // What replaced them is read: see ``prismatic(_:)``.
    "input_sizes", "interpolations", "means", "stds", "antialias",
  ]

  /// The statistics of CLIP's training images, which BLIP uses too; the default.
  static let clipColors = Normalization(
    mean: [0.48145466, 0.4578275, 0.40821073], std: [0.26862954, 0.26130258, 0.27577711])
}
