import tomllib
from collections import Counter

import numpy as np
import pytest

from bert_tf.data.causes import Cause
from bert_tf.data.discovery import Discovery
from bert_tf.data.file_format import FileFormat
from bert_tf.data.language import Language
from bert_tf.drafting.check_file import CheckedFile
from bert_tf.drafting.draft_recipe import draft_recipe
from bert_tf.drafting.guess import Roles
from bert_tf.drafting.inspect_files import Inspection
from bert_tf.recipe.space import search_space
from bert_tf.tasks.recipes import make_recipe

ROLES = ("text", "label", "text_pair", "weight")


def make_inspection(**changes):
    values = {
        "files": {"train": "data/a.csv"},
        "beside": (),
        "found": Discovery(FileFormat(delimiter=",")),
        "roles": Roles("classify", "body", ("mood",), None, None, {"text": "why", "label": "why"}, ("nr",)),
        "splits": {"train": CheckedFile(labels=Counter({"good": 600, "bad": 400}))},
        "language": Language("English", "words"),
        "lengths": np.arange(1, 101),
        "lengths_are_estimated": False,
        **changes,
    }
    return Inspection(**values)


def recipe_of(inspection):
    return make_recipe({"name": "mine", **tomllib.loads(draft_recipe("mine", inspection, command="mine").toml)})


def test_what_was_found_is_in_the_recipe():
    recipe = recipe_of(make_inspection())
    data = recipe.data
    assert (data.source, data.train, data.text, data.label) == ("files", "data/a.csv", "body", "mood")
    assert (data.validation, data.test, data.labels) == (0.1, 0.1, ("bad", "good"))
    assert (data.delimiter, data.columns, data.on_bad_row, data.weight) == (None, None, "fail", None)
    # 95 of the 100 lengths 1 to 100 are at most 95.
    assert recipe.text.max_tokens == 96
    # 800 rows in batches of 16 are 50 steps: 6 epochs make 300.
    assert (recipe.training.batch_size, recipe.training.epochs, recipe.training.learning_rate) == (16, 6, 1e-4)
    assert recipe.model.encoder == "minilm-l6"


def test_pairs_weights_layout_and_files_of_their_own():
    recipe = recipe_of(
        make_inspection(
            files={"train": "t.txt", "validation": "v.txt", "test": "e.txt"},
            beside=("test",),
            found=Discovery(FileFormat(delimiter=";", columns=("a", "b"), encoding="cp1252")),
            roles=Roles(
                "classify", "a", ("b",), "c", "d", dict.fromkeys(("text", "label", "text_pair", "weight"), "why"), ()
            ),
            splits=dict.fromkeys(
                ("train", "validation", "test"), CheckedFile(labels=Counter({"1": 5000, "10": 5000, "9": 9}))
            ),
        )
    )
    data = recipe.data
    assert (data.text_pair, data.weight, data.delimiter, data.columns) == ("c", "d", ";", ("a", "b"))
    assert data.encoding == "cp1252"
    assert (data.validation, data.test, data.labels) == ("v.txt", "e.txt", ("1", "9", "10"))
    assert (recipe.training.batch_size, recipe.training.epochs, recipe.training.learning_rate) == (32, 3, 5e-5)


def test_bad_rows_are_skipped_and_told():
    causes = (Cause("train", "empty text", 3, "3 rows of a.csv: text is empty (a.csv:7, …)", ("a.csv:7",)),)
    checked = CheckedFile(labels=Counter({"a": 50, "b": 50}), causes=causes, repeated=2)
    draft = draft_recipe("mine", make_inspection(splits={"train": checked}), command="mine")
    assert tomllib.loads(draft.toml)["data"]["on_bad_row"] == "skip"
    assert "# Rows that can't be used: 3. 3 rows of a.csv: text is empty (a.csv:7, …)." in draft.toml
    assert draft.notes[0] == "can't be used and are skipped: 3 rows of a.csv: text is empty (a.csv:7, …)"
    assert draft.notes[1] == "2 rows repeat the text of an earlier row"


def test_rows_that_quotes_have_broken_are_not_skipped_unasked():
    cause = Cause("train", "broken row", 1, "a.csv:7: a quote", ("a.csv:7",))
    checked = CheckedFile(labels=Counter({"a": 50, "b": 50}), causes=(cause,))
    draft = draft_recipe("mine", make_inspection(splits={"train": checked}), command="mine")
    assert "on_bad_row" not in tomllib.loads(draft.toml)["data"]
    assert draft.notes[0] == "can't be used: a.csv:7: a quote"
    assert 'data.on_bad_row = "skip"' in draft.notes[1]


