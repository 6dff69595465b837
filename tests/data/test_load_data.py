"""From a source to splits: counts, order, leakage, and a sentence for each thing that is wrong."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bert_tf.data.file_format import FileFormat
from bert_tf.data.known_labels import KnownLabels
from bert_tf.data.labels import spelling_key
from bert_tf.data.load_data import Splits, load_splits
from bert_tf.errors import DataError
from bert_tf.tasks.classify.target import ClassifyTarget
from bert_tf.tasks.regress.target import RegressTarget


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with a good file for each split."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "train.csv").write_text("text,label\n" + "".join(f"t{n},{'ab'[n % 2]}\n" for n in range(40)), "utf-8")
    (tmp_path / "test.csv").write_text("text,label\nt3,a\nnew,b\n", "utf-8")
    return tmp_path


def load(folder: Path, **changes: Any) -> Splits:
    options = {"source": "files", "train": "train.csv", "cache_folder": folder / "cache", **changes}
    known = KnownLabels.given(options.pop("labels", None), merges=options.pop("merge_labels", False))
    return load_splits(target=ClassifyTarget("label", known), **options)


def message_of(folder: Path, **changes: Any) -> str:
    with pytest.raises(DataError) as caught:
        load(folder, **changes)
    left = list((folder / "cache" / "examples").glob("*")) if (folder / "cache").exists() else []
    assert left == []
    return str(caught.value)


def test_splits_of_files(folder: Path) -> None:
    splits = load(folder, test="test.csv")
    assert splits.facts["label_names"] == ("a", "b")
    assert splits.validation is None
    assert splits.test is not None
    assert splits.train.texts(0, 3) == [b"t0", b"t1", b"t2"]
    assert splits.train.targets[:3].tolist() == [0, 1, 0]
    assert (splits.test.text(1), splits.test.place(1)) == ("new", "test.csv:3")
    assert splits.train.weights.tolist() == [1.0] * 40


def test_the_report_counts_rows_classes_and_leaks(folder: Path) -> None:
    (folder / "train.csv").write_text("text,label\nt3,a\nt3,b\nt5,b\nt6,b\n", "utf-8")
    report = load(folder, test="test.csv", labels=["b", "c", "a"]).report
    assert json.loads(json.dumps(report.facts())) == {
        "rows": {"train": 4, "test": 2},
        "class_counts": {"train": {"b": 3, "c": 0, "a": 1}, "test": {"b": 1, "c": 0, "a": 1}},
        "bad_rows": [],
        "leakage": {"test": 1},
        "duplicates": 1,
        "dropped": {"train": 0, "test": 0},
        "contradictions": {"texts": 1, "rows": 3, "example": "train.csv:2 is 'a', train.csv:3 is 'b'"},
        "alike": [],
        "missing_values": {"text": [], "label": []},
        "remarks": [],
    }


def test_shares_are_drawn_from_train(folder: Path) -> None:
    splits = load(folder, train="train.csv[:30]", validation=0.1, test=0.2)
    parts = [splits.train, splits.validation, splits.test]
    assert list(splits.report.rows) == ["train", "validation", "test"]
    assert [len(part) for part in parts if part is not None] == [21, 3, 6]
    texts = [text for part in parts if part is not None for text in part.texts(0, len(part))]
    assert sorted(texts) == sorted(f"t{number}".encode() for number in range(30))
    assert splits.test is not None
    assert splits.test.targets.tolist().count(0) == 3
    places = [int(splits.train.place(row).partition(":")[2]) for row in range(21)]
    assert places == sorted(places)


def test_the_same_call_gives_the_same_splits_and_another_seed_others(folder: Path) -> None:
    fingerprints = [load(folder, validation=0.2, seed=seed).train.fingerprint for seed in (1, 1, 2)]
    assert fingerprints[0] == fingerprints[1] != fingerprints[2]


def test_the_cache_holds_one_file_for_each_split_and_no_scratch(folder: Path) -> None:
    for _ in range(2):
        load(folder, validation=0.2, test="test.csv")
    files = list((folder / "cache" / "examples").iterdir())
    assert len(files) == 3
    assert all(file.suffix == ".arrow" for file in files)


def test_whole_numbers_are_sorted_by_value(folder: Path) -> None:
    (folder / "train.csv").write_text("text,label\nx,10\ny,9\nz,-1\n", "utf-8")
    assert load(folder).facts["label_names"] == ("-1", "9", "10")


def write_format(path: Path, values: list[object]) -> None:
    """Rows with these labels in the format that the path's suffix names."""
    rows = [{"text": f"t{number}", "label": value} for number, value in enumerate(values)]
    if path.suffix == ".csv":
        path.write_text("text,label\n" + "".join(f"{row['text']},{row['label']}\n" for row in rows), "utf-8")
    elif path.suffix == ".jsonl":
        path.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    else:
        pq.write_table(pa.Table.from_pylist(rows), path)


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet"])
@pytest.mark.parametrize(
    ("values", "names"),
    [
        ([1.0, 0.0, 10.0, -2.0], ("-2", "0", "1", "10")),
        ([1, 0, 10, -2], ("-2", "0", "1", "10")),
        ([True, False], ("false", "true")),
        (["True", "FALSE"], ("false", "true")),
        (["1.0", "0", " 10", "-2."], ("-2", "0", "1", "10")),
        ([Decimal("1.00"), Decimal(0)], ("0", "1")),
    ],
)
def test_a_label_has_one_name_in_all_formats(
    suffix: str, values: list[object], names: tuple[str, ...], folder: Path
) -> None:
    if suffix == "jsonl" and isinstance(values[0], Decimal):
        pytest.skip("JSON has no decimals")
    write_format(folder / f"a.{suffix}", values)
    assert load(folder, train=f"a.{suffix}").facts["label_names"] == names


