import Foundation
import Images

/// A chart as a figure of HTML: an inline drawing (SVG), and a legend below it, which wraps.
///
/// The colors are classes of the page's style, which knows a light and a dark set.
///
/// - Reference: W3C, "Scalable Vector Graphics (SVG) 2", chapters 9 (paths) and 11 (text).
extension LineChart {
  private static let (width, height) = (520.0, 300.0)
  private static let (left, right, top, bottom) = (52.0, 496.0, 12.0, 252.0)

  var html: HTML {
    let drawn = curves.map(drawing(of:))
    return """
      <figure class="chart"><svg viewBox="0 0 520 300" role="img" aria-label="\(summary)">
      \(grid)\(areas)\(drawn)</svg>
      <figcaption><strong>\(title)</strong>\(names.joined().isEmpty ? "" : legend)</figcaption></figure>

      """
  }

  /// The chart in words: its axes, and the first and last point of each curve.
  private var summary: String {
    let ends = curves.map { curve in
      let points = curve.finitePoints
      guard let first = points.first, let last = points.last else {
        return "\(curve.name): no points"
      }
      let texts = [first, last].map { "\(Terminal.number($0.y)) at \(Terminal.number($0.x))" }
      return "\(curve.name): \(points.count == 1 ? texts[0] : texts.joined(separator: " to "))"
    }
    return (["\(title). \(y.title) by \(x.title)"] + ends).joined(separator: "; ")
  }

  private func place(_ point: (x: Double, y: Double)) -> (x: HTML, y: HTML) {
    (
      Self.number(Self.left + x.position(of: point.x) * (Self.right - Self.left)),
      Self.number(Self.bottom - y.position(of: point.y) * (Self.bottom - Self.top))
    )
  }

  private static func number(_ value: Double) -> HTML {
    HTML(stringLiteral: String(format: "%.1f", value))
  }

  private var grid: HTML {
    let (left, right) = (Self.number(Self.left), Self.number(Self.right))
    let (top, bottom) = (Self.number(Self.top), Self.number(Self.bottom))
    let rows = y.ticks.map { value, label -> HTML in
      let row = place((x.range.lowerBound, value)).y
      return """
        <line class="grid" x1="\(left)" y1="\(row)" x2="\(right)" y2="\(row)"/>\
        <text class="end" x="46" y="\(row)" dy="4">\(label)</text>

        """
    }
    let columns = x.ticks.map { value, label -> HTML in
      let column = place((value, y.range.lowerBound)).x
      return """
        <line class="grid" x1="\(column)" y1="\(top)" x2="\(column)" y2="\(bottom)"/>\
        <text class="middle" x="\(column)" y="270">\(label)</text>

        """
    }
    return """
      \(rows)\(columns)<path class="frame" d="M\(left) \(top)V\(bottom)H\(right)"/>
      <text class="middle" x="274" y="292">\(x.title)</text>
      <text class="middle" transform="translate(11 132) rotate(-90)">\(y.title)</text>

      """
  }

  /// Each band as an area behind its curve.
  private var areas: [HTML] {
    shownBands.map { index, band in
      let upper = zip(band.x, band.high).map { place((x: $0, y: $1)) }
      let lower = zip(band.x, band.low).map { place((x: $0, y: $1)) }
      let steps = (upper + lower.reversed()).enumerated().map { number, place -> HTML in
        "\(number == 0 ? "M" as HTML : "L")\(place.x) \(place.y)"
      }
      return "<path class=\"area c\(index % 8)\" d=\"\(steps)Z\"/>\n"
    }
  }

  private func drawing(of curve: Curve) -> HTML {
    let index = names.firstIndex(of: curve.name) ?? 0
    let style = Self.style(index)
    let places = curve.finitePoints.map(place)
    let steps = places.enumerated().map { number, place -> HTML in
      "\(number == 0 ? "M" as HTML : "L")\(place.x) \(place.y)"
    }
    let dash = HTML(stringLiteral: style.dash.map { "\($0)" }.joined(separator: " "))
    let line: HTML =
      places.count < 2
      ? ""
      : "<path class=\"curve c\(index % 8)\" stroke-dasharray=\"\(style.dash.isEmpty ? "none" : dash)\""
        + " d=\"\(steps)\"/>\n"
    guard curve.showsPoints || places.count == 1 else { return line }
    let points = places.map { place -> HTML in
      "<circle class=\"point c\(index % 8)\" cx=\"\(place.x)\" cy=\"\(place.y)\" r=\"4\"/>"
    }
    return line + "\(points)\n"
  }

  private var legend: HTML {
    let entries = names.enumerated().map { index, name -> HTML in
      let dash = Self.style(index).dash.map { "\($0)" }.joined(separator: " ")
      return """
        <li><svg viewBox="0 0 36 10" aria-hidden="true"><path class="curve c\(index % 8)" \
        stroke-dasharray="\(dash.isEmpty ? "none" : dash)" d="M0 5H36"/></svg> \(name)</li>

        """
    }
    let note: HTML = shownBands.isEmpty ? "" : "<li>\(bandName)</li>\n"
    return "<ul class=\"legend\">\n\(entries)\(note)</ul>"
  }
}
