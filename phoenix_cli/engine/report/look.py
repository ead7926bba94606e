"""The style and the script of the page; both are named by their hashes in its content security policy."""

from __future__ import annotations

import base64
import hashlib

STYLE = """
:root{color-scheme:light dark;--page:#fff;--ink:#1f2328;--dim:#59636e;--line:#d1d9e0;--soft:#f6f8fa;--ok:#1a7f37;--bad:#cf222e;
--wait:#9a6700;--undo:#8250df;--mark:#0969da}
@media (prefers-color-scheme:dark){:root{--page:#0d1117;--ink:#e6edf3;--dim:#9198a1;--line:#3d444d;--soft:#151b23;--ok:#3fb950;
--bad:#f85149;--wait:#d29922;--undo:#ab7df8;--mark:#4493f8}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:1200px;padding:24px 16px 64px;background:var(--page);color:var(--ink);
font:15px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif}
h1{font-size:24px;margin:0 0 4px;overflow-wrap:anywhere}h2{font-size:17px;margin:36px 0 10px}
p{margin:6px 0}small,.dim,dt{color:var(--dim)}code,pre{font:12px/1.5 ui-monospace,Menlo,Consolas,monospace}
.ok{color:var(--ok)}.bad{color:var(--bad)}.wait{color:var(--wait)}.off{color:var(--dim)}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(132px,1fr));gap:8px;margin:18px 0}
.tile{background:var(--soft);border:1px solid var(--line);border-radius:6px;padding:8px 12px}
.tile b{display:block;font-size:19px;font-weight:600}
dl{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:2px 14px;margin:12px 0}dd{margin:0;overflow-wrap:anywhere}
.legend{display:flex;flex-wrap:wrap;gap:4px 16px;font-size:13px;color:var(--dim);margin:0 0 8px}
.legend svg{width:26px;height:12px;vertical-align:-1px;margin-right:5px}
.gantt{border:1px solid var(--line);border-radius:6px;overflow:hidden}
.row,.axis,.phase{display:grid;grid-template-columns:220px minmax(0,1fr);align-items:center}
.row:hover{background:var(--soft)}
.row>span{overflow:hidden;text-overflow:ellipsis;white-space:nowrap;padding:0 8px 0 10px;font-size:13px;line-height:20px}
.row svg{display:block;width:100%;height:20px;background:repeating-linear-gradient(90deg,var(--line) 0 1px,transparent 1px 25%)}
.row.tall svg{height:44px}
.phase{background:var(--soft);border-top:1px solid var(--line);border-bottom:1px solid var(--line);font-size:13px;font-weight:600}
.phase span{padding:2px 10px}
.axis{font-size:12px;color:var(--dim)}.axis div{display:flex}.axis i{flex:0 0 25%;font-style:normal;padding:2px 0 2px 4px}
.s{fill:var(--ok)}.f{fill:var(--bad)}.x{fill:var(--dim)}.g{fill:var(--mark)}.w{fill:var(--wait)}.r{fill:var(--line)}.u{fill:var(--undo)}
.k{fill:none;stroke:var(--ok);vector-effect:non-scaling-stroke}.c{fill:var(--ink)}
ol{padding:0;margin:0;list-style:none}
ol li{padding:5px 10px;border-left:3px solid var(--ink);margin-bottom:3px;background:var(--soft)}
ol li.gap{border-left-style:dotted;border-color:var(--wait)}ol small{display:block}
details{border:1px solid var(--line);border-radius:6px;margin:8px 0;padding:8px 12px}
summary{cursor:pointer;overflow-wrap:anywhere}
pre{background:var(--soft);border-radius:4px;padding:10px;margin:8px 0 0;overflow-x:auto;
white-space:pre-wrap;overflow-wrap:anywhere}
.scroll{overflow-x:auto;border:1px solid var(--line);border-radius:6px}
table{border-collapse:collapse;width:100%;font-size:13px}th,td{text-align:left;padding:4px 10px;white-space:nowrap}
th{background:var(--soft);color:var(--dim);font-weight:500}td{border-top:1px solid var(--line)}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}td:last-child{white-space:normal;min-width:16em;overflow-wrap:anywhere}
th button{all:unset;cursor:pointer}th button:focus-visible{outline:2px solid var(--mark)}th[aria-sort]{color:var(--ink)}
@media (max-width:700px){body{padding:16px 10px 48px}.row,.axis,.phase{grid-template-columns:minmax(0,1fr)}
.row{padding:3px 0;border-top:1px solid var(--line)}.row svg{height:16px}.axis>span:first-child{display:none}
.legend{font-size:12px}}
@media print{.row,ol li,details{break-inside:avoid}}
"""

SCRIPT = """
document.querySelectorAll('th').forEach(function(th,column){var button=document.createElement('button');
button.type='button';button.textContent=th.textContent;th.textContent='';th.appendChild(button);
button.addEventListener('click',function(){var body=th.closest('table').tBodies[0],up=th.getAttribute('aria-sort')!=='ascending',
number=th.classList.contains('n');th.parentNode.querySelectorAll('th').forEach(function(o){o.removeAttribute('aria-sort')});
th.setAttribute('aria-sort',up?'ascending':'descending');
Array.from(body.rows).map(function(row){var cell=row.cells[column],v=cell.dataset.v;
return [number?(v===undefined?-1:+v):cell.textContent,row]})
.sort(function(a,b){var d=number?a[0]-b[0]:a[0].localeCompare(b[0],undefined,{numeric:true});return up?d:-d})
.forEach(function(pair){body.appendChild(pair[1])})})});
"""


def policy() -> str:
    """Return the content security policy: nothing from anywhere, and of what is inline only this style and this script."""
    return (
        f"default-src 'none'; style-src {_hash(STYLE)}; script-src {_hash(SCRIPT)}; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