def test_dictionaries_of_parquet_are_labels(folder: Path) -> None:
    column = pa.array(["1.0", "2", "1"]).dictionary_encode()
    pq.write_table(pa.table({"text": ["x", "y", "z"], "label": column}), folder / "a.parquet")
    assert load(folder, train="a.parquet").facts["label_names"] == ("1", "2")


def test_floats_of_one_file_are_the_whole_numbers_of_another(folder: Path) -> None:
    write_format(folder / "train.csv", [1.0, 0.0] * 5)
    write_format(folder / "test.jsonl", [0, 1])
    pq.write_table(pa.table({"text": ["x", "y"], "label": [1.0, 0.0]}), folder / "dev.parquet")
    splits = load(folder, validation="dev.parquet", test="test.jsonl", labels=["1.0", "0.0"])
    assert splits.facts["label_names"] == ("1", "0")
    assert splits.validation is not None
    assert splits.test is not None
    assert (splits.validation.targets.tolist(), splits.test.targets.tolist()) == ([0, 1], [1, 0])


def test_labels_that_look_alike_are_told_and_merged_on_demand(folder: Path) -> None:
    labels = ["good", "Good ", "bad", "bad", "ba\u200bd", "good"]
    write_format(folder / "train.jsonl", labels)
    write_format(folder / "test.jsonl", ["GOOD", "bad"])
    apart = load(folder, train="train.jsonl")
    assert apart.facts["label_names"] == ("Good ", "bad", "ba\u200bd", "good")
    assert [[(one.value, one.rows, one.place) for one in group.spellings] for group in apart.report.alike] == [
        [("good", 2, "train.jsonl:1"), ("Good ", 1, "train.jsonl:2")],
        [("bad", 2, "train.jsonl:3"), ("ba\u200bd", 1, "train.jsonl:5")],
    ]
    assert [group.name for group in apart.report.alike] == [None, None]
    merged = load(folder, train="train.jsonl", test="test.jsonl", merge_labels=True)
    assert merged.facts["label_names"] == ("bad", "good")
    assert merged.report.summary.by_split == {"train": {"bad": 3, "good": 3}, "test": {"bad": 1, "good": 1}}
    assert [group.name for group in merged.report.alike] == ["good", "bad"]
    named = load(folder, train="train.jsonl", test="test.jsonl", merge_labels=True, labels=["GOOD", "BAD"])
    assert named.facts["label_names"] == ("GOOD", "BAD")
    assert named.report.alike[0].name == "GOOD"


