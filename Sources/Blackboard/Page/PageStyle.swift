/// The style of a page: light and dark, for a phone, a desktop and paper.
///
/// The colors of text have a contrast of at least 4.5 with what they stand on, those of curves of
/// at least 3. The chart's colors follow Okabe and Ito, darkened or lightened until they have it.
extension Page {
  static let style: HTML = """
    :root { --text: #1b1f24; --soft: #57606a; --page: #fff; --box: #f4f6f8; --line: #d0d7de;
      --link: #0550ae; --bar: #0072b2; --keyword: #9c1458; --string: #0a5c2b; --type: #6037a0;
      --c0: #0072b2; --c1: #c65300; --c2: #008a63; --c3: #a06a00; --c4: #b0558a; --c5: #2384bd;
      --c6: #857a00; --c7: #1b1f24; }
    @media (prefers-color-scheme: dark) { :root { --text: #e6e8ea; --soft: #a3adb7;
      --page: #14171a; --box: #1e2328; --line: #3b434b; --link: #8cc4ff; --bar: #4fa8e0;
      --keyword: #ff9ecb; --string: #8fd6a4; --type: #c9a8ff;
      --c0: #4fa8e0; --c1: #f08040; --c2: #2ec49a; --c3: #e69f00; --c4: #d990bc; --c5: #9ad3f5;
      --c6: #f0e442; --c7: #e6e8ea; } }
    * { box-sizing: border-box; }
    html { color-scheme: light dark; -webkit-text-size-adjust: 100%; }
    body { margin: 0 auto; padding: 1.5rem 1rem 4rem; max-width: 56rem; color: var(--text);
      background: var(--page); font: 1rem/1.55 system-ui, "Segoe UI", Roboto, sans-serif;
      overflow-wrap: break-word; }
    h1 { font-size: 1.9rem; line-height: 1.2; margin: .2rem 0 1rem; }
    h2 { font-size: 1.35rem; line-height: 1.3; margin: 2.5rem 0 .75rem; padding-top: 1rem;
      border-top: 1px solid var(--line); }
    h3 { font-size: 1.08rem; margin: 1.5rem 0 .5rem; }
    p { margin: .6rem 0; max-width: 44rem; }
    a { color: var(--link); }
    a:focus-visible, [tabindex]:focus-visible, summary:focus-visible {
      outline: 2px solid var(--link); outline-offset: 2px; }
    .kind, .facts, figcaption, summary, caption { color: var(--soft); font-size: .9rem; }
    .kind { margin: 0; }
    .opening { font-size: 1.08rem; }
    nav ol { padding-left: 1.5rem; margin: 1rem 0; }
    code, pre { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
      font-size: .86em; }
    pre { margin: .4rem 0 0; padding: .8rem 1rem; overflow-x: auto; background: var(--box);
      border-radius: 6px; line-height: 1.45; font-size: .82rem; }
    pre code { font-size: inherit; }
    pre.formula { white-space: pre-wrap; max-width: 44rem; }
    .comment { color: var(--soft); font-style: italic; }
    .string { color: var(--string); } .number { color: inherit; }
    pre .number { color: var(--link); }
    .keyword { color: var(--keyword); font-weight: 600; } .type { color: var(--type); }
    summary { cursor: pointer; }
    .source { margin: .6rem 0 1rem; }
    .output { border-left: 3px solid var(--line); padding-left: 1rem; }
    .scroll { overflow-x: auto; margin: .9rem 0; max-width: 100%; }
    table { border-collapse: collapse; font-size: .9rem; line-height: 1.4; }
    caption { text-align: left; padding-bottom: .3rem; }
    th, td { text-align: left; vertical-align: top; padding: .28rem .7rem .28rem 0;
      border-bottom: 1px solid var(--line); }
    tbody th { font-weight: 500; }
    th.number, td.number { text-align: right; font-variant-numeric: tabular-nums;
      white-space: nowrap; }
    td code { white-space: nowrap; } .trace td:nth-child(3) { min-width: 12rem; }
    .bars { width: 100%; } .bars th, .bars td { border: 0; }
    .bars .track { width: 60%; min-width: 8rem; }
    .bars .scale { color: var(--soft); font-weight: 400; font-size: .8rem; }
    .bars .scale { display: flex; justify-content: space-between; gap: .5rem; text-align: center; }
    .room { position: relative; height: 1.1rem; background: var(--box); }
    .bar { position: absolute; top: .2rem; height: .7rem; min-width: 1px; background: var(--bar);
      border-radius: 0 3px 3px 0; }
    .band { position: absolute; top: 0; height: 1.1rem; min-width: 3px; background: var(--soft);
      opacity: .35; }
    .room, .bar, .band { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
    .result, .knob { padding-left: 1.2rem; text-indent: -1.2rem; }
    .result::before { content: "→ "; color: var(--soft); }
    figure { margin: 1.1rem 0; }
    figure img { max-width: 100%; height: auto; display: block; background: #fff; }
    .pixels { image-rendering: pixelated; }
    .chart > svg { width: 100%; max-width: 40rem; height: auto; display: block; }
    .chart text { fill: var(--text); font-size: 12.5px; font-family: inherit; }
    .middle { text-anchor: middle; } .end { text-anchor: end; }
    .grid { stroke: var(--line); stroke-width: 1; } .frame { fill: none; stroke: var(--soft); }
    .curve { fill: none; stroke-width: 2; stroke: currentColor; }
    .point { fill: currentColor; }
    .area { fill: currentColor; opacity: 0.2; }
    .legend { list-style: none; display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; padding: 0;
      margin: .3rem 0; } .legend svg { width: 36px; height: 10px; }
    .c0 { color: var(--c0); } .c1 { color: var(--c1); } .c2 { color: var(--c2); }
    .c3 { color: var(--c3); } .c4 { color: var(--c4); } .c5 { color: var(--c5); }
    .c6 { color: var(--c6); } .c7 { color: var(--c7); }
    @media (max-width: 40rem) { h1 { font-size: 1.55rem; } .output { padding-left: .6rem; }
      pre { font-size: .74rem; padding: .6rem; } .bars .track { min-width: 6rem; width: 45%; }
      .wide img { max-width: none; width: 36rem; } .chart text { font-size: 15px; } }
    @media print { :root { --text: #000; --soft: #444; --page: #fff; --box: #f4f6f8;
      --line: #bbb; --link: #000; --keyword: #000; --string: #333; --type: #000; }
      body { max-width: none; padding: 0; font-size: 10pt; } nav { display: none; }
      pre { white-space: pre-wrap; font-size: 8pt; } .scroll { overflow: visible; }
      h2, h3, summary { break-after: avoid; } figure, tr { break-inside: avoid; } }
    """
}
