"""Expected answers by hand: with n words in the second text, "many" has (n + 1) / (n + 2). Files are read back by csv,
json and pyarrow."""

import csv
import datetime
import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bert_tf.errors import DataError

ADDED = ["label", "score", "probability_few", "probability_many"]
# One word, two, and four: "few" never wins, for n + 1 is 2 or more.
ROWS = [
    {"id": 7, "text": "a", "second": "one", "note": "plain"},
    {"id": 8, "text": 'say "b", c', "second": "one two", "note": "=1+1"},
    {"id": 9, "text": "line\nend\ttab", "second": "one two three four", "note": "ü 好 '"},
]
MANY = [2 / 3, 3 / 4, 5 / 6]


def write(path, rows):
    names = list(rows[0])
    if path.suffix in {".csv", ".tsv"}:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, delimiter="\t" if path.suffix == ".tsv" else ",")
            writer.writerows([names, *([row[name] for name in names] for row in rows)])
    elif path.suffix == ".jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    else:
        pq.write_table(pa.Table.from_pylist(rows), path)


def read(path):
    if path.suffix in {".csv", ".tsv"}:
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file, delimiter="\t" if path.suffix == ".tsv" else ","))
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return pq.read_table(path).to_pylist()


@pytest.mark.parametrize("out", [".csv", ".tsv", ".jsonl", ".parquet"])
@pytest.mark.parametrize("given", [".csv", ".jsonl", ".parquet"])
def test_all_formats_keep_columns_and_add_answers(scored, tmp_path, given, out):
    write(tmp_path / f"in{given}", ROWS)
    found = scored(f"in{given}", out=f"out{out}", raw=True)
    rows = read(tmp_path / f"out{out}")
    assert [list(row) for row in rows] == [[*ROWS[0], *ADDED]] * 3
    assert [str(row["id"]) for row in rows] == ["7", "8", "9"]
    for name in ("text", "second", "note"):
        assert [row[name] for row in rows] == [row[name] for row in ROWS]
    np.testing.assert_allclose([float(row["probability_many"]) for row in rows], MANY, atol=1e-6)
    np.testing.assert_allclose([float(row["score"]) for row in rows], MANY, atol=1e-6)
    np.testing.assert_allclose([float(row["probability_few"]) for row in rows], 1 - np.array(MANY), atol=1e-6)
    assert [row["label"] for row in rows] == ["many"] * 3
    assert (found.rows, found.summary["labels"], found.refused) == (3, {"few": 0, "many": 3}, {})
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([f"in{given}", f"out{out}"])


def test_types_stay_from_parquet_to_parquet_and_from_json(scored, tmp_path):
    when = datetime.datetime(2026, 1, 2, 3, 4, 5)
    values = {"when": when, "tags": ["a", "b"], "count": 3, "flag": True, "share": 0.5, "none": None}
    write(tmp_path / "in.parquet", [{**ROWS[0], **values}])
    scored("in.parquet", out="out.parquet")
    before, after = pq.read_table(tmp_path / "in.parquet"), pq.read_table(tmp_path / "out.parquet")
    assert after.select(before.column_names).equals(before)
    plain = {"count": 3, "flag": True, "share": 0.5, "nested": {"a": [1]}}
    write(tmp_path / "in.jsonl", [{**ROWS[0], **plain}])
    scored("in.jsonl", out="out.jsonl")
    assert {name: read(tmp_path / "out.jsonl")[0][name] for name in plain} == plain
    scored("in.jsonl", out="from-json.parquet")
    assert {name: read(tmp_path / "from-json.parquet")[0][name] for name in plain} == {**plain, "nested": '{"a": [1]}'}


def test_many_rows_over_blocks_keep_their_order(scored, tmp_path):
    counts = np.random.default_rng(0).integers(1, 9, 20_001)
    rows = [{"id": number, "text": "a", "second": "one " * count} for number, count in enumerate(counts)]
    write(tmp_path / "a.jsonl", rows[:5])
    write(tmp_path / "b.jsonl", rows[5:])
    assert scored("a.jsonl", "b.jsonl", out="out.parquet").rows == len(rows)
    table = pq.read_table(tmp_path / "out.parquet")
    assert table["id"].to_pylist() == list(range(len(rows)))
    np.testing.assert_allclose(table["probability_many"].to_numpy(), (counts + 1) / (counts + 2), atol=1e-6)


