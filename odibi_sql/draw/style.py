"""How the picture looks: colours for light and dark, and rules that are kept to the picture within a page."""

from __future__ import annotations

from odibi_sql.draw.picture import NodeKind

LIGHT = """--paper:#ffffff;--band:#f4f6f9;--line:#e2e7ee;--card:#ffffff;--edge:#a9b4c2;--text:#17212f;--muted:#64748b;
--ingest:#0d8a84;--transform:#4a5fd0;--sql:#8a48ba;--quarantine:#c0750a;--store:#56657a;
--done:#1c9a55;--cached:#2a7be4;--failed:#d63a3a;--skipped:#8d97a5;--cancelled:#b06f12;--running:#d99a06;
"""
DARK = """--paper:#10151d;--band:#171e29;--line:#2a3442;--card:#1c2532;
--edge:#56657a;--text:#e7edf5;--muted:#93a1b5;--ingest:#2bb3a9;--transform:#7d8ff0;--sql:#b57be0;--quarantine:#e0a040;
--store:#8494aa;--done:#37c276;--cached:#5a9ff5;--failed:#f06464;--skipped:#8d97a5;--cancelled:#dd9b3c;--running:#f0bb3a"""
_FONT = 'font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif'
_RULES = """
.odibi-graph .paper{fill:var(--paper)}
.odibi-graph .band{fill:var(--band)}
.odibi-graph text{fill:var(--text);font-size:13px}
.odibi-graph .heading{font-size:16px;font-weight:650}
.odibi-graph .layer{font-size:11px;font-weight:650;letter-spacing:.08em;fill:var(--muted)}
.odibi-graph .label{font-weight:600}
.odibi-graph .detail{font-size:11px;fill:var(--muted)}
.odibi-graph .column{font-size:11px}
.odibi-graph .type{fill:var(--muted)}
.odibi-graph .edge{fill:none;stroke:var(--edge);stroke-width:1.5}
.odibi-graph .edge.side{stroke-dasharray:4 4}
.odibi-graph .tip{fill:var(--edge)}
.odibi-graph .card{fill:var(--card);stroke:var(--line);stroke-width:1}
.odibi-graph .icon{fill:none;stroke:#fff;stroke-width:1.7;stroke-linecap:round;stroke-linejoin:round}
.odibi-graph .word{fill:#fff;font-size:9.5px;font-weight:700;letter-spacing:.02em}
.odibi-graph .rule{stroke:var(--line);stroke-width:1}
.odibi-graph a{cursor:pointer}
.odibi-graph a:hover .card,.odibi-graph .node:hover .card{stroke:var(--muted)}
"""

STATES = ("done", "cached", "running", "failed", "cancelled", "skipped")
KINDS: tuple[NodeKind, ...] = ("ingest", "transform", "sql", "quarantine", "store")

_OF_KINDS = "".join(f".odibi-graph .kind-{kind} .badge{{fill:var(--{kind})}}\n" for kind in KINDS)
_OF_STATES = "".join(
    f".odibi-graph .state-{state} .card{{stroke:var(--{state});stroke-width:2}}\n"
    f".odibi-graph .state-{state} .dot,.odibi-graph .told.{state}{{fill:var(--{state})}}\n"
    for state in STATES
)
_FADED = ".odibi-graph .state-skipped .card{stroke-dasharray:5 4}\n.odibi-graph .state-skipped .badge{opacity:.55}\n"

RULES = _RULES + _OF_KINDS + _OF_STATES + _FADED  # a page says by itself what the colours are
CSS = f".odibi-graph{{{LIGHT}{_FONT}}}\n@media (prefers-color-scheme:dark){{.odibi-graph{{{DARK}}}}}\n{RULES}"

ICONS: dict[NodeKind, str] = {  # on a square of 28
    "ingest": "M14 7v9m-3.6-3.4L14 16.2l3.6-3.6M8 20.5h12",
    "transform": "M7.5 9h13M10 14h8M12.5 19h3",
    "quarantine": "M14 7.2 21 20H7zM14 12.2v3.2m0 2.3v.1",
    "store": "M8 9.6c0-3.2 12-3.2 12 0v8.8c0 3.2-12 3.2-12 0zM8 9.6c0 3.2 12 3.2 12 0",
}
