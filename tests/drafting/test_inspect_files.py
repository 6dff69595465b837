import csv
import json
import pathlib

import pyarrow as pa
import pyarrow.csv
import pytest
from pyarrow import parquet

from bert_tf.drafting.inspect_files import inspect_files
from bert_tf.drafting.new_recipe import new_recipe
from bert_tf.errors import DataError
from bert_tf.text.token_lengths import token_lengths

LABELS = ["gut", "schlecht", "mittel"]
ROWS = [
    {"nr": number, "beitrag": f"Das Gerät Nummer {number} ist nicht {'größer' * (number % 3)}; ich mag es sehr.",
     "stimmung": LABELS[number % 3]}
    for number in range(30)
]  # fmt: skip


def write(path: pathlib.Path, rows=ROWS, *, delimiter=",", header=True) -> str:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=delimiter)
        if header:
            writer.writeheader()
        writer.writerows(rows)
    return str(path)


def inspected(train, **files):
    return inspect_files({"train": train, **files}, named={}, encoder="minilm-l6")


def test_a_german_file_with_three_columns_and_semicolons(tmp_path, minilm):
    found = inspected(write(tmp_path / "a.csv", delimiter=";"))
    assert found.found.file_format.delimiter == ";"
    assert (found.roles.text, found.roles.labels, found.roles.others) == ("beitrag", ("stimmung",), ("nr",))
    assert found.language.name == "German"
    assert found.splits["train"].labels == dict.fromkeys(LABELS, 10)
    assert found.lengths.tolist() == token_lengths(minilm, [row["beitrag"] for row in ROWS]).tolist()
    assert not found.lengths_are_estimated
    assert list(found.files) == ["train"]


def _jsonl(path):
    path.write_text("\n".join(map(json.dumps, ROWS)))


def _parquet(path):
    parquet.write_table(pa.Table.from_pylist(ROWS), path)


@pytest.mark.parametrize(
    "name, write_file",
    [("a.jsonl", _jsonl), ("a.parquet", _parquet), ("a.tsv", lambda path: write(path, delimiter="\t"))],
)
def test_every_format_gives_the_same(tmp_path, name, write_file):
    write_file(tmp_path / name)
    found = inspected(str(tmp_path / name))
    assert (found.roles.text, found.roles.labels) == ("beitrag", ("stimmung",))
    assert found.splits["train"].rows == 30
    assert found.splits["train"].texts == [row["beitrag"] for row in ROWS]


def test_a_file_without_header(tmp_path):
    found = inspected(write(tmp_path / "a.csv", header=False))
    assert found.found.file_format.columns == ("column1", "column2", "column3")
    assert (found.roles.text, found.roles.labels) == ("column2", ("column3",))


def test_files_beside_the_one_that_is_named(tmp_path):
    (tmp_path / "data").mkdir()
    for split in ("train", "dev", "test"):
        write(tmp_path / "data" / f"{split}.csv")
    found = inspected(str(tmp_path / "data" / "train.csv"))
    assert found.files["validation"] == str(tmp_path / "data" / "dev.csv")
    assert found.beside == ("validation", "test")
    named = inspected(str(tmp_path / "data" / "train.csv"), test=str(tmp_path / "data" / "dev.csv"))
    assert (named.files["test"], named.beside) == (str(tmp_path / "data" / "dev.csv"), ("validation",))


def test_a_file_beside_that_has_no_labels_is_left_out_and_told(tmp_path):
    """Competitions give test.csv without labels; a user who names such a file hears what is wrong with it."""
    write(tmp_path / "train.csv")
    test = write(tmp_path / "test.csv", [{"nr": 1, "beitrag": "Ein Satz"}] * 12)
    found = inspected(str(tmp_path / "train.csv"))
    assert (set(found.files), found.beside) == ({"train"}, ())
    assert f"{test}: no column 'stimmung'" in found.left_out[test]
    with pytest.raises(DataError, match="test.csv can't be used:\n.*no column 'stimmung'"):
        inspected(str(tmp_path / "train.csv"), test=test)