@pytest.mark.parametrize("given", [".jsonl", ".parquet"])
def test_rows_that_cannot_be_scored_are_left_out_and_told(scored, tmp_path, given):
    rows = [{**ROWS[0], "id": number} for number in range(9_000)]
    for bad in (0, 4_000, 8_999):
        rows[bad]["second"] = " "
    rows[5]["text"] = None
    write(tmp_path / f"in{given}", rows)
    found = scored(f"in{given}", out="out.jsonl")
    assert [row["id"] for row in read(tmp_path / "out.jsonl")] == [
        number for number in range(9_000) if number not in {0, 5, 4_000, 8_999}
    ]
    assert (found.rows, found.refused) == (8_996, {"empty text": 4})
    places = [line.removeprefix(str(tmp_path / f"in{given}")) for line in found.refused_shown]
    assert places == [":1: second is empty", ":6: text is missing", ":4001: second is empty", ":9000: second is empty"]


def test_cells_that_a_spreadsheet_would_compute(scored, tmp_path):
    write(tmp_path / "in.csv", ROWS)
    assert scored("in.csv", out="out.csv").defused == 1
    assert [row["note"] for row in read(tmp_path / "out.csv")] == ["plain", "'=1+1", "ü 好 '"]
    assert scored("in.csv", out="raw.csv", raw=True).defused == 0
    assert [row["note"] for row in read(tmp_path / "raw.csv")] == ["plain", "=1+1", "ü 好 '"]


def refusal(scored, *inputs, **changes):
    with pytest.raises(DataError) as told:
        scored(*inputs, **{"out": "out.csv", **changes})
    return str(told.value)


def test_names_that_collide_are_refused_and_a_prefix_helps(scored, tmp_path):
    write(tmp_path / "in.csv", [{**row, "label": "x"} for row in ROWS])
    assert "already has a column 'label'" in refusal(scored, "in.csv")
    assert not (tmp_path / "out.csv").exists()
    scored("in.csv", out="out.csv", prefix="model_")
    (first, *_) = read(tmp_path / "out.csv")
    assert (first["label"], first["model_label"], list(first)[-4:]) == (
        "x",
        "many",
        [f"model_{name}" for name in ADDED],
    )


def test_what_is_wrong_is_a_sentence_and_leaves_what_was_there(scored, tmp_path):
    write(tmp_path / "in.csv", ROWS)
    write(tmp_path / "other.csv", [{"text": "a", "second": "b"}])
    write(tmp_path / "empty.csv", [{"text": " ", "second": "b"}])
    (tmp_path / "out.csv").write_text("before")
    assert "no column 'Text'" in refusal(scored, "in.csv", text="Text")
    assert "pairs of texts" in refusal(scored, "in.csv", pair=None)
    assert "can't be the output too" in refusal(scored, "in.csv", "out.csv")
    assert "different columns" in refusal(scored, "in.csv", "other.csv")
    assert "No row could be scored" in refusal(scored, "empty.csv")
    assert "No file matches" in refusal(scored, "nothing.csv")
    assert "format" in refusal(scored, "in.csv", out=str(tmp_path / "out.xlsx"))
    assert (tmp_path / "out.csv").read_text() == "before"
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_a_value_that_fits_no_column_is_told(scored, tmp_path):
    rows = [{**ROWS[0], "id": number} for number in range(9_000)]
    rows[-1]["id"] = "nine thousand"
    write(tmp_path / "in.jsonl", rows)
    assert "changes its type" in refusal(scored, "in.jsonl", out="out.parquet")
    assert scored("in.jsonl", out="out.jsonl").rows == 9_000


def test_a_fraction_that_a_column_of_whole_numbers_would_round_is_told(scored, tmp_path):
    rows = [{**ROWS[0], "id": number} for number in range(9_000)]
    rows[-1]["id"] = 8_999.5
    write(tmp_path / "in.jsonl", rows)
    assert "8999.5 is no whole number" in refusal(scored, "in.jsonl", out="out.parquet")
    rows[-1]["id"] = 2**70
    write(tmp_path / "in.jsonl", rows)
    assert "changes its type" in refusal(scored, "in.jsonl", out="out.parquet")
    shares = [{**row, "id": 0.5} for row in rows]
    shares[-1]["id"] = True
    write(tmp_path / "in.jsonl", shares)
    assert "True is no number" in refusal(scored, "in.jsonl", out="out.parquet")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ([1, "x", True], ["1", "x", "true"]),
        ([1, True, None], ["1", "true", None]),
        ([2**70, 3, 4], [str(2**70), "3", "4"]),
        ([2**53 + 1, 0.5, None], [str(2**53 + 1), "0.5", None]),
        ([2**63 - 1, -(2**63 - 1), 0], [2**63 - 1, -(2**63 - 1), 0]),
        ([2**53, 0.5, None], [float(2**53), 0.5, None]),
    ],
)
def test_values_of_several_types_are_texts_in_parquet(scored, tmp_path, given, kept):
    write(tmp_path / "in.jsonl", [{**row, "id": value} for row, value in zip(ROWS, given, strict=True)])
    scored("in.jsonl", out="out.parquet")
    assert [row["id"] for row in read(tmp_path / "out.parquet")] == kept


