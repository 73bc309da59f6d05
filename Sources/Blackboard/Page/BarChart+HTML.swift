import Foundation

extension BarChart {
  /// A table with a bar in each row.
  var html: HTML {
    let rows = values.map { label, value, text -> HTML in
      let percent = HTML(stringLiteral: String(format: "%.1f", 100 * axis.position(of: value)))
      return """
        <tr><th scope="row">\(label)</th><td class="track"><div class="bar" \
        style="width:\(percent)%"></div></td><td>\(text)</td></tr>

        """
    }
    let ends = [axis.range.lowerBound, axis.range.upperBound].map(Terminal.number)
    return """
      <div class="scroll" role="region" aria-label="\(title)" tabindex="0"><table class="bars">
      <caption>\(title)</caption>
      <thead><tr><td></td><th scope="col" class="scale"><span>\(ends[0])</span> \
      <span>\(axis.title)</span> <span>\(ends[1])</span></th><th scope="col">value</th></tr></thead>
      <tbody>
      \(rows)</tbody></table></div>

      """
  }
}
