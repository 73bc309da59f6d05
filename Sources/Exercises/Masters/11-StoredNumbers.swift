// Exercise 11 · Reading bfloat16 from a file
// Difficulty 2 of 3, importance 2 of 3, about 15 minutes.
//
// Predict first: the float32 number 1 has the bits 0x3F800000. Which two bytes does bfloat16 store
// for it, and in which order do they stand in the file? Write your answer down before you begin.
//
// Read the numbers of one tensor from a safetensors file. The file begins with 8 bytes, the length
// of the header, lowest byte first; then comes the header (JSON, already read for you), and then
// the data. A tensor's offsets count bytes from the start of the DATA. Its numbers are bfloat16,
// two bytes each, low byte first: the upper 16 bits of a float32.
//
// In the course: Sources/Files/Safetensors/SafetensorsHeader.swift and
// Sources/Tensors/Memory/HalfPrecision.swift. If you change it there, this checks it:
// swift test --filter "SafetensorsRoundTripTests|HalfPrecisionTests"
//
// Check this file with nanovla-lesson check 11; help: nanovla-lesson hint 11.

import Exercises

/// The numbers at `offsets` of a safetensors file.
/// - Parameters:
///   - file: all bytes of the file.
///   - offsets: the tensor's `data_offsets`, an even number of bytes.
func numbers(of file: [UInt8], at offsets: Range<Int>) -> [Float] {
  #if SOLUTION
    let headerLength = (0..<8).reduce(0) { $0 + Int(file[$1]) << (8 * $1) }
    let data = 8 + headerLength  // where offset 0 is
    return stride(from: offsets.lowerBound, to: offsets.upperBound, by: 2).map { offset in
      let (low, high) = (UInt32(file[data + offset]), UInt32(file[data + offset + 1]))
      return Float(bitPattern: (high << 8 | low) << 16)
    }
  #else
    notAttempted()
  #endif
}

// Script: check(StoredNumbers.self, numbers)

// Answer: the upper half, 0x3F80, as the bytes 0x80 0x3F: the low byte comes first.
// Hint 1: At which byte of the file is offset 0?
// Hint 2: Three steps: the header's length from bytes 0…7, the start of the data, and for each pair
// of bytes 16 bits. `Float(bitPattern:)` takes 32 bits: what are the other 16?
// Hint 3: length = Σ file[i] << 8i for i in 0..<8; start = 8 + length. Each number:
// Float(bitPattern: (high << 8 | low) << 16), with UInt32s.
