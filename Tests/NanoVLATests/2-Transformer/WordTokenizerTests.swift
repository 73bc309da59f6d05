import NanoVLA
import Tabletop
import Testing

@Suite struct WordTokenizerTests {
  private let tokenizer = WordTokenizer(
    vocabulary: ["pick", "up", "the", "red", "green", "cup", "ball"], maximumLength: 7)

  @Test("words become their ids, and padding fills up to the maximum length")
  func encoding() throws {
    let ids = try tokenizer.encode("pick up the red cup")
    #expect(ids == [1, 2, 3, 4, 6, 0, 0])
    #expect(tokenizer.mask(ids) == [true, true, true, true, true, false, false])
    #expect(tokenizer.decode(ids) == "pick up the red cup")
    #expect(tokenizer.count == 8)
  }

  @Test(
    "capitals, spaces and punctuation change nothing",
    arguments: [
      "Pick up the red cup.", "PICK UP, THE RED CUP!", "  pick\tup the\nred cup ",
      "pick up the red cup .",
      "\u{201C}pick up the red cup\u{201D}…", "pick up the red cup?!",
    ])
  func spelling(instruction: String) throws {
    #expect(try tokenizer.encode(instruction) == [1, 2, 3, 4, 6, 0, 0])
  }

  @Test("an empty instruction is refused", arguments: ["", "   \n", " . ", "?!"])
  func empty(instruction: String) {
    #expect(throws: InstructionError.empty) { try tokenizer.encode(instruction) }
  }

  @Test("an instruction of exactly the maximum is read, one word more is refused with both numbers")
  func length() throws {
    let seven = Array(repeating: "cup", count: 7).joined(separator: " ")
    #expect(try tokenizer.encode(seven) == Array(repeating: 6, count: 7))
    let error = #expect(throws: InstructionError.self) { try tokenizer.encode(seven + " cup") }
    let text = "\(error!)"
    #expect(text.hasPrefix("instruction is 8 words, this model reads 7"))
  }

  @Test(
    "the error for an unknown word names the most similar known ones",
    arguments: [
      ("cap", "cup"), ("rad", "red"), ("balls", "ball"), ("gren", "green"), ("th", "the"),
    ])
  func unknown(word: String, nearest: String) {
    let error = #expect(throws: InstructionError.self) { try tokenizer.encode("pick up \(word)") }
    guard case .unknownWord(word, let near) = error else {
      Issue.record("not an unknown word: \(error!)")
      return
    }
    #expect(near.count == 3)
    #expect(near.first == nearest)
    let text = error!.description
    #expect(text.hasPrefix("unknown word \"\(word)\""))
  }

  @Test("a word of a million letters is refused quickly and in one short line")
  func longWord() {
    let word = String(repeating: "x", count: 1_000_000)
    let error = #expect(throws: InstructionError.self) { try tokenizer.encode(word) }
    let length = "\(error!)".count
    #expect(length < 200)
  }

  @Test("a repeated word of the vocabulary keeps its first id, and decoding skips unknown ids")
  func oddities() throws {
    let twice = WordTokenizer(vocabulary: ["cup", "cup", "red"], maximumLength: 2)
    #expect(try twice.encode("red cup") == [3, 1])
    #expect(twice.decode([-4, 3, 99, 1]) == "red cup")
  }
}
