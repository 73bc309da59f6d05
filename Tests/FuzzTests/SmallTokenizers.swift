/// Small tokenizers of the kinds that are published.
enum SmallTokenizers {
  static let all = [byteLevel, metaspace, wordPiece]

  private static let byteLevel = #"""
    {"version": "1.0", "added_tokens": [{"id": 7, "content": "<s>", "special": true}],
     "normalizer": {"type": "Sequence", "normalizers": [{"type": "NFC"}, {"type": "Lowercase"}]},
     "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
       {"type": "Split", "pattern": {"Regex": "'s|\\p{L}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+"},
        "behavior": "Isolated", "invert": false},
       {"type": "ByteLevel", "add_prefix_space": true, "use_regex": false}]},
     "decoder": {"type": "ByteLevel"},
     "model": {"type": "BPE", "unk_token": "u", "vocab":
       {"a": 0, "b": 1, "ab": 2, "Ġ": 3, "Ġa": 4, "u": 5, "Ċ": 6}, "merges": ["a b", "Ġ a"]}}
    """#

  private static let metaspace = #"""
    {"version": "1.0", "added_tokens": [
       {"id": 0, "content": "<unk>", "special": true, "normalized": false},
       {"id": 1, "content": "<s>", "special": true, "lstrip": true, "rstrip": true}],
     "normalizer": {"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "▁"},
       {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]},
     "post_processor": {"type": "TemplateProcessing",
       "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
       "pair": [], "special_tokens": {"<s>": {"id": "<s>", "ids": [1], "tokens": ["<s>"]}}},
     "decoder": {"type": "Sequence", "decoders": [
       {"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "ByteFallback"},
       {"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 1, "stop": 0}]},
     "model": {"type": "BPE", "unk_token": "<unk>", "fuse_unk": true, "byte_fallback": true, "vocab":
       {"<unk>": 0, "<s>": 1, "▁": 2, "a": 3, "b": 4, "ab": 5, "▁ab": 6, "<0xC3>": 7, "<0xA9>": 8},
       "merges": [["a", "b"], ["▁", "ab"]]}}
    """#

  private static let wordPiece = #"""
    {"version": "1.0", "added_tokens": [{"id": 1, "content": "[CLS]", "special": true}],
     "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true,
       "strip_accents": null, "lowercase": true},
     "pre_tokenizer": {"type": "BertPreTokenizer"},
     "post_processor": {"type": "TemplateProcessing",
       "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
       "pair": [], "special_tokens": {"[CLS]": {"id": "[CLS]", "ids": [1], "tokens": ["[CLS]"]}}},
     "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": true},
     "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
       "max_input_chars_per_word": 100, "vocab":
       {"[UNK]": 0, "[CLS]": 1, "a": 2, "##b": 3, "e": 4, "2": 5, "字": 6}}}
    """#
}
