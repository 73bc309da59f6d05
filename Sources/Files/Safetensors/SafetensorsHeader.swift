/// The JSON header of a safetensors file, read strictly: which tensors there are, and where.
///
///     {"__metadata__": {"format": "pt"},
///      "head.weight": {"dtype": "F16", "shape": [32, 7], "data_offsets": [0, 448]}}
///
/// A header has just these three levels, so a reader of exactly that needs no recursion: no nesting
/// can exhaust the stack. It also sees what a general JSON reader drops without a word, names that
/// occur twice. Whether the offsets make sense is for `SafetensorsFile` to say.
///
/// Source: huggingface.co/docs/safetensors, "Format".
struct SafetensorsHeader {
  struct Entry {
    var name: String
    var dataType: String
    var shape: [Int]
    var begin, end: Int  // bytes from the end of the header
  }

  private(set) var entries: [Entry] = []
  private(set) var metadata: [String: String] = [:]

  init(_ bytes: [UInt8]) throws(SafetensorsError.Reason) {
    var json = JSONText(bytes: bytes)
    guard bytes.first == UInt8(ascii: "{") else { throw json.problem("'{' as the first byte") }
    var read = (entries: entries, metadata: metadata)
    try json.object { (json, name) throws(SafetensorsError.Reason) in
      if name == "__metadata__" {
        try json.object { (json, key) throws(SafetensorsError.Reason) in
          read.metadata[key] = try json.string()
        }
      } else {
        read.entries.append(try Self.entry(name, &json))
      }
    }
    try json.end()
    (entries, metadata) = read
  }

  private static func entry(
    _ name: String, _ json: inout JSONText
  ) throws(SafetensorsError.Reason) -> Entry {
    var dataType: String?, shape: [Int]?, offsets: [Int]?
    try json.object { (json, key) throws(SafetensorsError.Reason) in
      switch key {
      case "dtype": dataType = try json.string()
      case "shape": shape = try json.integers()
      case "data_offsets": offsets = try json.integers()
      default: throw json.problem("no other key than dtype, shape, data_offsets")
      }
    }
    guard let dataType, let shape, let offsets, offsets.count == 2 else {
      throw json.problem("dtype, shape and two data_offsets before this")
    }
    return Entry(
      name: name, dataType: dataType, shape: shape, begin: offsets[0], end: offsets[1])
  }
}
