import Foundation

/// A file as memory: its pages are read when they are touched.
///
/// They are clean pages of the file, so they count as resident, yet the system may drop them at any
/// time and read them again: a checkpoint larger than memory runs, only slower.
final class MappedFile: @unchecked Sendable {
  let bytes: UnsafeRawBufferPointer
  /// Which file it is, whatever its name: two with the same are the same bytes. nil for memory of none.
  let identity: Identity?

  struct Identity: Equatable {
    let device: dev_t
    let number: ino_t
  }

  init(_ url: URL) throws(SafetensorsError.Reason) {
    // Only regular files: a pipe would wait for ever, and a device has no end.
    let descriptor = open(url.path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { throw .cannotOpen(String(cString: strerror(errno))) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw .cannotOpen(String(cString: strerror(errno)))
    }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .cannotOpen("not a regular file") }
    identity = Identity(device: status.st_dev, number: status.st_ino)
    let count = Int(status.st_size)
    guard count > 0 else {  // nothing to map
      bytes = UnsafeRawBufferPointer(start: nil, count: 0)
      return
    }
    guard let start = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0),
      start != MAP_FAILED
    else { throw .cannotOpen("the file cannot be mapped: \(String(cString: strerror(errno)))") }
    bytes = UnsafeRawBufferPointer(start: start, count: count)
  }

  /// Memory of no file: `count` bytes that `fill` writes, once.
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