def test_a_share_is_drawn_from_merged_labels(folder: Path) -> None:
    write_format(folder / "train.jsonl", ["a", "A", "b", "B"] * 10)
    splits = load(folder, train="train.jsonl", test=0.1, merge_labels=True)
    assert splits.report.summary.by_split == {"train": {"a": 18, "b": 18}, "test": {"a": 2, "b": 2}}


def test_words_for_missing_values_are_told(folder: Path) -> None:
    (folder / "train.csv").write_text("text,label\nnan,a\nx,None\nnan,a\nnano,none\n", "utf-8")
    found = load(folder, duplicates="as they are").report.missing_values
    assert [(one.value, one.rows, one.place) for one in found["text"]] == [("nan", 2, "train.csv:2")]
    assert [(one.value, one.rows, one.place) for one in found["label"]] == [("None", 1, "train.csv:3")]


def test_a_slice_of_a_sorted_file_is_found_out(folder: Path) -> None:
    rows = "".join(f"t{label}{number},{label}\n" for label in "abcd" for number in range(10))
    (folder / "train.csv").write_text(f"text,label\n{rows}", "utf-8")
    message = message_of(folder, train="train.csv[:20]", test="train.csv[20:]")
    assert "2 labels of train.csv[20:] never occur in train, 20 rows; train is a slice of a source sorted" in (message)


def test_pairs_and_weights(folder: Path) -> None:
    (folder / "train.csv").write_text("a,b,label,w\nx,yz,p,0.5\nxy,z,q,2\nx,yz,p,0\n", "utf-8")
    splits = load(folder, text="a", text_pair="b", weight="w")
    assert splits.train.pairs(0, 3) == [b"yz", b"z", b"yz"]
    np.testing.assert_array_equal(splits.train.weights, [0.5, 2, 0])
    assert splits.report.duplicates == 1


def test_packages_load(folder: Path) -> None:
    splits = load(folder, source="package:bbc-news", train="all[:100]", validation=0.1, test=0.1)
    assert splits.facts["label_names"] == ("business", "entertainment", "politics", "sports", "tech")
    assert list(splits.report.rows.values()) == [80, 10, 10]


def test_skipped_rows_are_counted_with_their_place(folder: Path) -> None:
    (folder / "train.csv").write_bytes(b"text,label\nx,a\n,a\ny\ncaf\xe9,b\nz\xc3\xb6,b\n,b\n")
    (folder / "test.csv").write_text("text,label\nx,c\ny,a\n", "utf-8")
    report = load(folder, test="test.csv", on_bad_row="skip").report
    assert report.rows == {"train": 2, "test": 1}
    assert [(cause.split, cause.reason, cause.rows, cause.places) for cause in report.bad_rows] == [
        ("train", "empty text", 2, ("train.csv:3", "train.csv:7")),
        ("train", "number of fields", 1, ("train.csv:4",)),
        ("train", "bad UTF-8", 1, ("train.csv:5",)),
        ("test", "unknown label", 1, ("test.csv:2",)),
    ]


def test_bad_rows_of_all_splits_are_listed_at_once(folder: Path) -> None:
    (folder / "train.csv").write_bytes(b"text,label\nx,a\n,a\ncaf\xe9,b\ny\xc3\xb6,b\n")
    (folder / "test.csv").write_text('text,label\nx,A\ny,"\n', "utf-8")
    message = message_of(folder, test="test.csv")
    assert "The data has 4 bad rows:" in message
    assert "train.csv:3: text is empty" in message
    assert "train.csv:4: not UTF-8: byte 4 of this line is 0xe9" in message
    assert (
        "1 label of test.csv never occurs in train, 1 row; it is spelled differently in train ('A' for 'a')" in message
    )
    assert "data.merge_labels = true" in message
    assert "test.csv:3: a quote that opens here is never closed" in message
    assert 'data.on_bad_row = "skip"' in message


