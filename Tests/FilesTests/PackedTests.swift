import Foundation
import TestSupport
import Testing

@testable import Files
@testable import Tensors

/// `tensor` written as `dataType` and read back packed, at an address `offset` bytes after an aligned
/// one.
private func packed(
  _ tensor: Tensor, as dataType: SafetensorsDataType, offset: Int = 0
) throws -> Tensor {
  try withTemporaryFolder { folder in
    let url = folder.appendingPathComponent("one.safetensors")
    try Safetensors.write([("w", tensor.shape, tensor.values)], as: dataType, to: url)
    var bytes = try [UInt8](Data(contentsOf: url))
    let length = bytes[0..<8].enumerated().reduce(0) { $0 + Int($1.element) << (8 * $1.offset) }
    bytes.insert(contentsOf: Array(repeating: 0x20, count: offset), at: 8 + length)
    withUnsafeBytes(of: UInt64(length + offset).littleEndian) {
      bytes.replaceSubrange(0..<8, with: $0)
    }
    try Data(bytes).write(to: url)
    return try SafetensorsFile(url: url).tensor("w")
  }
}

@Suite("Packed weights") struct PackedTests {
  static let types: [SafetensorsDataType] = [.bfloat16, .float16, .float32]
  /// M, N, K: 1 to 70 rows, odd sizes, and some large enough for two threads.
  static let sizes = [
    [1, 1, 1], [1, 3, 5], [2, 5, 17], [3, 33, 65], [4, 7, 129], [5, 3, 2], [70, 65, 33],
    [1, 513, 600], [70, 257, 129], [3, 300, 1_001], [9, 1_500, 1_024],
  ]

  @Test("Weights packed in memory equal those of a bfloat16 file, and are frozen") func inMemory()
    throws
  {
    var random = SeededRandom(seed: 5)
    let weight = Tensor.normal([33, 65], using: &random)
    let (inMemory, inFile) = (weight.packedAsBFloat16(), try packed(weight, as: .bfloat16))
    #expect(inMemory.isPacked && inMemory.shape == [33, 65])
    #expect(inMemory.values == inFile.values)
    #expect(inMemory.asParameter().isFrozen)
    let x = Tensor.normal([3, 65], using: &random)
    let (products, expected) = (x.matmul(transposed: inMemory), x.matmul(transposed: inFile))
    #expect(products.values == expected.values)
    #expect(Tensor.zeros([0, 4]).packedAsBFloat16().values == [])
  }

  @Test(
    "Weights of a file stay packed, with their shape and values, at any address", arguments: types)
  func values(type: SafetensorsDataType) throws {
    let original = uniform(5, 3, 7, in: -2...2)
    for offset in 0..<4 {
      let tensor = try packed(original, as: type, offset: offset)
      #expect(tensor.isPacked && tensor.shape == [5, 3, 7])
      let plain = tensor.unpacked()
      #expect(!plain.isPacked && plain.shape == [5, 3, 7] && plain.values == tensor.values)
      #expect(maximumError(tensor.values, original.values.map { Double($0) }) < 0x1p-8)
      #expect(tensor.description == plain.description)
    }
  }

