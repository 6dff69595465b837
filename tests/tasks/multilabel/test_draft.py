"""Files with sets of labels, each of the ways they are written, beside files that have none."""

import json
import tomllib
from collections import Counter

import pytest
from surveyed import column

from bert_tf.drafting.check_file import CheckedFile
from bert_tf.drafting.new_recipe import new_recipe
from bert_tf.errors import DataError
from bert_tf.tasks.multilabel.draft import MultilabelDraft
from bert_tf.tasks.multilabel.layouts import flag_columns, list_column
from bert_tf.tasks.recipes import load_recipe
from bert_tf.workflow.data import load_data

QUOTE = '"'

SETS = ["joy", "anger", "joy|anger", "", "fear", "joy|fear", "anger", "joy", "fear|anger", "joy", "", "anger|fear"]


@pytest.mark.parametrize("separator", ["|", ";", ",", ", "])
def test_names_between_separators_are_labels(separator):
    found = list_column(column("tags", [value.replace("|", separator) for value in SETS]))
    assert found.separator == separator.strip()
    assert dict(found.labels) == {"joy": 5, "anger": 5, "fear": 4}


def test_json_lists_are_labels_as_text_and_as_lists():
    lists = [value.split("|") if value else [] for value in SETS]
    for written in (map(str, lists), (str(one).replace("'", '"') for one in lists)):
        found = list_column(column("tags", list(written)))
        assert found.separator is None
        assert dict(found.labels) == {"joy": 5, "anger": 5, "fear": 4}


@pytest.mark.parametrize(
    "values",
    [
        ["one thing, and another", "a text, with commas", "no, never", "yes, always", "maybe, who knows"] * 2,
        ["good", "bad", "good", "bad"] * 3,
        ["Science, Tech", "Sports", "Science, Tech", "Sports"] * 3,
        ["2024/01/02", "2024/01/03", "2024/01/04", "2024/02/05"] * 3,
        ["[a", "b]", "[c"] * 4,
        [""] * 10,
        ["3,8", "4,5", "3,5", "4,8", "5,0", "5,3"] * 4,
        ["3,8 %", "4,5 %", "3,5 %", "4,8 %", "5,0 %", "5,3 %"] * 4,
    ],
)
def test_what_is_no_set_of_labels(values):
    assert list_column(column("x", values)) is None


def test_blanks_are_between_labels_where_names_are_few_and_the_column_says_so():
    values = [value.replace("|", " ") for value in [*SETS, "joy|anger|fear"]]
    found = list_column(column("tags", values))
    assert (found.separator, dict(found.labels)) == (" ", {"joy": 6, "anger": 6, "fear": 5})
    assert list_column(column("text", values)) is None
    assert list_column(column("label", ["very good", "good", "bad", "very bad"] * 5)) is None
    assert (
        list_column(column("topic", ["the cat saw the dog", "a dog saw the cat", "a cat a dog", "the dog"] * 5)) is None
    )


def test_label_studio_writes_a_list_only_where_there_are_several():
    values = [str({"choices": value.split("|")}) if "|" in value else value for value in SETS]
    found = list_column(column("topic", values))
    assert (found.separator, dict(found.labels)) == ("|", {"joy": 5, "anger": 5, "fear": 4})


def test_columns_of_yes_and_no_are_labels_too():
    flags = [column("a", ["yes", "No"] * 6), column("b", ["no", "yes", "no"] * 4)]
    assert flag_columns(flags) == ["a", "b"]
    assert MultilabelDraft().guess(flags, file="x.csv", is_given=False).reason == "2 columns of yes and no"


def test_one_label_in_each_row_is_told():
    train = CheckedFile(labels=Counter({("joy",): 3, ("anger",): 2}))
    assert any('set task = "classify"' in note for note in MultilabelDraft().notes({"train": train}))
    train = CheckedFile(labels=Counter({("joy",): 3, ("anger",): 2, (): 1}))
    assert MultilabelDraft().notes({"train": train}) == []


def test_columns_of_0_and_1_are_labels_if_there_are_two():
    flags = [column("a", ["0", "1"] * 6), column("b", ["1", "0", "0"] * 4)]
    assert flag_columns([column("text", ["x", "y"] * 6), *flags]) == ["a", "b"]
    assert flag_columns(flags[:1]) == []
    assert flag_columns([flags[0], column("c", ["0", "2"] * 6), column("d", ["1"] * 12)]) == []


def test_nothing_like_labels_is_told():
    with pytest.raises(DataError, match="looks like lists of labels"):
        MultilabelDraft().guess([column("text", ["a", "b"])], file="x.csv", is_given=False)


ROWS = [(f"Text number {number}", value) for number, value in enumerate(SETS)]
FILES = {
    "separated.csv": "text,tags\n" + "".join(f"{text},{value}\n" for text, value in ROWS),
    "lists.csv": "text,tags\n"
    + "".join(
        f'{text},"{json.dumps([*filter(None, value.split("|"))]).replace(QUOTE, 2 * QUOTE)}"\n' for text, value in ROWS
    ),
    "lists.jsonl": "".join(
        json.dumps({"text": text, "tags": [*filter(None, value.split("|"))]}) + "\n" for text, value in ROWS
    ),
    "flags.csv": "text,joy,anger,fear\n"
    + "".join(
        ",".join([text, *(str(int(name in value)) for name in ("joy", "anger", "fear"))]) + "\n" for text, value in ROWS
    ),
}
WANTED = {
    "separated.csv": {"separator": "|"},
    "lists.csv": {"format": "json"},
    "lists.jsonl": {"format": "json"},
    "flags.csv": {"columns": ["joy", "anger", "fear"]},
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_becomes_a_recipe_that_reads_it(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_text(FILES[name])
    path, draft = new_recipe("mine", {"train": name}, named={})
    values = tomllib.loads(path.read_text())
    assert values["task"] == "multilabel"
    assert values["multilabel"] == WANTED[name]
    assert any("(none) 17%" in finding.reason for finding in draft.findings)
    splits = load_data(load_recipe("mine"), cache_folder=tmp_path / "cache")
    rows = [splits.train, splits.validation, splits.test]
    assert sum(map(len, rows)) == 12
    assert sum(part.targets.sum() for part in rows) == 14


def test_rare_labels_are_noted_and_weights_proposed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    lines = [*(f"Text {number},a|b\nText {number} b,b\nText {number} c,a\n" for number in range(40)), "Last,a|rare\n"]
    (tmp_path / "x.csv").write_text("text,tags\n" + "".join(lines))
    path, draft = new_recipe("mine", {"train": "x.csv"}, named={})
    assert '# positive_weights = "balanced"' in path.read_text()
    assert "labels with a single row can't be learned: rare" in draft.notes


def test_single_labels_stay_single(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.csv").write_text("text,label,is_reply,is_quote\n" + "Some text,good,0,1\nMore text,bad,1,0\n" * 8)
    path, _ = new_recipe("mine", {"train": "x.csv"}, named={})
    assert tomllib.loads(path.read_text())["task"] == "classify"