def test_rows_with_one_cause_are_one_line(folder: Path) -> None:
    (folder / "train.csv").write_text("text,label\n" + ",a\n" * 332, "utf-8")
    message = message_of(folder)
    assert "The data has 332 bad rows:" in message
    assert "  - 332 rows of train.csv: text is empty (train.csv:2, train.csv:3, train.csv:4, …)\n" in message


def test_a_file_of_an_old_encoding_is_told_with_the_key_that_reads_it(folder: Path) -> None:
    (folder / "train.csv").write_bytes("text,label\nschön,a\ngut,b\n".encode("cp1252"))
    assert 'data.encoding = "cp1252"' in message_of(folder)
    splits = load(folder, file_format=FileFormat(encoding="cp1252"))
    assert splits.train.text(0) == "schön"


def test_a_few_damaged_bytes_are_bad_rows_and_no_other_encoding(folder: Path) -> None:
    (folder / "train.csv").write_bytes(b"text,label\nfine,a\ngo\xefod,b\nplain,b\nb\xe1d,a\nlast,a\n")
    message = message_of(folder)
    assert "The data has 2 bad rows" in message
    assert "train.csv:3: not UTF-8: byte 3 of this line is 0xef" in message
    assert 'data.encoding = "cp1252"' in message
    splits = load(folder, on_bad_row="skip")
    assert splits.train.texts(0, 3) == [b"fine", b"plain", b"last"]


def test_a_file_that_is_called_utf8_is_utf8_however_damaged(folder: Path) -> None:
    (folder / "train.csv").write_bytes(b"text,label\nfine,a\n" + b"go\xefod,b\n" * 30 + b"last,b\n")
    assert "It looks like" in message_of(folder, on_bad_row="skip")
    splits = load(folder, on_bad_row="skip", file_format=FileFormat(encoding="utf-8"))
    assert splits.train.texts(0, 9) == [b"fine", b"last"]


def test_a_header_that_is_not_utf8_is_told_with_the_key_that_reads_it(folder: Path) -> None:
    (folder / "train.csv").write_bytes("text,label,größe\nx,a,1\ny,b,2\n".encode("cp1252"))
    assert 'data.encoding = "cp1252"' in message_of(folder)


def test_a_bad_row_is_told_with_the_file_it_is_in(folder: Path) -> None:
    (folder / "1.jsonl").write_text('{"text": "x", "label": "a"}\n' * 3, "utf-8")
    (folder / "2.jsonl").write_text("no json\n", "utf-8")
    assert "2.jsonl:1: not JSON" in message_of(folder, train="[12].jsonl")


def test_remarks_of_readers_are_in_the_report(folder: Path) -> None:
    (folder / "train.csv").write_text('sep=;\ntext;label\nx;a\n"y\nz";b\n', "utf-8")
    report = load(folder).report
    assert report.rows == {"train": 2}
    assert report.remarks == (
        "train.csv: the first line is skipped, above the header (data.skip_lines; score, monitor and index take "
        "--skip-lines): 'sep=;'",
        "train.csv: 1 row spans 2 lines, at train.csv:4; "
        'if quotes are ordinary characters there, set data.quote = "none" (score, monitor and index '
        "take --quote none)",
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("text,label,label\nx,a,b\n", "2 columns are named 'label'"),
        ("text;label\nx;a\n", 'set data.delimiter = ";"'),
    ],
)
def test_columns_that_can_not_be_used(content: str, message: str, folder: Path) -> None:
    (folder / "train.csv").write_text(content, "utf-8")
    assert message in message_of(folder)


def test_a_name_that_two_unused_columns_have_refuses_nothing(folder: Path) -> None:
    (folder / "train.csv").write_text("text,label,note,note\nx,a,1,2\ny,b,1,2\n", "utf-8")
    assert load(folder).report.rows == {"train": 2}


def test_a_weight_that_float32_does_not_hold_is_a_bad_row(folder: Path) -> None:
    (folder / "train.csv").write_text("text,label,w\nx,a,1e39\ny,b,1\n", "utf-8")
    assert "train.csv:2: w is '1e39'; weights must be at most" in message_of(folder, weight="w")


