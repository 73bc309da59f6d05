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
  notAttempted()
}

check(StoredNumbers.self, numbers)