def test_numbers_that_json_has_no_word_for_are_null_in_json_lines(scored, tmp_path):
    def refuse(word):
        raise ValueError(word)

    rows = [{**ROWS[0], "id": value, "more": [value, 1.5]} for value in (np.nan, np.inf, 2.5)]
    write(tmp_path / "in.parquet", rows)
    scored("in.parquet", out="out.jsonl")
    lines = (tmp_path / "out.jsonl").read_text().splitlines()
    found = [json.loads(line, parse_constant=refuse) for line in lines]
    assert [(row["id"], row["more"]) for row in found] == [(None, [None, 1.5]), (None, [None, 1.5]), (2.5, [2.5, 1.5])]


@pytest.mark.parametrize("out", [".csv", ".parquet", ".jsonl"])
def test_json_lines_in_another_encoding_keep_the_keys_of_every_row(scored, tmp_path, out):
    lines = [{"text": "a", "second": "one"}, {"text": "Käse", "second": "one", "größe": "ü"}]
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    (tmp_path / "in.jsonl").write_bytes(text.encode("cp1252"))
    scored("in.jsonl", out=f"out{out}", encoding="cp1252")
    assert [row.get("größe") or None for row in read(tmp_path / f"out{out}")] == [None, "ü"]


def sparse_rows(path):
    """300 rows, of which the last has a key of its own."""
    rows = [{**ROWS[0], "id": number} for number in range(300)]
    rows[-1] = {"late": "only here", **rows[-1]}
    path.write_text(json.dumps(rows)) if path.suffix == ".json" else write(path, rows)


@pytest.mark.parametrize("source", ["in.jsonl", "in.json"])
@pytest.mark.parametrize("out", [".csv", ".tsv", ".parquet", ".jsonl"])
def test_a_key_that_only_one_row_has_is_kept(scored, tmp_path, source, out):
    sparse_rows(tmp_path / source)
    scored(source, out=f"out{out}")
    rows = read(tmp_path / f"out{out}")
    assert len(rows) == 300
    assert rows[-1]["late"] == "only here"
    assert not rows[0].get("late")


@pytest.mark.parametrize("source", ["in.jsonl", "in.json"])
@pytest.mark.parametrize("out", ["out.csv", "out.jsonl"])
def test_a_late_key_that_collides_is_refused_before_anything_is_computed(scored, tmp_path, source, out):
    sparse_rows(tmp_path / source)
    content = (tmp_path / source).read_text()
    (tmp_path / source).write_text(content.replace('"late"', '"score"'))
    assert "already has a column 'score'" in refusal(scored, source, out=out)


def test_more_keys_than_a_table_can_have_columns_are_refused_and_json_lines_keep_them(scored, tmp_path):
    rows = [
        {**ROWS[0], **{f"key{number}": 1 for number in range(start, start + 3_000)}} for start in (0, 3000, 6000, 9000)
    ]
    write(tmp_path / "in.jsonl", rows)
    told = refusal(scored, "in.jsonl")
    assert "in.jsonl have more than 10,000 different keys" in told
    assert "--out NAME.jsonl" in told
    scored("in.jsonl", out="out.jsonl")
    assert [len(row) for row in read(tmp_path / "out.jsonl")] == [3_000 + len(ROWS[0]) + len(ADDED)] * 4


@pytest.mark.parametrize("given", [".csv", ".parquet"])
def test_columns_of_one_name_are_left_out_and_told(scored, tmp_path, given):
    names, cells = ["text", "note", "second", "note"], ["a", "one", "one two", "other"]
    if given == ".csv":
        (tmp_path / "in.csv").write_text(f"{','.join(names)}\n{','.join(cells)}\n")
    else:
        pq.write_table(pa.Table.from_arrays([pa.array([cell]) for cell in cells], names), tmp_path / "in.parquet")
    found = scored(f"in{given}", out="out.parquet")
    assert read(tmp_path / "out.parquet")[0].keys() == {"text", "second", *ADDED}
    assert found.remarks == (f"{tmp_path}/in{given}: 2 columns are named 'note'; they are left out",)
    assert "2 columns are named 'note'" in refusal(scored, f"in{given}", text="note")


def test_how_a_file_is_read_is_told(scored, tmp_path):
    (tmp_path / "in.csv").write_text("sep=;\ntext;second\na;one\n")
    (remark,) = scored("in.csv", out="out.csv").remarks
    assert "the first line is skipped" in remark
