import Foundation
import Tensors

extension MappedMemory {
  /// Maps the regular file at `url` for reading; no page is read yet.
  convenience init(file url: URL) throws(SafetensorsError.Reason) {
    // Only regular files: a pipe would block and a device has no end.
    let descriptor = open(url.path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { throw .cannotOpen(String(cString: strerror(errno))) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw .cannotOpen(String(cString: strerror(errno)))
    }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .cannotOpen("not a regular file") }
    let identity = Identity(
      device: UInt64(truncatingIfNeeded: status.st_dev),
      number: UInt64(truncatingIfNeeded: status.st_ino))
    let count = Int(status.st_size)
    guard count > 0 else {  // `mmap` refuses to map nothing
      self.init(UnsafeRawBufferPointer(start: nil, count: 0), identity: identity)
      return
    }
    guard let start = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0),
      start != MAP_FAILED
    else { throw .cannotOpen("the file cannot be mapped: \(String(cString: strerror(errno)))") }
    self.init(UnsafeRawBufferPointer(start: start, count: count), identity: identity)
  }
}