def test_a_label_outside_of_data_labels(folder: Path) -> None:
    message = message_of(folder, labels=["a", "bb"])
    assert "1 label of train.csv is not in data.labels, 20 rows: 'b' (20 rows, first at train.csv:3)" in message


def test_an_unknown_label_gets_the_nearest(folder: Path) -> None:
    (folder / "train.csv").write_text("text,label\nx,positive\ny,negative\n", "utf-8")
    (folder / "test.csv").write_text("text,label\nx,postive\n", "utf-8")
    message = message_of(folder, test="test.csv")
    assert "never occurs in train, 1 row; none of its labels occurs in train" in message
    assert "'postive' (1 row, at test.csv:2)" in message
    (folder / "test.csv").write_text("text,label\nx,postive\ny,negative\n", "utf-8")
    assert "did you mean 'positive'?" in message_of(folder, test="test.csv")


@pytest.mark.parametrize("on_bad_row", ["fail", "skip"])
def test_a_missing_column_is_told_once(on_bad_row: str, folder: Path) -> None:
    message = message_of(folder, text="txt", weight="confidence", on_bad_row=on_bad_row)
    assert message.count("train.csv: no column 'txt'; did you mean 'text'? The columns are: text, label") == 1
    assert message.count("train.csv: no column 'confidence'. The columns are: text, label") == 1
    assert "bad row" not in message


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("text,label\nx,a\ny,a\n", "All 2 rows of train have the label 'a'"),
        ("text,label\nx,a\n", "The only row of train has the label 'a'"),
        ("text,label\n,a\n", "The train split has no rows: all 1 were skipped"),
        ("text,label\n", "train.csv has no rows below its header"),
        ("", "train.csv is empty"),
    ],
)
def test_nothing_to_train_on(content: str, message: str, folder: Path) -> None:
    (folder / "train.csv").write_text(content, "utf-8")
    assert message in message_of(folder, on_bad_row="skip")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"validation": 0.01}, "The validation split gets no rows: 0.01 of 40 rows is too few"),
        ({"validation": 0.6, "test": 0.5}, "The shares leave no rows to train on: validation = 0.6, test = 0.5"),
        ({"validation": 1.5}, "validation = 1.5"),
        ({"train": "train.csv[abc]"}, "The slice in 'train.csv[abc]' can't be read"),
        ({"train": "trian.csv"}, "did you mean 'train.csv'?"),
        ({"source": "fiels"}, "did you mean 'files'?"),
        ({"source": "package:bbcnews", "train": "all"}, "did you mean 'bbc-news'?"),
    ],
)
def test_what_can_not_be_found_or_drawn(changes: dict[str, Any], message: str, folder: Path) -> None:
    assert message in message_of(folder, **changes)


