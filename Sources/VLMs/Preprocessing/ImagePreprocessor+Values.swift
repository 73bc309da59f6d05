import Files
import Images

/// The kinds of values in a `preprocessor_config.json`.
extension ImagePreprocessor {
  /// The filter with Pillow's number.
  static func filter(_ value: JSONValue) throws -> ResizeFilter {
    ResizeFilter(rawValue: try value.int(0...5, default: ResizeFilter.bicubic.rawValue))!
  }

  /// What a size with named sides means, `{"shortest_edge": 336}` or one of both sides.
  static func target(_ value: JSONValue) throws -> Target {
    let edge = value["shortest_edge"]
    let longest = value["longest_edge"]
    guard !(edge.exists && longest.exists) else {
      throw longest.unsupported(["a shortest_edge alone"])
    }
    return edge.exists
      ? .shortestEdge(try edge.int(sides)) : .exactly(try size(value, default: nil))
  }

  /// `{"height": 336, "width": 336}`, or 336 for a square.
  static func size(_ value: JSONValue, default side: Int?) throws -> Size {
    guard value.isObject else {
      let side = try value.int(sides, default: side)
      return Size(width: side, height: side)
    }
    return Size(width: try value["width"].int(sides), height: try value["height"].int(sides))
  }

  /// - Parameter usual: for a mean or standard deviation that is missing; nil if neither may be.
  static func normalization(
    _ mean: JSONValue, _ std: JSONValue, default usual: Normalization? = nil
  ) throws -> Normalization {
    func colors(
      _ value: JSONValue, _ range: ClosedRange<Double>, _ missing: [Float]?
    ) throws -> [Float] {
      if let missing, !value.exists { return missing }
      return try value.array(count: 3...3).map { Float(try $0.number(range)) }
    }
    return Normalization(
      mean: try colors(mean, -1e6...1e6, usual?.mean),
      std: try colors(std, 1e-6...1e6, usual?.std))
  }
}

extension JSONValue {
  /// Whether a step is done; one whose flag is null is not, unlike one whose flag is missing.
  func does(_ step: String) throws -> Bool { try self[step].bool(default: !holds(step)) }
}
