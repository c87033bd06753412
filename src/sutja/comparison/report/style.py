"""Style sheet of the report: for a phone, a desk, the dark, and paper."""

CSS = """
:root { color-scheme: light dark; --page: #fff; --ink: #1b1f24; --soft: #5a626c; --line: #d8dde3;
  --tint: #f4f6f8; --mark: #0072B2; --paper: #fff; }
@media (prefers-color-scheme: dark) {
  :root { --page: #15181c; --ink: #e6e9ed; --soft: #a3acb7; --line: #363d46; --tint: #20252b; --mark: #56B4E9;
    --paper: #fff; }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; color: var(--ink); background: var(--page);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 1rem 1rem 3rem; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 1rem 0 .25rem; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; margin: 2.2rem 0 .5rem; padding-top: .6rem; border-top: 1px solid var(--line); }
p { margin: .5rem 0; }
p, li { max-width: 46rem; overflow-wrap: break-word; }
.soft, figcaption { color: var(--soft); font-size: .875rem; }
.advice { background: var(--tint); border-left: .3rem solid var(--mark); padding: .75rem 1rem; margin: 1rem 0;
  font-size: 1.05rem; }
.sign { font-size: 1.35rem; font-weight: 600; margin: .75rem 0; }
.sign span { display: inline-block; width: 1.9rem; height: 1.9rem; line-height: 1.9rem; text-align: center;
  border-radius: 50%; color: #fff; background: #5a626c; margin-right: .4rem; }
.sign.pays span { background: #16803c; }
.sign.not_needed span { background: #a04000; }
dl.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(8rem, 1fr)); gap: .5rem 1rem;
  margin: 1rem 0; }
dl.facts dt { color: var(--soft); font-size: .8rem; }
dl.facts dd { margin: 0; font-size: 1.15rem; font-variant-numeric: tabular-nums; }
figure { margin: 1rem 0; }
figure.wide svg { display: block; width: 100%; max-width: 44rem; height: auto; background: var(--paper);
  color: #1b1f24; border-radius: 4px; }
figcaption { max-width: 44rem; margin: .25rem 0 0; }
figcaption ol { margin: .2rem 0; padding-left: 1.4rem; }
.beside { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 27rem), 1fr));
  gap: 0 1.5rem; }
.scroll { overflow-x: auto; margin: 0 0 .75rem; }
:focus-visible { outline: 2px solid var(--mark); outline-offset: 2px; }
table { border-collapse: collapse; width: 100%; font-size: .875rem; font-variant-numeric: tabular-nums; }
p.caption { margin: 1.2rem 0 .2rem; }
th, td { padding: .3rem .8rem .3rem 0; text-align: right; border-bottom: 1px solid var(--line);
  white-space: nowrap; vertical-align: top; }
th:last-child, td:last-child { padding-right: 0; }
th { font-weight: 600; }
thead th { border-bottom: 2px solid var(--line); white-space: normal; vertical-align: bottom; }
th[scope=row], td.text, thead th:first-child, th.text { text-align: left; }
th[scope=row], thead th:first-child { position: sticky; left: 0; background: var(--page); }
td.text { white-space: normal; min-width: 11rem; }
td small { color: var(--soft); }
ul.mistakes { list-style: none; display: grid; gap: .75rem; padding: 0; margin: .75rem 0;
  grid-template-columns: repeat(auto-fill, minmax(6rem, 1fr)); }
ul.mistakes img { width: 100%; image-rendering: pixelated; border: 1px solid var(--line); display: block; }
ul.mistakes span { display: block; font-size: .78rem; line-height: 1.3; margin-top: .2rem;
  overflow-wrap: anywhere; }
details { margin: .5rem 0; }
summary { cursor: pointer; padding: .2rem 0; }
@media (max-width: 30rem) {
  h1 { font-size: 1.35rem; }
  main { padding: .5rem .65rem 2rem; }
  .advice { font-size: 1rem; padding: .6rem .8rem; }
  th[scope=row] { white-space: normal; min-width: 6.2rem; max-width: 8rem; }
  td.text { min-width: 9rem; }
}
@media print {
  @page { margin: 15mm; }
  :root { color-scheme: light; --page: #fff; --ink: #000; --soft: #444; --line: #ccc; --tint: #f4f6f8;
    --mark: #0072B2; }
  body { font-size: 9.5pt; }
  main { max-width: none; padding: 0; }
  h2, p.caption, summary { break-after: avoid; }
  h2 { margin-top: 1.2rem; }
  figcaption { break-before: avoid; }
  figure.wide svg, tr, .advice, dl.facts, ul.mistakes li { break-inside: avoid; }
  thead { display: table-header-group; }
  figure.wide svg { max-width: 11.5cm; }
  dl.facts { grid-template-columns: repeat(6, 1fr); }
  .beside { grid-template-columns: 1fr 1fr; gap: 0 .8rem; }
  .scroll { overflow: visible; }
  table { font-size: 7.5pt; }
  details > summary { list-style: none; font-weight: 600; }
  details::details-content { content-visibility: visible; display: block; height: auto; }
  th, td { padding-right: .5rem; }
  th[scope=row], thead th:first-child { position: static; }
  ul.mistakes { grid-template-columns: repeat(8, 1fr); gap: .5rem; }
  ul.mistakes span { font-size: 7pt; }
}
"""
