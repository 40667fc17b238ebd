"""Draw `docs/run.svg`, the picture of the README: real commands, and what they print now.

python docs/picture.py
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

HERE = Path(__file__).resolve().parent
COMMANDS = [
    "odibi run smart_grid.odibi",
    "odibi show smart_grid.odibi hourly --limit 4",
    "odibi check broken.odibi",
]
BROKEN = """ingest sites from csv "data/sites.csv"

transform large from sites
  | filter capacity_kv > 9
  | derive label = upper(capacity_kw)
"""


def main() -> None:
    """Run the commands in a copy of the example and write the picture."""
    console = Console(record=True, width=100, file=Path("/dev/null").open("w"))  # noqa: SIM115
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "smart_grid"
        example = HERE.parent / "examples" / "smart_grid"
        shutil.copytree(example, folder, ignore=shutil.ignore_patterns("lake", ".odibi"))
        (folder / "broken.odibi").write_text(BROKEN)
        for command in COMMANDS:
            arguments = [sys.executable, "-m", "odibi_sql", *command.split()[1:]]
            done = subprocess.run(arguments, cwd=folder, capture_output=True, text=True, check=False)
            console.print(Text(f"$ {command}", style="bold"))
            console.print(coloured(done.stdout + done.stderr))
    svg = console.export_svg(title="odibi", code_format=SVG)
    (HERE / "run.svg").write_text(svg, encoding="utf-8")


def coloured(text: str) -> Text:
    """Return what a terminal would show."""
    shown = Text(text)
    shown.highlight_regex(r"(?m)^  ✓", "green")
    shown.highlight_regex(r"(?m)^error\[.*$", "bold red")
    shown.highlight_regex(r"(?m)^warning\[.*$", "bold yellow")
    shown.highlight_regex(r"(?m)^  help: .*$", "cyan")
    shown.highlight_regex(r"\^+.*", "red")
    return shown


SVG = """<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{ font-family: ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace;
  font-size: {char_height}px; line-height: {line_height}px; }}
.{unique_id}-title {{ font-size: 18px; font-weight: bold; font-family: arial, sans-serif; }}
{styles}
</style>
<defs><clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" /></clipPath>{lines}</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}<g class="{unique_id}-matrix">{matrix}</g></g>
</svg>
"""


if __name__ == "__main__":
    main()
