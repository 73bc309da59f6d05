#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Mapped pages of memory, of a file or anonymous, which are unmapped with the last reference.
///
/// Pages of a file are read when they are touched and count as resident, but the system may drop
/// them at any time and read them again: a checkpoint larger than memory runs, only slower.
package final class MappedMemory: @unchecked Sendable {
  /// The mapped bytes; without an address if there are none.
  package let bytes: UnsafeRawBufferPointer
  /// Identifies the file independent of its path: equal identities mean equal bytes. nil for
  /// anonymous memory.
  package let identity: Identity?

  /// The device and the inode of a file.
  package struct Identity: Equatable {
    let device: UInt64
    let number: UInt64

    package init(device: UInt64, number: UInt64) { (self.device, self.number) = (device, number) }
  }

  /// Takes over `bytes` that `mmap` returned; empty bytes may have no address.
  package init(_ bytes: UnsafeRawBufferPointer, identity: Identity?) {
    (self.bytes, self.identity) = (bytes, identity)
  }

  /// Anonymous memory: `count` bytes that `fill` writes, once.
  init(count: Int, filledBy fill: (UnsafeMutableRawPointer) -> Void) {
    identity = nil
    guard count > 0 else {
      bytes = UnsafeRawBufferPointer(start: nil, count: 0)
      return
    }
    guard
      let start = mmap(
        nil, count, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
      start != MAP_FAILED
    else { fatalError("tensor: no memory for \(count) bytes") }
    fill(start)
    bytes = UnsafeRawBufferPointer(start: start, count: count)
  }

  deinit {
    if let start = bytes.baseAddress {
      munmap(UnsafeMutableRawPointer(mutating: start), bytes.count)
    }
  }
}
