"""Results as Parquet: what JSON lines say, row by row, in a file or in parts; audits read them too."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from pyarrow import parquet

from sutja.batch import Job, Outcome, outputs, run_batch
from sutja.batch.audit import draw_sample
from sutja.batch.parquet import ParquetText, iter_rows, make_schema, parse_lines
from sutja.cli import main
from sutja.errors import SutjaError
from sutja.types import Box, Number, Page, Recording, Scene

EXAMPLES = Path(__file__).parents[2] / "examples"


def run(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def make_outcomes(n):
    number = Number("1,5", "15", "1.5", "number", 0.75, True, Box(1, 2, 3.5, 4))
    pages = [Page(f"{i}.png", 1, 10, None, (number,) * (i % 3), notes=("turned",)) for i in range(n)]
    return [Outcome(page.source, b"", "read", "", page.to_json() + "\n") for page in pages]


@pytest.mark.parametrize("kind", [Page, Recording, Scene])
def test_columns_are_the_keys_of_the_lines(kind):
    empty = {
        Page: Page("a", 1, None, None),
        Recording: Recording("a", None),
        Scene: Scene("a", 1, None, None),
    }
    assert make_schema(kind).names == list(empty[kind].to_dict())


def test_rows_say_what_the_lines_say(tmp_path):
    outcomes = make_outcomes(7)
    outputs.write_outcomes(tmp_path / "a.parquet", outcomes, Page)
    wanted = [row for one in outcomes for row in parse_lines(one.lines)]
    assert list(iter_rows(str(tmp_path / "a.parquet"))) == wanted
    assert parquet.read_schema(tmp_path / "a.parquet").equals(make_schema(Page))


def test_rows_are_written_as_they_come():
    text = ParquetText(Page)
    row = make_outcomes(2)[1]
    pieces = [text.add(parse_lines(row.lines) * 4000) for _ in range(6)]
    assert [len(piece) > 1000 for piece in pieces] == [False, False, True, False, False, True]
    assert text.end().endswith(b"PAR1")


def test_a_folder_gets_parts_and_nothing_else_is_lost(tmp_path, monkeypatch):
    monkeypatch.setattr(outputs, "PART", 3)
    folder = tmp_path / "results"
    folder.mkdir(mode=0o750)
    (folder / "part-00009.parquet").write_bytes(b"of an earlier run")
    outputs.check_output(folder, Page)
    outputs.write_outcomes(folder, make_outcomes(7), Page)
    assert sorted(path.name for path in folder.iterdir()) == [f"part-0000{i}.parquet" for i in range(3)]
    assert folder.stat().st_mode & 0o777 == 0o750
    assert parquet.read_table(folder).num_rows == 7
    assert list(tmp_path.iterdir()) == [folder]
    (folder / "letter.txt").touch()
    with pytest.raises(SutjaError, match=r"holds other things than results \(letter.txt\)"):
        outputs.check_output(folder, Page)


def test_names_that_are_not_utf_8_survive(tmp_path):
    name = str(tmp_path / "\udce9.txt")
    Path(name).write_text("bad")
    summary = run_batch(Job("batch_tasks:open_texts"), [name], tmp_path / "r.parquet", 1)
    assert summary.statuses == {"failed": 1}
    (row,) = iter_rows(str(tmp_path / "r.parquet"))
    assert row["source"] == name.replace("\udce9", "\\udce9")


def test_the_command_writes_the_same_rows_with_a_ledger_and_without(tmp_path):
    crops = sorted(EXAMPLES.glob("*.png"))[:1]
    for name in ("plain.jsonl", "plain.parquet"):
        run("read", "--crop", *crops, "none*.png", "--out", tmp_path / name)
    (tmp_path / "parts").mkdir()
    for name in ("resumed.parquet", "parts/"):
        done = run(
            "read", "--crop", *crops, "none*.png", "--out", f"{tmp_path}/{name}", "--resume", "--workers", 1
        )
        assert "1 failed" in done.stderr, done.output
    lines = [json.loads(line) for line in (tmp_path / "plain.jsonl").read_text().splitlines()]
    assert len(lines) == 2
    for name in ("plain.parquet", "resumed.parquet", "parts/part-00000.parquet"):
        assert list(iter_rows(str(tmp_path / name))) == lines
    assert draw_sample(tmp_path / "parts", 9, 0) == draw_sample(tmp_path / "plain.jsonl", 9, 0)
    assert "needs --out FILE.parquet" in run("read", "--crop", crops[0], "--format", "parquet").stderr
