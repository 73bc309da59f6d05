import Files
import Foundation
import Images
import Tabletop
import TestSupport
import Testing
import VLMs

@Suite struct ImagePreprocessorTests {
  @Test(
    "pixel values equal the reference bit for bit",
    arguments: Fixture.of(
      "clip", "clip_gpt2", "llava15", "llava15_gqa", "llava15_v5keys", "openvla", "blip2_opt",
      "instructblip_vicuna", "fastvlm", "llava_qwen2", "llava_llama3", "llava_gemma"))
  func parity(_ fixture: Fixture) throws {
    let vision = fixture.referenceFolder.appending(path: "clip_vision")  // clip_gpt2 has two models
    let isNested = FileManager.default.fileExists(atPath: vision.path)
    let preprocess = try ImagePreprocessor.read(
      folder: isNested ? vision : fixture.referenceFolder)
    let pixels = try preprocess([fixture.image()])  // [1, H, W, 3·N]
      .permuted([0, 3, 1, 2])  // → [1, 3·N, H, W]
    let expected = try fixture.tensor("pixel_values")
    #expect(pixels.shape == expected.shape)
    let differing = zip(pixels.values, expected.values).count { $0.bitPattern != $1.bitPattern }
    #expect(differing == 0)
  }

  /// A folder with `files` by their names, there only while `body` runs.
  private func withFolder<Result>(
    _ files: [String: String], _ body: (URL) throws -> Result
  ) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for (name, text) in files {
      try text.write(to: folder.appending(path: name), atomically: true, encoding: .utf8)
    }
    return try body(folder)
  }

  private func preprocessor(_ config: String) throws -> ImagePreprocessor {
    try withFolder(["preprocessor_config.json": config]) { try .read(folder: $0) }
  }

  private let clip = "\"image_processor_type\": \"CLIPImageProcessor\""
  private let blip = "\"image_processor_type\": \"BlipImageProcessor\""

  @Test("omitted keys have the library's defaults; a size can be one number")
  func defaults() throws {
    let clip = try preprocessor("{\(clip)}")
    #expect(clip.target == .shortestEdge(224))
    #expect(clip.crop == .init(width: 224, height: 224))
    #expect(clip.filter == .bicubic)
    #expect(clip.scale == 0.00392156862745098)
    #expect(clip.normalizations[0].mean == [0.48145466, 0.4578275, 0.40821073])
    let old = try preprocessor(
      "{\"feature_extractor_type\": \"CLIPFeatureExtractor\", \"size\": 336, \"crop_size\": 300}")
    #expect(old.target == .shortestEdge(336))
    #expect(old.crop == .init(width: 300, height: 300))
    let blip = try preprocessor("{\(blip), \"size\": null, \"resample\": 2}")
    #expect(blip.target == .exactly(.init(width: 384, height: 384)))
    #expect(blip.crop == nil)
    #expect(blip.filter == .bilinear)
  }

  @Test("every do_… flag turns its step off")
  func flags() throws {
    let nothing = try preprocessor(
      "{\(clip), \"do_resize\": false, \"do_center_crop\": false, \"do_rescale\": false, "
        + "\"do_normalize\": false}")
    let picture = RGBImage(width: 2, height: 1, pixels: [1, 2, 3, 250, 251, 252])
    let pixels = try nothing([picture, picture])
    #expect(pixels.shape == [2, 1, 2, 3])
    #expect(pixels.values == [1, 2, 3, 250, 251, 252, 1, 2, 3, 250, 251, 252])
    let other = RGBImage(width: 1, height: 2)
    let error = #expect(throws: ImagePreprocessorError.self) { try nothing([picture, other]) }
    let message = try #require(error).description
    #expect(message.hasPrefix("images of 2×1 and 1×2 pixels cannot be one batch"))
  }

  @Test("a center crop of a smaller image is padded with black")
  func crop() throws {
    var picture = RGBImage(width: 5, height: 4)
    for y in 0..<4 { for x in 0..<5 { picture[x, y] = .init(UInt8(10 * y + x), 0, 0) } }
    func reds(_ width: Int, _ height: Int) throws -> [Float] {
      let cut = try preprocessor(
        "{\(clip), \"do_resize\": false, \"do_rescale\": false, \"do_normalize\": false, "
          + "\"crop_size\": {\"height\": \(height), \"width\": \(width)}}")
      let pixels = try cut([picture])
      #expect(pixels.shape == [1, height, width, 3])
      return stride(from: 0, to: pixels.count, by: 3).map { pixels.values[$0] }
    }
    let (inside, framed, wide) = (try reds(2, 2), try reds(6, 5), try reds(8, 1))
    #expect(inside == [11, 12, 21, 22])
    // As NumPy code: ceil of half the missing rows and columns comes first.
    #expect(framed.prefix(8) == [0, 0, 0, 0, 0, 0, 0, 0])
    #expect(Array(framed[6..<12]) == [0, 0, 1, 2, 3, 4])
    #expect(Array(framed[24..<30]) == [0, 30, 31, 32, 33, 34])
    #expect(wide == [0, 0, 10, 11, 12, 13, 14, 0])
  }

  @Test("the longer side is truncated: 45×61 to 42 gives 56, not 57")
  func longSide() throws {
    let resize = try preprocessor(
      "{\(clip), \"size\": {\"shortest_edge\": 42}, \"do_center_crop\": false}")
    let shape = try resize([RGBImage(width: 45, height: 61)]).shape
    #expect(shape == [1, 56, 42, 3])
  }

  @Test("if only processor_config.json exists, its image part is read")
  func processorConfig() throws {
    let text = "{\"image_processor\": {\(blip), \"size\": {\"height\": 30, \"width\": 20}}}"
    let read = try withFolder(["processor_config.json": text]) {
      try ImagePreprocessor.read(folder: $0)
    }
    #expect(read.target == .exactly(.init(width: 20, height: 30)))
    let error = #expect(throws: JSONFileError.self) {
      try withFolder(["processor_config.json": "{}"]) { try ImagePreprocessor.read(folder: $0) }
    }
    let message = try #require(error).description
    #expect(message.contains("image_processor.image_processor_type is missing"))
  }

  private static let openVLA = """
    {"image_processor_type": "PrismaticImageProcessor", "image_resize_strategy": "resize-naive",
     "input_sizes": [[3, 28, 42], [3, 28, 42]], "interpolations": ["lanczos", "lanczos"],
     "means": [[0.1, 0.2, 0.3], [0.5, 0.5, 0.5]], "stds": [[1, 2, 3], [0.5, 0.5, 0.5]]}
    """

  @Test("OpenVLA's file is also read without its derived tvf_ lists")
  func openVLA() throws {
    let read = try preprocessor(Self.openVLA)
    #expect(read.target == .exactly(.init(width: 42, height: 28)))
    #expect(read.filter == .lanczos)
    #expect(read.normalizations.map(\.std) == [[1, 2, 3], [0.5, 0.5, 0.5]])
    let shape = try read([RGBImage(width: 9, height: 9)]).shape
    #expect(shape == [1, 28, 42, 6])
  }

  @Test(
    "OpenVLA files with unsupported settings are refused by key",
    arguments: [
      ("resize-naive", "letterbox", "image_resize_strategy is \"letterbox\""),
      ("[3, 28, 42], [3, 28, 42]", "[3, 28, 42], [3, 42, 42]", "towers of one size"),
      ("[3, 28, 42], [3", "[3, 28], [3", "input_sizes[0] is an array of 2"),
      ("28, 42], [3, 28", "28, 42], [3, 0", "input_sizes[1][1] is 0"),
      ("[1, 2, 3]", "[1, 0, 3]", "stds[0][1] is 0"),
      ("\"stds\"", "\"std\"", "stds[0] is missing"),
      ("\"means\"", "\"tvf_normalize_params\": [{}, {}], \"means\"", "[0].mean is missing"),
      (
        "\"means\"", "\"tvf_resize_params\": [{\"size\": 42}], \"means\"",
        "tvf_resize_params[0].size is 42, not an array"
      ),
      (
        "\"means\"", "\"tvf_crop_params\": [{\"output_size\": [28, 28]}], \"means\"",
        "tvf_crop_params[0].output_size is an array of 2, which is not supported"
      ),
      ("\"lanczos\", \"lanczos\"", "\"lanczos\"", "interpolations[1] is missing"),
      ("\"lanczos\"]", "\"magic\"]", "interpolations[1] is \"magic\""),
      ("[[0.1, 0.2, 0.3], [0.5, 0.5, 0.5]]", "[]", "means is an array of 0"),
    ])
  func badOpenVLA(old: String, new: String, expected: String) throws {
    let text = Self.openVLA.replacingOccurrences(of: old, with: new)
    let error = #expect(throws: JSONFileError.self) { try preprocessor(text) }
    let message = try #require(error).description
    #expect(message.contains(expected))
  }

  @Test(
    "impossible settings are refused with the key, the value and what would do",
    arguments: [
      ("\"size\": 1000000000", "size is 1000000000, but must be from 1 to 4096"),
      ("\"size\": 0", "size is 0"), ("\"size\": -3", "size is -3"),
      ("\"size\": 99999999999999999999", "not a whole number"),
      ("\"size\": 42.5", "size is 42.5, not a whole number"),
      ("\"size\": true", "not a whole number"), ("\"size\": \"336\"", "size is \"336\", not"),
      ("\"size\": [336, 336]", "size is an array of 2, not a whole number"),
      ("\"size\": {\"longest_edge\": 9}", "size.width is missing"),
      ("\"size\": {\"shortest_edge\": 1e9}", "size.shortest_edge is 1000000000"),
      ("\"crop_size\": {\"height\": 42}", "crop_size.width is missing"),
      ("\"crop_size\": {\"height\": 42, \"width\": 9e18}", "crop_size.width is 9"),
      ("\"do_resize\": 1", "do_resize is 1, not true or false"),
      ("\"resample\": 6", "resample is 6, but must be from 0 to 5"),
      ("\"rescale_factor\": 0", "rescale_factor is 0"),
      ("\"rescale_factor\": 1e300", "rescale_factor is 1e+300"),
      ("\"image_mean\": [0.1, 0.2]", "image_mean is an array of 2, but must be an array of 3"),
      ("\"image_mean\": [0, 0, 0], \"image_std\": [1, 1, 0]", "image_std[2] is 0"),
      ("\"image_mean\": [0, 0, 0], \"image_std\": [1, -1, 1]", "image_std[1] is -1"),
      ("\"image_mean\": [0, NaN, 0]", "image_mean[1] is nan, but must be a finite number"),
      ("\"image_mean\": [0, \"a\\nb\", 0]", "image_mean[1] is \"ab\", not a number"),
    ])
  func impossible(setting: String, expected: String) throws {
    let error = #expect(throws: JSONFileError.self) { try preprocessor("{\(clip), \(setting)}") }
    let message = try #require(error).description
    #expect(message.contains(expected))
    #expect(message.contains("preprocessor_config.json: "))
    #expect(!message.contains("\n"))
  }

  @Test("an unsupported processor is named with the supported ones")
  func unsupported() throws {
    let error = #expect(throws: JSONFileError.self) {
      try preprocessor("{\"image_processor_type\": \"Llama4ImageProcessor\"}")
    }
    let message = try #require(error).description
    #expect(message.contains("image_processor_type is \"Llama4ImageProcessor\", which is not"))
    #expect(message.contains("CLIPImageProcessor"))
    #expect(throws: JSONFileError.self) { try preprocessor("[]") }
    #expect(throws: JSONFileError.self) {
      try ImagePreprocessor.read(folder: URL(filePath: "/nowhere"))
    }
  }

  @Test("an image that would become too large is refused before memory is allocated")
  func elongated() throws {
    let line = RGBImage(width: 1, height: 2_000_000)
    for config in ["{\(clip)}", "{\(blip)}"] {
      let preprocess = try preprocessor(config)
      let error = #expect(throws: ImagePreprocessorError.self) { try preprocess([line]) }
      let message = try #require(error).description
      #expect(message.hasPrefix("an image of 1×2000000 pixels would be resized to"))
    }
  }
}