def test_rows_that_training_would_refuse_are_counted(tmp_path):
    rows = [*ROWS, {"nr": 31, "beitrag": "", "stimmung": "gut"}, {**ROWS[0], "stimmung": ""}]
    test = write(tmp_path / "other.csv", [*ROWS, {**ROWS[0], "stimmung": "toll"}])
    found = inspected(write(tmp_path / "a.csv", rows), test=test)
    assert (found.splits["train"].bad, found.splits["train"].rows) == (2, 30)
    (cause,) = found.splits["test"].causes
    assert (cause.reason, cause.rows, cause.places) == ("unknown label", 1, (f"{test}:32",))
    assert "'toll' (1 row, at" in cause.sentence
    assert found.splits["test"].leaked == 30


def test_other_spellings_in_the_test_file_are_of_use(tmp_path):
    test = write(tmp_path / "other.csv", [{**row, "stimmung": f"{row['stimmung'].upper()} "} for row in ROWS])
    found = inspected(write(tmp_path / "a.csv"), test=test)
    assert (found.splits["test"].rows, found.splits["test"].causes) == (30, ())


def test_without_a_tokenizer_lengths_are_estimated(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    found = inspect_files({"train": write(tmp_path / "a.csv")}, named={}, encoder=str(tmp_path / "none"))
    assert found.lengths_are_estimated
    # "Das Gerät Nummer 0 ist nicht ; ich mag es sehr.": 11 words of 1.5 tokens, and two special tokens.
    assert found.lengths[0] == 18


@pytest.mark.parametrize(
    "name, content, told",
    [
        ("a.csv", b"", "is empty"),
        ("a.csv", b"text,label\n", "no rows below its header"),
        ("a.csv", b"text,label\ngood,a\n", "has 1 row; too few"),
        ("a.csv", b"text\n" + b"one text\n" * 20, "has one column"),
        ("a.csv", b"text,label\n" + b"good film,a\n" * 20, "Every row has the same label, 'a'"),
        ("a.csv", b"text,label\n" + b"".join(b"film,%d\n" % n for n in range(20)), "a different label"),
        ("a.csv", b"\x89PNG\r\n\x1a\n\0\0", "binary file"),
        ("a.csv", b"text,label\n" + b"one film,a\nanother,b\n" * 3, "6 rows; too few"),
        ("a.jsonl", b'[{"text": "a", "label": "b"}]', "a JSON array(.|\n)*rename it to .json"),
        ("a.json", b'[{"text": "a", "label": "b"}]', "has 1 row; too few"),
        ("a.json", b'{"text": "a", "label": "b"}', "JSON Lines(.|\n)*rename it to .jsonl"),
        ("a.jsonl", b"no json\n" * 3, "No row of .* can be read:(.|\n)*not JSON"),
        ("a.csv", b"text,label\n" + b"film,a\nfilms,b\n" * 2 + b"a,b,c\n" * 20, "Only 4 of 24 rows(.|\n)*3 fields"),
        (
            "a.csv",
            b"text,label\n" + b"one, two,b\n" * 12 + b"film,c\nfilms,d\n" * 5,
            "12 of 22 rows of .* can't be used",
        ),
        ("a.parquet", b"PAR1 not really", "can't be read"),
        ("a.txt", b"__label__good a film\n__label__bad another\n" * 9, "in fastText's format(.|\n)*sed -E"),
        ("a.dat", b"1::2::4.5::978300760\n" * 20, "divided by '::'(.|\n)*sed"),
        ("a.dat", b"1::A film (1995)::Drama|War\n" * 20, "divided by '::'"),
    ],
)
def test_wrong_files_get_a_sentence(tmp_path, name, content, told):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=told):
        inspected(str(tmp_path / name))


def test_without_a_suffix_that_promises_commas_as_many_tabs_are_taken(tmp_path):
    rows = [f"{LABELS[number % 3]}\tDas Gerät {number} ist gut, sehr sogar" for number in range(30)]
    (tmp_path / "a.txt").write_text("\n".join(rows))
    found = inspected(str(tmp_path / "a.txt"))
    assert (found.found.file_format.delimiter, found.roles.labels) == ("\t", ("column1",))


