import Foundation
import TestSupport
import Testing

@testable import Tabletop
@testable import Tensors
@testable import VLMs

/// Against the ids and texts that the `tokenizers` library gave for the same files. Strings are
/// compared by code points: Swift finds "é" and e-with-an-accent equal.
@Suite struct TextTokenizerTests {
  @Test("all nine kinds of tokenizer have a fixture")
  func kinds() {
    let found = Set(TokenizerFixture.all.map(\.folder.lastPathComponent))
    let bundled: Set = [
      "bert_wordpiece", "clip_bpe", "gemma_sp_bpe", "gpt2_byte_bpe", "llama_sp_bpe_legacy",
      "llama_sp_bpe_metaspace", "opt_byte_bpe", "qwen2_byte_bpe", "smollm_byte_bpe",
    ]
    #expect(found.isSuperset(of: bundled))
  }

  @Test("every string is encoded to the reference's ids", arguments: TokenizerFixture.all)
  func encoding(_ fixture: TokenizerFixture) throws {
    let tokenizer = try fixture.tokenizer()
    let encodings = try fixture.encodings()
    #expect(tokenizer.vocabularySize == encodings.vocab_size)
    #expect(!encodings.cases.isEmpty)
    for example in encodings.cases {
      let name = "\(example.text.debugDescription)"
      let ids = try tokenizer.encode(example.text)
      #expect(ids == example.ids, "\(name)")
      let plain = try tokenizer.encode(example.text, addingSpecialTokens: false)
      #expect(plain == example.ids_no_special, "\(name), no special tokens")
    }
  }

  @Test("the ids are decoded to the reference's text", arguments: TokenizerFixture.all)
  func decoding(_ fixture: TokenizerFixture) throws {
    let tokenizer = try fixture.tokenizer()
    for example in try fixture.encodings().cases {
      let all = try tokenizer.decode(example.ids_no_special, skippingSpecialTokens: false)
      #expect(Scalars(all) == Scalars(example.decode))
      let plain = try tokenizer.decode(example.ids)
      #expect(Scalars(plain) == Scalars(example.decode_skip_special))
    }
  }

  @Test("streamed text equals the text decoded at once", arguments: TokenizerFixture.all)
  func streaming(_ fixture: TokenizerFixture) throws {
    let tokenizer = try fixture.tokenizer()
    var random = SeededRandom(seed: 3)
    var sequences = try fixture.encodings().cases.map(\.ids)
    // Arbitrary ids too, as a model with random weights makes them: mostly broken UTF-8.
    for _ in 0..<50 { sequences.append((0..<20).map { _ in random.integer(below: 400) }) }
    for ids in sequences {
      for skips in [true, false] {
        var stream = TextStream(tokenizer, skippingSpecialTokens: skips)
        let pieces = try ids.map { try stream.next($0) } + [stream.finish()]
        let whole = try tokenizer.decode(ids, skippingSpecialTokens: skips)
        #expect(Scalars(pieces.joined()) == Scalars(whole), "\(ids)")
      }
    }
  }

  @Test("half a character is held back until the other half comes")
  func halves() throws {
    let tokenizer = try TextTokenizer(contentsOf: TokenizerFixture.named("gpt2_byte_bpe"))
    let ids = try tokenizer.encode("a🤖b")
    #expect(ids.count == 6)
    var stream = TextStream(tokenizer)
    #expect(try ids.map { try stream.next($0) } == ["a", "", "", "", "🤖", "b"])
    #expect(try stream.finish() == "")
  }

  @Test("tokens and ids map to each other")
  func names() throws {
    let tokenizer = try TextTokenizer(contentsOf: TokenizerFixture.named("llama_sp_bpe_legacy"))
    #expect(tokenizer.id(of: "<s>") == 1)
    #expect(tokenizer.id(of: "<image>") == 387)
    #expect(tokenizer.token(of: 387) == "<image>")
    #expect(tokenizer.id(of: "no such token") == nil)
    #expect(tokenizer.token(of: 388) == nil)
    #expect(tokenizer.token(of: -1) == nil)
    #expect(try tokenizer.decode([-1, 99999]) == "")
  }

  @Test(
    "200,000 letters, spaces or lines are encoded in less than 20 s of processor time",
    arguments: TokenizerFixture.all.filter { $0.folder.path.contains("/seed0/") })
  func long(_ fixture: TokenizerFixture) throws {
    let tokenizer = try fixture.tokenizer()
    for unit in ["a", " ", "\n", "é", "a ", "'", " \n "] {
      let text = String(repeating: unit, count: 200_000 / unit.utf8.count)
      let seconds = try processorSeconds { _ = try tokenizer.encode(text) }
      #expect(seconds < 20, "\(unit.debugDescription) took \(seconds) s")
    }
  }
}
