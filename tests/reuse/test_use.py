"""Files that use files: what they bring, how they are named, what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from odibi_sql import api
from odibi_sql.diagnostics import CompileError, render_all

ROWS = "ingest a from values (x int64 not null) (1), (2)\n"
MAIN = f'use "lib/one.odibi"\n{ROWS}transform t from a | derive y = twice(x)\n'
ONE = "func twice(x int64) = x + x\n"


def project(folder: Path, **texts: str) -> Path:
    """Write `main.odibi` and files of `lib/`, and return the first."""
    (folder / "lib").mkdir()
    for name, text in texts.items():
        (folder / ("" if name == "main" else "lib") / f"{name}.odibi").write_text(text)
    return folder / "main.odibi"


def codes(file: Path | api.Pipeline) -> list[str]:
    try:
        return [each.code for each in api.check(file).warnings]
    except CompileError as error:
        return [each.code for each in error.diagnostics]


def picture(file: Path) -> str:
    with pytest.raises(CompileError) as raised:
        api.check(file)
    return render_all(raised.value.diagnostics)


def test_a_used_file_gives_the_graph_of_one_file(tmp_path: Path) -> None:
    file = project(tmp_path, main=MAIN, one=ONE)
    by_hand = api.from_text(MAIN.replace('use "lib/one.odibi"\n', ONE), name="main.odibi")
    clock = api.check(file).graph.clock
    assert api.check(file, clock=clock).graph == api.check(by_hand, clock=clock).graph
    text = api.from_text(MAIN, root=tmp_path, name="main.odibi")
    assert api.check(text, clock=clock).graph == api.check(file, clock=clock).graph


def test_files_use_files_from_where_they_are_and_each_is_read_once(tmp_path: Path) -> None:
    main = f'use "lib/one.odibi"\nuse "lib/two.odibi"\n{ROWS}transform t from a | apply both(x)\n'
    one = 'use "three.odibi"\nfunc one(x int64) = three(x)\n'
    two = 'use "./three.odibi"\nuse "../lib/one.odibi"\nfragment both(c)\n  | derive z = one(c) + three(c)\n'
    assert codes(project(tmp_path, main=main, one=one, two=two, three="func three(x int64) = x + 3\n")) == []


def test_only_funcs_and_fragments_are_brought(tmp_path: Path) -> None:
    one = f'param p int64\nlayer l\n{ROWS}store a to csv "a.csv"\ntest "no" expect nothing (x)\n{ONE}'
    assert codes(project(tmp_path, main=MAIN, one=one)) == []
    assert codes(project(tmp_path / "lib", main=MAIN, one=ONE + "connect c = sqlite(path: 'x')")) == [
        "not-in-this-version"
    ]


def test_an_error_of_a_used_file_is_shown_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project(tmp_path, main=MAIN, one="\nfunc twice(x int64) = x + nothing\n")
    monkeypatch.chdir(tmp_path.parent)
    shown = picture(Path(tmp_path.name) / "main.odibi")
    assert f" --> {tmp_path.name}/lib/one.odibi:2:27\n  |\n2 | func twice(x int64) = x + nothing\n" in shown
    assert shown.endswith("1 error")


def test_an_error_in_a_used_fragment_shows_both_files(tmp_path: Path) -> None:
    main = f'use "lib/one.odibi"\n{ROWS}transform t from a | apply f(x)\n'
    shown = picture(project(tmp_path, main=main, one="fragment f(c)\n  | derive y = c + nothing\n"))
    assert "lib/one.odibi:2:20\n  |\n2 |   | derive y = c + nothing\n" in shown
    assert "main.odibi:3:22\n  |\n3 | transform t from a | apply f(x)\n" in shown


def test_findings_come_in_the_order_of_the_files(tmp_path: Path) -> None:
    file = project(tmp_path, main=MAIN.replace("twice(x)", "twice('a') + z"), one=f"func u() = q\n{ONE}func v() = r\n")
    assert codes(file) == ["wrong-argument-type", "unknown-column", "unknown-in-func", "unknown-in-func"]


def test_what_cannot_be_used_is_told_at_the_use(tmp_path: Path) -> None:
    file = project(tmp_path, main=f'use "lib/one.odibi"\nuse "lib/two.odibi"\nuse "lib"\n{ROWS}', one="")
    (tmp_path / "lib" / "two.odibi").write_bytes(b"\xff\xfe\x00")
    assert codes(file) == ["cannot-use", "cannot-use", "empty-file"]
    assert codes(api.from_text('use "nowhere.odibi"\n' + ROWS, root=tmp_path)) == ["cannot-use"]
    assert codes(api.from_text('use "a\0b"\n' + ROWS, root=tmp_path)) == ["cannot-use"]


def test_files_in_a_circle_are_refused_with_the_way_around(tmp_path: Path) -> None:
    texts = {"one": f'use "two.odibi"\n{ONE}', "two": 'use "three.odibi"\n', "three": 'use "one.odibi"\n'}
    shown = picture(project(tmp_path, main=MAIN, **texts))
    assert "`lib/one.odibi` → `lib/two.odibi` → `lib/three.odibi` → `lib/one.odibi`" in shown
    (tmp_path / "lib" / "one.odibi").write_text('use "../main.odibi"\n' + ONE)
    assert "`main.odibi` → `lib/one.odibi` → `main.odibi`" in picture(tmp_path / "main.odibi")


def test_a_long_chain_of_files_is_refused(tmp_path: Path) -> None:
    texts = {f"f{number}": f'use "f{number + 1}.odibi"\n' for number in range(60)}
    file = project(tmp_path, main=f'use "lib/f0.odibi"\n{ROWS}', **texts, f60=ONE)
    assert codes(file) == ["cannot-use"]


@pytest.mark.parametrize("what", ["func twice(x int64) = x * 2", "fragment twice(x)\n  | limit 1"])
def test_names_that_clash_name_both_files(tmp_path: Path, what: str) -> None:
    main = f'use "lib/one.odibi"\nuse "lib/two.odibi"\n{ROWS}'
    file = project(tmp_path, main=main, one=f"{what}\n", two=f"# later\n{what}\n")
    shown = picture(file)
    assert f"is a {what.split()[0]} of `{tmp_path}/lib/two.odibi` and of `{tmp_path}/lib/one.odibi`" in shown
    assert codes(file) == ["name-clash"]


def test_the_layout_of_a_use_stays(tmp_path: Path) -> None:
    from odibi_sql.diagnostics import Source
    from odibi_sql.syntax.format import format_source

    assert format_source(Source("p.odibi", 'use   "no such file"')) == 'use "no such file"\n'