def test_the_encoding_of_a_byte_order_mark_is_the_one_that_is_told(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = [f"Das Gerät {number} ist gut,{LABELS[number % 3]}" for number in range(30)]
    (tmp_path / "a.csv").write_text("\n".join(["beitrag,stimmung", *rows]), "utf-16")
    _, draft = new_recipe("a", {"train": "a.csv"}, named={})
    assert draft.findings[0].reason == "30 rows in utf-16, commas between fields, a header"


@pytest.mark.parametrize(("other", "told"), [("gut", True), ("+", False)])
def test_a_label_that_is_only_a_mark_is_told(tmp_path, monkeypatch, other, told):
    """SNLI has "-" where annotators disagree; beside "+" it is a label."""
    monkeypatch.chdir(tmp_path)
    rows = [f"Das Gerät {number} ist gut,{(other, '-')[number % 2]}" for number in range(30)]
    (tmp_path / "a.csv").write_text("\n".join(["beitrag,stimmung", *rows]))
    _, draft = new_recipe("a", {"train": "a.csv"}, named={})
    assert any("may stand for a missing value: '-' (15 rows" in note for note in draft.notes) is told


def test_a_file_that_is_not_there(tmp_path):
    write(tmp_path / "reviews.csv")
    with pytest.raises(DataError, match=r"No file matches(.|\n)*did you mean 'reviews.csv'"):
        inspected(str(tmp_path / "review.csv"))


def test_quotes_and_a_byte_order_mark(tmp_path):
    quoted = [{**row, "beitrag": f'Er sagte: "{row["beitrag"]}",\nund ging.'} for row in ROWS]
    path = pathlib.Path(write(tmp_path / "a.csv", quoted))
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    found = inspected(str(path))
    assert found.splits["train"].bad == 0
    assert found.splits["train"].texts[0].endswith('",\nund ging.')
    assert found.roles.others == ("nr",)


def test_whoever_knows_whether_there_is_a_header_says_so(tmp_path):
    path = write(tmp_path / "a.csv", header=False)
    assert any("--header" in remark for remark in inspected(path).found.remarks)
    told = inspect_files({"train": path}, named={}, encoder="minilm-l6", has_header=False)
    assert (told.splits["train"].rows, told.found.remarks) == (30, ())
    told = inspect_files({"train": path}, named={"text": ROWS[0]["beitrag"]}, encoder="minilm-l6", has_header=True)
    assert (told.splits["train"].rows, told.roles.labels) == (29, (LABELS[0],))


def test_an_old_encoding_is_written_into_the_recipe_and_told(tmp_path):
    path = pathlib.Path(write(tmp_path / "a.csv"))
    path.write_bytes(path.read_text(encoding="utf-8").encode("cp1252"))
    found = inspected(str(path))
    assert found.found.file_format.encoding == "cp1252"
    assert "is not UTF-8" in found.found.remarks[0]
    assert found.splits["train"].texts[0] == ROWS[0]["beitrag"]


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_of_a_very_wide_table_the_first_columns_and_the_chosen_ones_are_inspected(tmp_path, suffix):
    first = {"text": [f"a sentence about thing {number}" for number in range(20)], "label": ["a", "b"] * 10}
    others = {f"x{number}": ["1"] * 20 for number in range(1_200)}
    table, path = pa.table({**first, **others, "mood": ["c", "d"] * 10}), tmp_path / f"wide{suffix}"
    (pyarrow.csv.write_csv if suffix == ".csv" else parquet.write_table)(table, str(path))
    found = inspected(str(path))
    assert (found.roles.text, found.roles.labels) == ("text", ("label",))
    (remark,) = found.found.remarks
    assert remark.startswith(f"{path} has 1,203 columns, and the first 1,000 were inspected")
    chosen = inspect_files({"train": str(path)}, named={"label": "mood"}, encoder="nowhere")
    assert chosen.splits["train"].labels == {"c": 10, "d": 10}


def test_columns_of_lists_in_parquet_are_labels_and_words(tmp_path):
    texts, labels = [f"text number {number}" for number in range(20)], [["joy"], ["love", "joy"], [], ["fear"]] * 5
    words = [["Ada", "is", f"in{number}"] for number in range(20)]
    tags = [["B-PER", "O", "O"], ["O", "O", "B-LOC"]] * 10
    parquet.write_table(pa.table({"text": texts, "labels": labels}), tmp_path / "sets.parquet")
    parquet.write_table(pa.table({"tokens": words, "ner_tags": tags}), tmp_path / "tags.parquet")
    sets, entities = (
        inspect_files({"train": str(tmp_path / name)}, named={}, encoder="nowhere")
        for name in ("sets.parquet", "tags.parquet")
    )
    assert (sets.roles.task, sets.roles.labels, sets.splits["train"].rows) == ("multilabel", ("labels",), 20)
    assert (entities.roles.task, entities.roles.text, entities.roles.labels) == ("tag", "tokens", ("ner_tags",))
    assert entities.splits["train"].rows == 20
