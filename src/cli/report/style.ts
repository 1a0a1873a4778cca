import { paletteCss } from './palette.ts';

const LIGHT = `--paper:#fff;--page:#f6f7f9;--ink:#1b1f24;--soft:#5a6472;--line:#d5dae1;--bar:#cfd6df;--shade:#1b1f2440;${paletteCss('light')}`;
const DARK = `--paper:#171b21;--page:#0f1216;--ink:#e8ebef;--soft:#9aa5b3;--line:#343c47;--bar:#3b4552;--shade:#000000a0;${paletteCss('dark')}`;

/**
 * The report's style sheet. No fonts, images or sheets from elsewhere. Where a table is wider than its place, its edge is in shadow: a
 * cover that scrolls with the table lies on the shadow once the end is in sight.
 */
export const STYLE = `
:root{color-scheme:light dark;${LIGHT}}
@media (prefers-color-scheme:dark){:root{${DARK}}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main,header,footer{max-width:1160px;margin:0 auto;padding:0 20px}
header{padding-top:32px}
h1{font-size:26px;line-height:1.25;margin:0 0 4px;letter-spacing:-.01em;overflow-wrap:anywhere}
h2{font-size:16px;margin:0 0 8px}
header p,figcaption,.note,footer{color:var(--soft)}
header p{margin:0;overflow-wrap:anywhere}
figcaption,.note{font-size:13px;margin:8px 0 0;max-width:110ch}
.keys{display:flex;flex-wrap:wrap;gap:4px 36px;margin:18px 0 24px;padding:0}
.keys dt{color:var(--soft);font-size:13px}
.keys dd{margin:0;font-size:19px;font-weight:600;font-variant-numeric:tabular-nums}
section{background:var(--paper);border:1px solid var(--line);border-radius:10px;padding:16px 18px;margin:0 0 18px;min-width:0}
figure{margin:0}
svg{display:block;width:100%;height:auto;overflow:visible;color:var(--soft);font-family:inherit;font-size:12px;--plot-background:var(--paper)}
.columns{display:grid;grid-template-columns:minmax(0,1fr);gap:0 18px;align-items:start}
.columns>div{min-width:0}
.pairs{display:grid;grid-template-columns:repeat(auto-fill,minmax(150px,1fr));gap:8px}
.scroll{overflow-x:auto;background:linear-gradient(to left,var(--paper) 20px,transparent) 100%/40px calc(100% + 2px) no-repeat local,linear-gradient(to left,var(--shade),transparent) 100%/18px 100% no-repeat scroll}
table{border-collapse:collapse;font-variant-numeric:tabular-nums;white-space:nowrap}
th,td{text-align:right;padding:4px 0 4px 28px;border-bottom:1px solid var(--line)}
th{font-weight:600;color:var(--soft);font-size:13px;white-space:normal;vertical-align:bottom}
th:first-child,td:first-child{text-align:left;padding-left:0}
.scroll th:first-child,.scroll td:first-child{position:sticky;left:0;background:var(--paper)}
tbody tr:last-child td{border-bottom:0}
.marked td{font-weight:600}
.se{color:var(--soft);font-size:12px;line-height:1.3}
tr:has(.se) td{vertical-align:baseline}
.starts th:last-child,.starts td:last-child{text-align:left;white-space:normal;min-width:220px}
.tight th,.tight td{padding-left:14px}
.tight th:first-child,.tight td:first-child{padding-left:0}
.legend{display:flex;flex-wrap:wrap;gap:2px 16px;font-size:13px}
.swatch{display:inline-block;width:11px;height:11px;border-radius:3px;margin-right:9px;vertical-align:-1px}
.facts{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:3px 20px;margin:0}
.facts dt{color:var(--soft)}
.facts dd{margin:0;overflow-wrap:anywhere;font-variant-numeric:tabular-nums}
ul{margin:0;padding-left:20px}
footer{padding-bottom:32px;font-size:13px}
@media (min-width:940px){
  .columns:not(.even,.late)>:last-child{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:0 18px;align-items:start}
  .columns.even{grid-template-columns:repeat(2,minmax(0,1fr))}
  .columns.late{grid-template-columns:minmax(0,1fr) minmax(0,1.3fr)}
  .pairs{grid-template-columns:repeat(var(--n),minmax(0,1fr));max-width:calc(var(--n)*290px)}
  .pairs>*{grid-column:var(--x);grid-row:var(--y)}
  .pairs>:not(.bottom) [aria-label="x-axis label"],.pairs>:not(.left) [aria-label="y-axis label"]{display:none}
}
@media (min-width:1160px){
  .columns:not(.even,.late){grid-template-columns:minmax(0,1.9fr) minmax(0,1fr)}
  .columns:not(.even,.late)>:last-child{display:block}
}
@media (max-width:1159.98px){
  .large svg{max-width:800px;margin:0 auto}
}
@media (max-width:560px){
  main,header,footer{padding-left:12px;padding-right:12px}
  section{padding:12px}
  h1{font-size:21px}
  .large svg{font-size:15px}
  .facts{column-gap:12px}
  th,td{padding-left:16px}
}
`;