  @Test("All 65,536 half-precision numbers unpack to the values of the plain conversion")
  func everyNumber() throws {
    for (type, number) in [
      (.float16, { Float(float16Bits: $0) }), (.bfloat16, { Float(bfloat16Bits: $0) }),
    ] as [(SafetensorsDataType, (UInt16) -> Float)] {
      let bits = Array(UInt16.min...UInt16.max)
      let header =
        #"{"w":{"dtype":"\#(type.rawValue)","shape":[256,256],"data_offsets":[0,131072]}}"#
      let wrong = try withTemporaryFolder { folder in
        let url = folder.appendingPathComponent("all.safetensors")
        let length = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Data($0) }
        let numbers = bits.map(\.littleEndian).withUnsafeBytes { Data($0) }
        try (length + Data(header.utf8) + numbers).write(to: url)
        let found = try SafetensorsFile(url: url).tensor("w").values
        return zip(found, bits).filter { found, bits in
          let expected = number(bits)
          return found.bitPattern != expected.bitPattern && !(found.isNaN && expected.isNaN)
        }
      }
      #expect(wrong.isEmpty)
    }
  }

  @Test(
    "Products with packed weights, and their gradients, equal those with unpacked weights",
    arguments: sizes)
  func products(size: [Int]) throws {
    let (m, n, k) = (size[0], size[1], size[2])
    let bias = uniform(n, seed: 3)
    for (type, offset) in [(.bfloat16, 0), (.float16, 1), (.float32, 0), (.float32, 2)]
      as [(SafetensorsDataType, Int)]
    {
      let weight = try packed(uniform(n, k, seed: 2), as: type, offset: offset)
      let turned = try packed(uniform(k, n, seed: 4), as: type, offset: offset)
      let scale = Double(k).squareRoot()
      func compare(_ product: (Tensor, _ isPacked: Bool) -> Tensor) {
        let x = [true, false].map { _ in uniform(m, k).asParameter() }
        let y = [product(x[0], true), product(x[1], false)]
        #expect(y[0].shape == [m, n] && y[0].shape == y[1].shape)
        #expect(maximumError(y[0].values, y[1].values.map { Double($0) }) < 1e-6 * scale)
        for result in y { (result * uniform(m, n, seed: 5)).sum().backward() }
        let gradients = x.map { $0.gradient?.values ?? [] }
        #expect(maximumError(gradients[0], gradients[1].map { Double($0) }) < 2e-6 * scale)
      }
      compare { $0.linear(weight: $1 ? weight : weight.unpacked(), bias: nil) }
      compare { $0.linear(weight: $1 ? weight : weight.unpacked(), bias: bias) }
      compare { $0.matmul($1 ? turned : turned.unpacked()) }
    }
  }

  @Test("Products with packed weights equal a plain loop", arguments: [1, 3, 6])
  func plainLoop(rows: Int) throws {
    let x = uniform(rows, 19)
    for type in Self.types {
      let weight = try packed(uniform(7, 19, seed: 2), as: type)
      let expected = plainProduct(
        x, weight.unpacked(), (1, rows, 7, 19), transposed: true, shared: true)
      #expect(maximumError(x.linear(weight: weight, bias: nil).values, expected) < 1e-6)
    }
  }

  @Test("Rows, columns or the inner dimension may be 0") func empty() throws {
    let weight = try packed(uniform(4, 3), as: .bfloat16)
    #expect(Tensor.zeros([0, 3]).linear(weight: weight, bias: nil).shape == [0, 4])
    let none = try packed(.zeros([2, 0]), as: .bfloat16)
    let bias = uniform(2)
    #expect(Tensor.zeros([5, 0]).linear(weight: none, bias: nil).values.allSatisfy { $0 == 0 })
    let onlyBias = Tensor.zeros([1, 0]).linear(weight: none, bias: bias).values
    #expect(onlyBias == bias.values)
    #expect(weight.rows(at: []).shape == [0, 3] && weight.sliced(axis: 0, 2..<2).values.isEmpty)
  }

  @Test("Row lookup, slices of rows and reshaping work on packed weights", arguments: types)
  func rowsAndSlices(type: SafetensorsDataType) throws {
    let table = try packed(uniform(9, 5), as: type)
    let plain = table.unpacked()
    let rows = table.rows(at: [8, 0, 8])
    #expect(rows.shape == [3, 5] && rows.values == plain.rows(at: [8, 0, 8]).values)
    let part = table.sliced(axis: 0, 3..<7)
    #expect(part.isPacked && part.values == plain.sliced(axis: 0, 3..<7).values)
    #expect(part.rows(at: [1]).values == plain.rows(at: [4]).values)
    let inner = part.sliced(axis: 0, 1..<3)
    #expect(inner.isPacked && inner.values == plain.sliced(axis: 0, 4..<6).values)
    let x = uniform(2, 5, seed: 3)
    let product = x.linear(weight: part, bias: nil).values
    #expect(
      maximumError(product, x.linear(weight: part.unpacked(), bias: nil).values.map(Double.init))
        < 1e-6)
    let other = table.reshaped([3, 15])
    #expect(other.isPacked && other.shape == [3, 15] && other.values == plain.values)
  }

  @Test("Any other operation unpacks a small tensor, on several threads too") func small() throws {
    let table = try packed(uniform(6, 4), as: .float16)
    let plain = table.unpacked()
    #expect((table + 1).values == (plain + 1).values)
    #expect(table.transposed(0, 1).values == plain.transposed(0, 1).values)
    #expect(table.sliced(axis: 1, 1..<3).values == plain.sliced(axis: 1, 1..<3).values)
    #expect(table[5, 3] == plain[5, 3] && table.isPacked)
    let fresh = try packed(uniform(6, 4), as: .float16)
    let sums = inShards(of: 8) { _ in (fresh + plain).values }
    #expect(sums.allSatisfy { $0 == (plain + plain).values })
  }

  @Test("A large tensor is not unpacked automatically; the message names its shape and format")
  func large()
    async
  {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let tensor = try packed(.zeros([4_097, 1_024]), as: .bfloat16)
      _ = tensor + 1
    }
    expectMessage(result, "[4097, 1024]", "BF16", "unpacked()")
  }

  @Test("A packed parameter is frozen; an unpacked one can learn") func frozen() async throws {
    let parameter = Tensor.zeros([4, 3]).asParameter()
    parameter.adopt(try packed(uniform(4, 3), as: .bfloat16))
    #expect(parameter.isParameter && parameter.isFrozen && !parameter.requiresGradient)
    #expect(try packed(uniform(4, 3), as: .bfloat16).asParameter().isFrozen)
    let free = Tensor.zeros([4, 3]).asParameter()
    free.adopt(parameter.unpacked())
    #expect(free.requiresGradient && free.values == parameter.values)
    parameter.values = free.values
    parameter.isFrozen = false
    #expect(parameter.requiresGradient && !parameter.isPacked)
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let parameter = try packed(uniform(4, 3), as: .bfloat16).asParameter()
      parameter.isFrozen = false
    }
    expectMessage(result, "[4, 3]", "cannot learn")
  }

  @Test("Vectors become float32 at once; unsupported data types are refused by name")
  func shortAndListed() throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("one.safetensors")
      try Safetensors.write(
        [
          ("bias", [6], [1, 2, 3, 4, 5, 6]), ("scale", [], [7]),
          ("w", [3, 2], [1, 2, 3, 4, 5, 6]),
        ],
        as: .bfloat16, to: url)
      let file = try SafetensorsFile(url: url)
      #expect(try !file.tensor("bias").isPacked && file.tensor("scale").item == 7)
      #expect(try file.tensor("bias", rows: 2..<4).values == [3, 4])
      let rows = try file.tensor("w", rows: 1..<3)
      #expect(rows.isPacked && rows.shape == [2, 2] && rows.values == [3, 4, 5, 6])
      for (name, range, shape) in [
        ("w", 2..<4, [3, 2]), ("w", -1..<1, [3, 2]), ("scale", 0..<1, []),
      ] {
        let reason = SafetensorsError.Reason.missingRows(tensor: name, rows: range, shape: shape)
        #expect(throws: SafetensorsError(file: url.path, reason: reason)) {
          try file.tensor(name, rows: range)
        }
      }
      let missing = SafetensorsError.Reason.missingTensor(
        "x", nearest: ["w", "bias", "scale"], count: 3)
      #expect(throws: SafetensorsError(file: url.path, reason: missing)) { try file.tensor("x") }
      let header = #"{"i":{"dtype":"I64","shape":[1,1],"data_offsets":[0,8]}}"#
      let length = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Data($0) }
      try (length + Data(header.utf8) + Data(count: 8)).write(to: url)
      let listed = SafetensorsError.Reason.unreadableDataType(tensor: "i", .int64)
      #expect(throws: SafetensorsError(file: url.path, reason: listed)) {
        try SafetensorsFile(url: url).tensor("i")
      }
    }
  }
}
