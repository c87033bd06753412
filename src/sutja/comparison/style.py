"""How the report looks: on a phone, on a desk, on paper."""

CSS = """
:root { color-scheme: light; --ink: #1b1f24; --soft: #5a626c; --line: #d8dde3; --tint: #f4f6f8; --mark:
  #0072B2; }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; color: var(--ink); background: #fff;
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
main { max-width: 54rem; margin: 0 auto; padding: 1rem 1rem 3rem; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 1rem 0 .25rem; }
h2 { font-size: 1.2rem; margin: 2.2rem 0 .5rem; padding-top: .6rem; border-top: 1px solid var(--line); }
p { margin: .5rem 0; }
.soft, figcaption { color: var(--soft); font-size: .875rem; }
.advice { background: var(--tint); border-left: .3rem solid var(--mark); padding: .75rem 1rem; margin: 1rem
  0;
  font-size: 1.05rem; }
dl.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: .5rem 1rem;
  margin: 1rem 0; }
dl.facts dt { color: var(--soft); font-size: .8rem; }
dl.facts dd { margin: 0; font-size: 1.15rem; font-variant-numeric: tabular-nums; }
figure { margin: 1rem 0; }
figure.wide svg { display: block; width: 100%; max-width: 42rem; height: auto; }
figcaption { max-width: 42rem; margin: .25rem 0 0; }
.scroll { overflow-x: auto; margin: 0 0 .75rem; }
.scroll:focus-visible { outline: 2px solid var(--mark); }
table { border-collapse: collapse; width: 100%; font-size: .875rem; font-variant-numeric: tabular-nums; }
p.caption { margin: 1.2rem 0 .2rem; }
p, li { max-width: 46rem; }
th, td { padding: .3rem .6rem .3rem 0; text-align: right; border-bottom: 1px solid var(--line);
  white-space: nowrap;
  vertical-align: top; }
th { font-weight: 600; }
thead th { border-bottom: 2px solid var(--line); white-space: normal; vertical-align: bottom; }
th[scope=row], td.text, thead th:first-child, th.text { text-align: left; }
td.text { white-space: normal; min-width: 11rem; }
td small { color: var(--soft); }
ul.mistakes { list-style: none; display: grid; grid-template-columns: repeat(auto-fill, minmax(5.6rem,
  1fr)); gap: .75rem;
  padding: 0; margin: .75rem 0; }
ul.mistakes img { width: 100%; image-rendering: pixelated; border: 1px solid var(--line); display: block; }
ul.mistakes span { display: block; font-size: .78rem; line-height: 1.3; margin-top: .2rem; }
details { margin: .5rem 0; }
summary { cursor: pointer; }
@media (max-width: 30rem) { h1 { font-size: 1.35rem; } main { padding: .5rem .8rem 2rem; } .advice {
  font-size: 1rem; } }
@media print {
  @page { margin: 16mm; }
  body { font-size: 10pt; }
  main { max-width: none; padding: 0; }
  h2 { break-after: avoid; }
  figure, tr, .advice, ul.mistakes li { break-inside: avoid; }
  figure.wide svg { max-width: 12.5cm; }
  .scroll { overflow: visible; }
  table { font-size: 7.5pt; }
  details > summary { list-style: none; }
  th, td { padding-right: .35rem; white-space: normal; }
}
"""
