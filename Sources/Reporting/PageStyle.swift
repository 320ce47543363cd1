/// How the pages look: light and dark, on a telephone, and on paper.
enum PageStyle {
    static let css = """
        :root { --ink: #16202a; --quiet: #55616d; --paper: #ffffff; --card: #f4f6f8; --line: #d5dbe1; --accent: #0b5cad;
          --fault: #b3261e; --warning: #8a5a00; --note: #3b5b7a; --good: #1d6b3a;
          --c0: #0b5cad; --c1: #b3261e; --c2: #1d7a43; --c3: #8a5a00; --c4: #6b3fa0; --c5: #00707a; --c6: #a0346f; --c7: #4c5661; }
        @media (prefers-color-scheme: dark) {
          :root { --ink: #e7ecf1; --quiet: #a4b0bc; --paper: #11161b; --card: #1b2229; --line: #34404b; --accent: #7db8f5;
            --fault: #ff8a80; --warning: #f0bd5c; --note: #9cc3ea; --good: #7fd6a0;
            --c0: #7db8f5; --c1: #ff8a80; --c2: #7fd6a0; --c3: #f0bd5c; --c4: #c5a5f5; --c5: #6fd3dc; --c6: #f29ac6; --c7: #b3bdc7; } }
        * { box-sizing: border-box; }
        body { margin: 0 auto; padding: 1rem; max-width: 68rem; color: var(--ink); background: var(--paper);
          font: 16px/1.5 system-ui, sans-serif; overflow-wrap: break-word; }
        h1 { font-size: 1.5rem; line-height: 1.2; margin: 0.5rem 0; }
        h2 { font-size: 1.25rem; margin: 2rem 0 0; }
        h3 { font-size: 1.1rem; margin: 1.75rem 0 0.5rem; border-bottom: 1px solid var(--line); }
        h4 { font-size: 1.05rem; margin: 0.25rem 0; }
        p { margin: 0.35rem 0; }
        .quiet { color: var(--quiet); font-size: 0.9rem; }
        .mono { font-family: ui-monospace, monospace; font-size: 0.85rem; }
        .good { color: var(--good); font-weight: 600; }
        article { background: var(--card); border-left: 5px solid var(--note); padding: 0.6rem 1rem; margin: 0.75rem 0; }
        article.fault { border-color: var(--fault); } article.warning { border-color: var(--warning); }
        .badge { font-weight: 700; text-transform: uppercase; font-size: 0.8rem; letter-spacing: 0.04em; margin-right: 0.75rem;
          color: var(--note); }
        .fault .badge { color: var(--fault); } .warning .badge { color: var(--warning); }
        .facts { font-size: 0.95rem; }
        ol { padding-left: 1.4rem; margin: 0.5rem 0; } li { margin: 0.6rem 0; }
        li dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.1rem 0.75rem; margin: 0.2rem 0; }
        dt { color: var(--quiet); } dd { margin: 0; }
        dl.values { display: grid; grid-template-columns: repeat(auto-fill, minmax(9rem, 1fr)); gap: 0.5rem; margin: 0.5rem 0; }
        dl.values div { background: var(--card); padding: 0.4rem 0.6rem; }
        dl.values dt { font-size: 0.85rem; } dl.values dd { font-weight: 600; }
        .plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: 1rem; }
        figure { margin: 0; background: var(--card); padding: 0.5rem; }
        figcaption { font-weight: 600; }
        svg { width: 100%; height: auto; display: block; }
        svg text { fill: var(--quiet); font-size: 13px; } svg .y { text-anchor: end; }
        .grid { stroke: var(--line); stroke-width: 1; }
        .line { fill: none; stroke-width: 1.6; stroke-linejoin: round; stroke-linecap: round; }
        .keys { font-size: 0.85rem; } .key { margin-right: 0.9rem; white-space: nowrap; }
        .key::before { content: ""; display: inline-block; width: 0.9em; height: 0.25em; margin-right: 0.35em;
          vertical-align: middle; background: currentColor; }
        \((0..<8).map { ".line.c\($0) { stroke: var(--c\($0)); } .key.c\($0)::before { color: var(--c\($0)); }" }
            .joined(separator: "\n"))
        .table { overflow-x: auto; } table { border-collapse: collapse; width: 100%; }
        th, td { text-align: left; padding: 0.25rem 0.75rem 0.25rem 0; border-bottom: 1px solid var(--line); white-space: nowrap; }
        th { color: var(--quiet); font-weight: 600; }
        footer { margin-top: 2rem; border-top: 1px solid var(--line); color: var(--quiet); font-size: 0.9rem; }
        @media (max-width: 30rem) { svg text { font-size: 16px; } }
        @media print { body { max-width: none; padding: 0; font-size: 12px; } article, figure { break-inside: avoid; } }
        """
}
