/// Makes inputs of one parser from valid ones: first as a text of values, then as bytes; at last it repairs
/// lengths and checksums, so that the parser reads on.
struct Mutator {
  private let seeds: [(bytes: [UInt8], json: JSONText?)]
  private let form: FileForm

  init(_ seeds: [[UInt8]], form: FileForm) {
    self.form = form
    self.seeds = seeds.map { ($0, form == .png ? nil : JSONText(form.text(of: $0))) }
  }

  /// Input number `index`, always the same one.
  func input(_ index: Int) -> [UInt8] {
    var random = FuzzRandom(seed: UInt64(index))
    let seed = seeds[index % seeds.count]
    var bytes = seed.bytes
    if let json = seed.json, random.below(4) > 0 {
      var text = json.changed(using: &random)
      if random.below(3) == 0 { text = JSONText(text).changed(using: &random) }
      bytes = form.replacingText(of: seed.bytes, by: text)
    }
    let changes = seed.json == nil || random.below(3) == 0 ? 1 + random.below(4) : 0
    for _ in 0..<changes { bytes = changed(bytes, &random) }
    return random.below(8) > 0 ? form.repaired(bytes) : bytes
  }

  /// Bytes that begin or end something, and the ends of ranges of numbers.
  private static let special: [UInt8] =
    Array("{}[]\",:\\-+.eE0 19nt".utf8) + [
      0, 1, 0x0A, 0x7F, 0x80, 0xBF, 0xC0, 0xE2, 0xED, 0xEF, 0xF0, 0xF4, 0xFE, 0xFF,
    ]
  private static let numbers: [UInt64] = [
    0, 1, 7, 8, 255, 65_535, 1 << 31, 1 << 32, 1 << 62, 1 << 63, .max, .max - 8,
  ]

  private func changed(_ bytes: [UInt8], _ random: inout FuzzRandom) -> [UInt8] {
    guard !bytes.isEmpty else { return Array(seeds[0].bytes.prefix(8)) }
    var bytes = bytes
    let place = random.below(bytes.count)
    switch random.below(8) {
    case 0: bytes[place] ^= 1 << UInt8(random.below(8))
    case 1: bytes[place] = random.element(of: Self.special)
    case 2: bytes.insert(random.element(of: Self.special), at: place)
    case 3: bytes.removeSubrange(place..<min(bytes.count, place + 1 + random.below(8)))
    case 4: bytes.removeSubrange(place...)  // cut short
    case 5:  // a part twice
      let part = bytes[place..<min(bytes.count, place + 1 + random.below(64))]
      bytes.insert(contentsOf: Array(part), at: random.below(bytes.count))
    case 6:  // the end of another valid input
      let other = random.element(of: seeds).bytes
      bytes = Array(bytes[..<place]) + other[min(place, other.count)...]
    default:  // a number of 1, 2, 4 or 8 bytes, in either order
      let number = random.element(of: Self.numbers)
      let width = 1 << random.below(4)
      let isBig = random.below(2) == 0
      for i in 0..<width where place + i < bytes.count {
        let shift = 8 * (isBig ? width - 1 - i : i)
        bytes[place + i] = UInt8(truncatingIfNeeded: number >> UInt64(shift))
      }
    }
    return bytes
  }
}

/// SplitMix64, as the product's own generator, but without its code: what is tested draws nothing here.
struct FuzzRandom {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0xD134_2543_DE82_EF95 }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func below(_ bound: Int) -> Int {
    Int(next().multipliedFullWidth(by: UInt64(bound)).high)
  }

  mutating func element<Items: RandomAccessCollection>(of items: Items) -> Items.Element
  where Items.Index == Int { items[items.startIndex + below(items.count)] }
}
