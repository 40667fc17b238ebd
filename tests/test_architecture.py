"""The house holds: who imports whom, types, style, sizes, what a start costs."""

from __future__ import annotations

import ast
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "odibi_sql"
FILES = sorted(PACKAGE.rglob("*.py"))
BIN = Path(sys.executable).parent


def run(*command: str) -> str:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def test_rooms_import_only_those_below_them() -> None:
    assert not run(str(BIN / "lint-imports"), "--no-cache")


def test_types_hold() -> None:
    assert not run(sys.executable, "-m", "mypy")


@pytest.mark.skipif(shutil.which("ruff", path=str(BIN)) is None, reason="ruff is not installed")
@pytest.mark.parametrize("how", [["check"], ["format", "--check"]])
def test_style_holds(how: list[str]) -> None:
    assert not run(str(BIN / "ruff"), *how)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_file_is_long(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


def functions() -> list[tuple[str, int]]:
    found = []
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                assert node.end_lineno is not None
                docstring = ast.get_docstring(node, clean=False)
                lines = node.end_lineno - node.lineno + 1 - (docstring.count("\n") + 1 if docstring else 0)
                found.append((f"{path.relative_to(PACKAGE)}:{node.name}", lines))
    return found


def test_functions_are_short() -> None:
    found = functions()
    lengths = sorted(lines for _, lines in found)
    assert [each for each in found if each[1] > 60] == []
    assert statistics.median(lengths) <= 10
    assert lengths[len(lengths) * 9 // 10] <= 25


def modules_after(code: str) -> set[str]:
    script = f"{code}\nimport sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.split("\n")[-2].split())


HEAVY = {"ibis", "duckdb", "pandas", "polars", "pyarrow", "pyspark", "sqlglot", "numpy"}


def test_a_check_imports_nothing_heavy() -> None:
    code = (
        "import odibi_sql\n"
        'text = \'pipeline p\\ningest a from csv "a.csv" schema (x int64)\\n'
        "transform b from a | derive y = upper(cast(x as string))'\n"
        "odibi_sql.check(odibi_sql.api.from_text(text))"
    )
    assert modules_after(f"import odibi_sql.api\n{code}") & HEAVY == set()


def test_lineage_and_pictures_import_nothing_heavy() -> None:
    code = (
        "import odibi_sql\n"
        'text = \'pipeline p\\ningest a from csv "a.csv" schema (x int64)\\n'
        "transform b from a | derive y = upper(cast(x as string))'\n"
        "odibi_sql.lineage(odibi_sql.api.from_text(text))\n"
        "odibi_sql.draw.draw(odibi_sql.draw.picture_of(odibi_sql.check(odibi_sql.api.from_text(text)).graph))"
    )
    assert modules_after(f"import odibi_sql.api, odibi_sql.draw, odibi_sql.cli.lineage_words\n{code}") & HEAVY == set()


def test_the_command_line_starts_without_the_compiler() -> None:
    loaded = modules_after("import odibi_sql.cli.main")
    assert loaded & {*HEAVY, "lark", "rich"} == set()


def test_who_is_told_of_a_run_is_imported_where_it_is_asked_for() -> None:
    loaded = modules_after("import odibi_sql.cli.run_command, odibi_sql.cli.metrics_command, odibi_sql.hooks")
    rooms = {"odibi_sql.alerts", "odibi_sql.logs", "odibi_sql.metrics", "odibi_sql.openlineage"}
    assert loaded & {*rooms, "openlineage", "prometheus_client", "urllib.request"} == set()


def test_the_api_keeps_its_names_beside_the_rooms() -> None:
    code = "import odibi_sql, odibi_sql.run.executor, odibi_sql.check.check, odibi_sql.lineage.lineage"
    for name in ("run", "check", "lineage"):
        assert modules_after(f"{code}\nassert odibi_sql.{name}.__module__ == 'odibi_sql.api'")