def test_how_the_file_was_read_is_told_once():
    checked = CheckedFile(labels=Counter({"a": 50, "b": 50}), remarks=["a.csv: it is read as utf-16"])
    inspection = make_inspection(
        splits={"train": checked, "test": checked}, found=Discovery(remarks=("the first line of a.csv",))
    )
    assert draft_recipe("mine", inspection, command="mine").notes == [
        "the first line of a.csv",
        "a.csv: it is read as utf-16",
    ]


@pytest.mark.parametrize(
    "language, encoder",
    [
        ("German", "google-bert/bert-base-german-cased"),
        ("Chinese", "bert-base-chinese"),
        ("Spanish", "google-bert/bert-base-multilingual-cased"),
    ],
)
def test_an_encoder_for_the_language_is_proposed(language, encoder):
    draft = draft_recipe("mine", make_inspection(language=Language(language, "letters")), command="mine")
    assert f'\n# encoder = "{encoder}"\n' in draft.toml
    assert tomllib.loads(draft.toml)["model"]["encoder"] == "minilm-l6"
    assert any(finding.subject == "encoder" and encoder in finding.reason for finding in draft.findings)


def test_what_a_person_should_look_at():
    labels = Counter({"Good": 300, "good ": 50, "bad": 100, "odd": 1})
    roles = Roles(
        "classify", "body", ("mood",), None, None, {"text": "why", "label": "why"}, ("nr", "my kind"), ("my kind",)
    )
    checked = CheckedFile(labels=labels)
    for number, label in enumerate(labels.elements(), start=2):
        checked.seen.labels.add(label, f"a.csv:{number}")
    checked.seen.missing_texts.add("nan", "a.csv:7")
    draft = draft_recipe("mine", make_inspection(roles=roles, splits={"train": checked}), command="mine")
    notes = draft.notes
    assert notes[0].startswith("'my kind' also looks like a label")
    assert notes[0].endswith("--label 'my kind'")
    assert "labels with a single row can't be learned: odd" in notes
    told = "'Good' (300 rows, first at a.csv:2), 'good ' (50 rows, first at a.csv:302)"
    assert f"probably one label: {told}; data.merge_labels = true merges them" in notes
    assert any(note.startswith("text that may stand for a missing value: 'nan' (1 row, at a.csv:7)") for note in notes)
    # Switched on as it stands, the key works: the labels are not listed beside it.
    assert "\n# merge_labels = true\n" in draft.toml
    assert "labels" not in tomllib.loads(draft.toml)["data"]
    assert "labels are imbalanced; the recipe suggests class_weights" in notes


@pytest.mark.parametrize("longest, expected", [(10, 16), (64, 64), (65, 96), (5000, 512)])
def test_max_tokens_is_the_next_length(longest, expected):
    assert recipe_of(make_inspection(lengths=np.full(20, longest))).text.max_tokens == expected


@pytest.mark.parametrize("short, expected", [(95, 64), (94, 96)])
def test_one_text_in_twenty_may_be_cut(short, expected):
    assert recipe_of(make_inspection(lengths=np.array([60] * short + [90] * (100 - short)))).text.max_tokens == expected


@pytest.mark.parametrize("rows, share, epochs", [(12, 0.2, 20), (99, 0.2, 20), (100, 0.1, 20)])
def test_few_rows(rows, share, epochs):
    recipe = recipe_of(
        make_inspection(splits={"train": CheckedFile(labels=Counter({"a": rows // 2, "b": rows - rows // 2}))})
    )
    assert (recipe.data.validation, recipe.training.epochs) == (share, epochs)


def test_a_search_is_proposed():
    text = draft_recipe("mine", make_inspection(), command="mine").toml
    assert "tuning" not in tomllib.loads(text)
    proposed = text[text.index("# [tuning.space]") :].replace("# ", "")
    recipe = make_recipe({"name": "mine", **tomllib.loads(text), **tomllib.loads(proposed)})
    assert [parameter.key for parameter in search_space(recipe)] == ["training.learning_rate", "training.batch_size"]


def test_hostile_names_stay_values():
    roles = Roles("classify", 'a"\n[x]', ("b\n",), None, None, {"text": "", "label": ""}, ())
    labels = Counter({'x"\ny = 1': 10, "z\r\n[training]": 10})
    recipe = recipe_of(make_inspection(roles=roles, splits={"train": CheckedFile(labels=labels)}))
    assert recipe.data.text == 'a"\n[x]'
    assert set(recipe.data.labels) == set(labels)
