/**
 * The look of the reports: light and dark, narrow and wide, on screen and on paper.
 * @module
 */

export const STYLE = `
  :root { color-scheme: light dark; --ink: #1e293b; --quiet: #5b6b80; --line: #dbe3ec; --ground: #ffffff; --panel: #f5f8fb; --accent: #0f766e; --warn: #b45309; --warned: #fff7e6 }
  @media (prefers-color-scheme: dark) {
    :root { --ink: #e6edf5; --quiet: #9fb0c3; --line: #33414f; --ground: #12181f; --panel: #1a232c; --accent: #2dd4bf; --warn: #fbbf24; --warned: #2a2313 }
  }
  body { font: 16px/1.55 system-ui, sans-serif; color: var(--ink); background: var(--ground); max-width: 58rem; margin: 2rem auto; padding: 0 1rem }
  h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 1rem } h2 { font-size: 1.15rem; margin: 2rem 0 .6rem } h3 { font-size: 1rem; margin: 1.2rem 0 .4rem }
  .answer p { font-size: 1.08rem; margin: .35rem 0 } .answer { border-left: 4px solid var(--accent); padding: .1rem 0 .1rem 1rem; margin: 1rem 0 }
  .note { background: var(--warned); border-left: 4px solid var(--warn); padding: .4rem .8rem; margin: .5rem 0; font-size: .92rem }
  .claim { background: var(--panel); border-left: 4px solid var(--accent); padding: .5rem .8rem; margin: .5rem 0; overflow-wrap: anywhere }
  .claim.absent { border-color: var(--quiet) } .claim summary { font-size: .88rem; color: var(--quiet) } .whom { color: var(--quiet); font-size: .88rem }
  .wide { overflow-x: auto }
  table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .94rem } td, th { padding: .25rem .7rem; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap }
  td:first-child, th:first-child, td.told, th.told { text-align: left } tr.reference td, p.reference { color: var(--quiet) } p.reference { margin: 0; font-size: .92rem }
  tr.strategy td:first-child { font-weight: 600 } tr.family th { text-align: left; font-weight: 600; padding-top: .8rem; color: var(--quiet) }
  figure { margin: 1rem 0; overflow-x: auto } figcaption { color: var(--quiet); font-size: .9rem; max-width: 44rem } figure svg { height: auto; max-width: 100%; min-width: 20rem }
  figure svg text { fill: var(--ink) } figure svg .role-axis-grid line { stroke: var(--line) } figure svg .role-axis-domain line, figure svg .role-axis-tick line { stroke: var(--quiet) }
  details { margin: .6rem 0 } details > summary { cursor: pointer } body > details > summary { font-size: 1.05rem; font-weight: 600; padding: .3rem 0 }
  pre { background: var(--panel); padding: .8rem; overflow-x: auto; font-size: .85rem } code { overflow-wrap: anywhere }
  @media (max-width: 40rem) { body { margin: 1rem auto; font-size: 15px } h1 { font-size: 1.3rem } table { font-size: .8rem } td, th { padding: .2rem .25rem; white-space: normal } figure svg { min-width: 0; width: 100% } }
  @media print {
    :root { color-scheme: light; --ink: #000; --quiet: #444; --line: #bbb; --ground: #fff; --panel: #fff; --accent: #555; --warn: #555; --warned: #fff }
    body { max-width: none; margin: 0; font-size: 10.5pt } figure, tr, .claim, .note { break-inside: avoid } h2, h3 { break-after: avoid } .wide, figure { overflow: visible }
  }
`;

/** Opens what is folded before the page is printed: paper cannot be unfolded. */
export const PRINT_SCRIPT = `<script>addEventListener('beforeprint', () => { for (const one of document.querySelectorAll('details')) one.open = true })</script>`;
