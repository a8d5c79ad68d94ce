/** Looks of the summary page; follows the reader's light or dark setting. */
export const summaryStyle = `
:root { color-scheme: light dark; --back: #f4f5f7; --card: #fff; --text: #1c2330; --quiet: #5b6575; --line: #dfe3e9; --bad: #b3261e; --warn: #8a5a00; --link: #0b5cad; }
@media (prefers-color-scheme: dark) { :root { --back: #15181d; --card: #1f242c; --text: #e6e9ee; --quiet: #9aa5b5; --line: #333b47; --bad: #ff8a80; --warn: #f2bd5c; --link: #7cb8f5; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--text); font: 14px/1.45 system-ui, sans-serif; }
header { position: sticky; top: 0; z-index: 1; background: var(--back); border-bottom: 1px solid var(--line); padding: 12px 20px; }
h1 { font-size: 18px; margin: 0; }
.next { margin: 0 0 10px; }
.keys { color: var(--quiet); }
article:focus-visible { outline: 2px solid var(--link); outline-offset: 1px; }
.why { margin: 6px 0 0; color: var(--quiet); }
.review { display: flex; gap: 8px; align-items: baseline; margin: 8px 0 0; }
.review:not(:has(.asks:not([hidden]))) .verdict:empty { display: none; }
.verdict { font-weight: 600; }
.asks[hidden] { display: none; }
.asks { display: flex; gap: 8px; margin-left: auto; }
button { font: inherit; color: var(--link); background: none; border: 1px solid var(--line); border-radius: 4px; padding: 2px 8px; cursor: pointer; }
article[data-review=accepted] [data-ask=accepted], article[data-review=rejected] [data-ask=rejected] { border-color: currentColor; font-weight: 600; }
.facts { margin: 2px 0 10px; color: var(--quiet); }
form { display: flex; flex-wrap: wrap; gap: 8px 16px; align-items: center; }
label { color: var(--quiet); }
select, input { font: inherit; color: var(--text); background: var(--card); border: 1px solid var(--line); border-radius: 4px; padding: 3px 6px; }
output { color: var(--quiet); margin-left: auto; }
main { display: grid; grid-template-columns: repeat(auto-fill, minmax(384px, 1fr)); gap: 14px; padding: 16px 20px; align-items: start; }
article { background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: 12px; min-width: 0; }
article[hidden] { display: none; }
h2 { font-size: 14px; margin: 0; overflow-wrap: anywhere; }
.flags { margin: 6px 0; }
.flags:empty { display: none; }
h2 + .flags:empty + * { margin-top: 6px; }
.flag { display: inline-block; border: 1px solid currentColor; border-radius: 10px; padding: 0 8px; margin-right: 6px; font-size: 12px; color: var(--quiet); }
.flag.bad, .flag.failed { color: var(--bad); }
.flag.kept { color: var(--warn); }
img { display: block; width: 100%; height: auto; aspect-ratio: 2; background: #000; border-radius: 3px; }
.empty { aspect-ratio: 6; display: grid; place-items: center; margin: 0; color: var(--quiet); border: 1px dashed var(--line); border-radius: 3px; }
.failure { color: var(--bad); margin: 8px 0 0; overflow-wrap: anywhere; }
table { width: 100%; border-collapse: collapse; margin-top: 8px; font-size: 13px; }
th { text-align: left; font-weight: 500; color: var(--quiet); }
th:nth-child(n+2):nth-child(-n+4), td:nth-child(n+2):nth-child(-n+4) { text-align: right; font-variant-numeric: tabular-nums; padding-right: 10px; }
td { border-top: 1px solid var(--line); padding: 2px 0; vertical-align: top; }
td:first-child { white-space: nowrap; padding-right: 10px; }
td:last-child { color: var(--warn); }
td i { display: inline-block; width: 10px; height: 10px; border-radius: 2px; margin-right: 6px; }
tr[hidden] { display: none; }
.links { margin: 8px 0 0; font-size: 13px; }
a { color: var(--link); }
a[hidden] { display: none; }
.links a + a::before { content: '·'; display: inline-block; margin: 0 6px 0 2px; }
`