def test_a_full_disk_leaves_nothing_behind(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no /dev/full")
    opened = pa.OSFile
    # A disk can't be filled here; the device that is always full stands in for the file.
    monkeypatch.setattr(pa, "OSFile", lambda path, mode: opened(str(full), mode))
    message = message_of(folder)
    assert "can't be written: no space left on device" in message
    assert str(folder / "cache" / "examples") in message


def test_a_cache_folder_that_can_not_be_made(folder: Path) -> None:
    with pytest.raises(DataError, match="can't be written: not a directory"):
        load(folder, cache_folder=folder / "train.csv")


texts = st.text(st.characters(codec="utf-8"), min_size=1, max_size=8).filter(str.strip)


@settings(max_examples=30)
@given(rows=st.lists(st.tuples(texts, st.sampled_from(["x", "y"])), min_size=4, max_size=40))
def test_every_row_that_goes_in_comes_out_once(
    rows: list[tuple[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    rows = [*rows, *[("both", "x"), ("both", "y")] * 3]
    folder = tmp_path_factory.mktemp("rows")
    content = "\n".join(json.dumps({"text": text, "label": label}) for text, label in rows)
    (folder / "a.jsonl").write_text(content, "utf-8")
    # A few texts that all come again can't be drawn from.
    shares = {"validation": 0.2, "test": 0.2, "duplicates": "as they are"}
    splits = load(folder, train=str(folder / "a.jsonl"), **shares)
    found = [
        (text.decode(), splits.facts["label_names"][label])
        for part in (splits.train, splits.validation, splits.test)
        if part is not None
        for text, label in zip(part.texts(0, len(part)), part.targets, strict=True)
    ]
    assert sorted(found) == sorted(rows)


odd_labels = st.sampled_from(
    ["good", "Good ", "\u200bgood", "ge\u0301", "gé", "1", "1.0", "01", 1, 1.0, True, "True", "nan", None, "", "\u200b",
     0.5, [1], "\ud83d", 10**30, "x\ny", "[/red]"]
)  # fmt: skip
odd_texts = st.one_of(st.sampled_from(["nan", "", None, "\u00a0"]), st.integers(0, 20).map("t{}".format))


@settings(max_examples=40)
@given(
    rows=st.lists(st.tuples(odd_texts, odd_labels), min_size=1, max_size=40),
    merge=st.booleans(),
    duplicates=st.sampled_from(["keep together", "drop", "as they are"]),
)
def test_rows_in_are_rows_used_reported_or_dropped(
    rows: list[tuple[object, object]], merge: bool, duplicates: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    rows = [*rows, *((f"s{number}", "good" if number % 2 else "1") for number in range(20))]
    path = tmp_path_factory.mktemp("rows") / "a.jsonl"
    path.write_text("\n".join(json.dumps({"text": text, "label": label}) for text, label in rows), "utf-8")
    options = {"merge_labels": merge, "duplicates": duplicates, "on_bad_row": "skip"}
    report = load(path.parent, train=str(path), test=0.2, **options).report
    used, bad = sum(report.rows.values()), sum(cause.rows for cause in report.bad_rows)
    assert used + bad + report.dropped["train"] == len(rows)
    spellings = [spelling for group in report.alike for spelling in group.spellings]
    assert len(spellings) == len({spelling.value for spelling in spellings})
    names = list(report.summary.by_split["train"])
    assert len(names) == len(set(names))
    if merge:
        assert len(names) == len({spelling_key(name) for name in names})


def test_a_text_column_of_lists_is_told_once_and_a_label_of_lists_in_its_row(folder: Path) -> None:
    rows = [{"text": ["a", "b"], "label": "a"}, {"text": ["c"], "label": "b"}]
    pq.write_table(pa.Table.from_pylist(rows), folder / "train.parquet")
    assert "the column 'text' holds list<element: string>, neither text nor numbers" in message_of(
        folder, train="train.parquet"
    )
    rows = [{"text": "x", "label": ["a", "c"]}, {"text": "y", "label": ["b"]}]
    pq.write_table(pa.Table.from_pylist(rows), folder / "train.parquet")
    assert "label has 2 labels: 'a', 'c'" in message_of(folder, train="train.parquet")


def test_where_every_row_is_bad_nothing_is_drawn_of_any_task(folder: Path) -> None:
    (folder / "numbers.csv").write_text("text,label\nx,many\ny,few\n", encoding="utf-8")
    with pytest.raises(DataError, match="The train split has no rows: all 2 were skipped"):
        load_splits(
            source="files",
            train=str(folder / "numbers.csv"),
            validation=0.1,
            target=RegressTarget("label"),
            on_bad_row="skip",
            cache_folder=folder / "cache",
        )


def test_rows_in_blocks_are_kept_as_rows_one_by_one(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = ["good,1", '"so, so",2', "bad", "good,1,", '"two\nlines",1', 'x"y,"2"z', ",2", "nan,3", "good,None"]
    (folder / "many.csv").write_text("text,label\n" + "\n".join(lines * 40), encoding="utf-8")
    found = []
    for least in (1, 1 << 30):
        monkeypatch.setattr("bert_tf.data.delimited_rows._LEAST_LINES", least)
        splits = load(folder, train="many.csv", test=0.2, on_bad_row="skip", duplicates="as they are")
        found.append((splits.report, splits.train.fingerprint, splits.facts, splits.train.places(0, 400)))
    assert found[0] == found[1]
    assert sum(found[0][0].rows.values()) == 40 * 6
