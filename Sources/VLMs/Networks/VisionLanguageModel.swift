import Tensors

/// A vision-language model: an image becomes tokens in the prompt of a language model.
public protocol VisionLanguageModel: Module {
  /// The type of the language model.
  associatedtype Language: LanguageModel
  /// Reads image and text tokens.
  var language: Language { get }

  /// The side of its square input images, in pixels.
  var imageSize: Int { get }
  /// The channels of its input images: three per vision tower.
  var imageChannels: Int { get }
  /// The id of the placeholder that image tokens replace in a prompt; nil if there is none.
  var imageToken: Int? { get }
  /// How an image is cut into tiles that are read besides the whole image; nil if it is not.
  var tiling: Tiling? { get }

  /// The image tokens: [B, H, W, 3] → [B, P, D].
  /// - Throws: ``PromptError`` if an instruction that they depend on is too long.
  func encodeImage(_ images: Tensor) throws -> Tensor

  /// The tokens of prompts with their images, [B, T, D].
  /// - Parameters:
  ///   - ids: B lists of token ids in this family's prompt format.
  ///   - images: [B, H, W, 3], normalized as the vision tower was trained.
  func prompt(_ ids: [[Int]], images: Tensor) throws -> Tensor

  /// The image tokens of one image with its tiles, [1, P, D].
  func encodeImage(_ image: PreparedImage) throws -> Tensor

  /// The tokens of one prompt with an image and its tiles, [1, T, D].
  func prompt(_ ids: [Int], image: PreparedImage) throws -> Tensor

  /// The language model that reads the prompt of these ids and images: ``language``, unless it attends to
  /// the image beside the prompt (Flamingo).
  func reader(of ids: [[Int]], images: Tensor) throws -> any LanguageModel

  /// What is wrong with images of `shape`, [B, H, W, C]; nil if the network reads them.
  func problem(withImages shape: [Int]) -> VLMError?
}

extension VisionLanguageModel {
  /// Red, green and blue, for one tower.
  public var imageChannels: Int { 3 }
  /// None.
  public var imageToken: Int? { nil }
  /// Nil: no tiles.
  public var tiling: Tiling? { nil }

  public func encodeImage(_ image: PreparedImage) throws -> Tensor {
    try encodeImage(image.pixels)
  }

  public func prompt(_ ids: [Int], image: PreparedImage) throws -> Tensor {
    try prompt([ids], images: image.pixels)
  }

  public func reader(of ids: [[Int]], images: Tensor) throws -> any LanguageModel { language }

  /// Squares of ``imageSize``, with ``imageChannels``.
  public func problem(withImages shape: [Int]) -> VLMError? {
    if shape[1...2] != [imageSize, imageSize] { return .wrongImageSize(shape, needed: imageSize) }
    return shape[3] == imageChannels ? nil : .wrongChannels(shape[3], needed: imageChannels)
  }
}
