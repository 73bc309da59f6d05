import Foundation

extension BarChart {
  /// A table with a bar in each row, in front of its band.
  var html: HTML {
    let rows = values.enumerated().map { index, line -> HTML in
      let band = (index < bands.count ? bands[index] : nil).map(area) ?? ""
      return """
        <tr><th scope="row">\(line.label)</th><td class="track"><div class="room">\(band)\
        <div class="bar" style="width:\(percent(axis.position(of: line.value)))%"></div></div></td>\
        <td>\(line.text)</td></tr>

        """
    }
    let ends = [axis.range.lowerBound, axis.range.upperBound].map(Terminal.number)
    let note: HTML = bands.contains { $0 != nil } ? "; shaded: the band" : ""
    return """
      <div class="scroll" role="region" aria-label="\(title)" tabindex="0"><table class="bars">
      <caption>\(title)\(note)</caption>
      <thead><tr><td></td><th scope="col" class="scale"><span>\(ends[0])</span> \
      <span>\(axis.title)</span> <span>\(ends[1])</span></th><th scope="col">value</th></tr></thead>
      <tbody>
      \(rows)</tbody></table></div>

      """
  }

  private func area(_ band: Band) -> HTML {
    let (low, high) = (axis.position(of: band.low), axis.position(of: band.high))
    return """
      <div class="band" style="left:\(percent(low))%;width:\(percent(high - low))%"></div>
      """
  }

  private func percent(_ share: Double) -> HTML {
    HTML(stringLiteral: String(format: "%.1f", 100 * share))
  }
}
