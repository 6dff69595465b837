import numpy as np
import pyarrow as pa
import pytest
import tensorflow_datasets as tfds

from bert_tf.data.bad_rows import BadRows
from bert_tf.data.causes import Surroundings
from bert_tf.data.checks import Refusal
from bert_tf.data.examples import ExamplesWriter, open_examples
from bert_tf.data.known_labels import KnownLabels
from bert_tf.data.labels import Spelling
from bert_tf.data.row_blocks import Cells
from bert_tf.data.target import Values
from bert_tf.errors import DataError
from bert_tf.tasks.recipes import make_recipe
from bert_tf.tasks.tag.entity_rows import EntityRows
from bert_tf.tasks.tag.target import NO_ENTITY, TagTarget
from bert_tf.workflow.data import load_data

ROWS = EntityRows("text", "tags", tags=None, word_prefix="")
ADA, PARIS = (0, 3, "PER"), (9, 14, "LOC")


def target(labels=None, merges=False):
    return TagTarget(ROWS, "tags", KnownLabels.given(labels, merges=merges))


def values(*labels):
    distinct = tuple(dict.fromkeys(labels))
    return Values(distinct, np.array([distinct.index(one) for one in labels], np.int32))


def test_types_of_the_training_rows_are_all_there_are():
    admitted = target().with_labels_of(((ADA,), (), (PARIS,)), ())
    assert admitted.resolve((ADA, PARIS)) == (ADA, PARIS)
    assert admitted.resolve(()) == ()
    refused = admitted.resolve((ADA, (4, 8, "ORG")))
    assert refused == Refusal("unknown label", "tags has an entity of the unknown type 'ORG'", "ORG")
    assert admitted.spellings((ADA, PARIS, ADA)) == ["PER", "LOC", "PER"]


def test_spellings_of_a_type_are_merged_if_the_recipe_says_so():
    spellings = [Spelling("PER", 3, "a:1"), Spelling("per", 1, "a:2")]
    admitted = target(merges=True).with_labels_of((((0, 1, "PER"),), ((0, 1, "per"),)), spellings)
    assert admitted.resolve(((0, 1, "per"),)) == ((0, 1, "PER"),)


def test_given_types_stay_in_their_order():
    learned = target(labels=("PER", "ORG", "LOC")).learn(values((ADA,)), where="")
    assert learned.facts == {"label_names": ("PER", "ORG", "LOC"), "offsets": "characters"}
    assert TagTarget(ROWS, "tags", offsets="bytes").learn(values((ADA,)), where="").facts["offsets"] == "bytes"
    assert target().with_labels_of(((PARIS, ADA),), ()).learn(values((PARIS, ADA)), where="").names == ("LOC", "PER")


def test_rows_without_any_entity_teach_nothing():
    with pytest.raises(DataError, match="None of 2 rows of train has an entity"):
        target().with_labels_of(((),), ()).learn(values((), ()), where="data.train")


def test_entities_are_stored_as_numbers(tmp_path):
    learned = target().with_labels_of(((ADA, PARIS),), ()).learn(values((ADA, PARIS)), where="")
    labels = [(ADA, PARIS), (), (PARIS,)]
    with ExamplesWriter(tmp_path / "new", has_pairs=False, encoding=learned) as writer:
        writer.add(
            texts=pa.array([b"Ada sees Paris"] * 3, pa.binary()),
            pairs=None,
            labels=Cells(labels, np.arange(3)),
            weights=np.ones(3),
            places=pa.array([b"a:0", b"a:1", b"a:2"], pa.binary()),
        )
    path = (tmp_path / "new").rename(tmp_path / writer.file_name)
    found = open_examples(path)
    assert [row.tolist() for row in found.targets] == [[[0, 3, 1], [9, 14, 0]], [], [[9, 14, 0]]]
    assert (found.targets.dtype, len(found)) == (np.int32, 3)
    assert learned.content((ADA,)) != learned.content((PARIS,))
    summary = learned.summary({"train": found.targets, "test": found.targets[slice(1, 2)]})
    assert summary.by_split == {
        "train": {"LOC": 2, "PER": 1, NO_ENTITY: 1},
        "test": {"LOC": 0, "PER": 0, NO_ENTITY: 1},
    }
    groups = learned.groups(found.targets)
    assert {name: rows.tolist() for name, rows in groups.items()} == {"LOC": [0, 2], "PER": [0], NO_ENTITY: [1]}


def test_a_share_has_its_part_of_the_rows_of_each_type():
    rows = values(*[(ADA,)] * 40, *[(ADA, PARIS)] * 20, *[()] * 40)
    parts = target().draw(rows, shares=[0.2, 0.1], seed=3, groups=None)
    for part, share in ((1, 0.2), (2, 0.1)):
        drawn = [rows.distinct[code] for code in rows.codes[parts == part]]
        assert [drawn.count(one) for one in ((ADA,), (ADA, PARIS), ())] == [40 * share, 20 * share, 40 * share]


def test_a_refused_row_is_told_with_what_to_do():
    found = BadRows("train", "overlapping entities", 1, ["a:3"], ["tags has A and B, which overlap"])
    why = target().explain(found, Surroundings())
    assert why.sentence == "a:3: tags has A and B, which overlap"
    assert why.hint == "keep one of them: a word has one tag"
    assert target().explain(BadRows("train", "bad UTF-8"), Surroundings()) is None


def test_an_unknown_type_in_each_row_does_not_mean_that_no_type_is_known():
    found = BadRows("test", "unknown label", rows=1)
    found.labels.add("ORG", "t:2")
    why = target().with_labels_of(((ADA,), (PARIS,)), ()).explain(found, Surroundings())
    assert why.sentence == "1 label of test never occurs in train, 1 row: 'ORG' (1 row, at t:2)"
    assert why.hint == "move some of these rows to the training set"


def test_a_cell_that_nobody_read():
    assert isinstance(target().check({"tags": "[[0, 3, 'PER']]"}), Refusal)


def recipe(tmp_path, **data):
    files = {"train": "train.conll", "test": "test.conll"}
    tables = {"source": "files", "text": "token", "label": "tag", **{k: str(tmp_path / v) for k, v in files.items()}}
    given = {key: value for key, value in {**tables, **data}.items() if value is not None}
    return make_recipe({"name": "r", "task": "tag", "data": given, "model": {"encoder": "minilm-l6"}})


OUTSIDE_AND_TWO = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC"]


@pytest.mark.parametrize("label", ["ner", "ner_tags"], ids=["conll2003", "wikiann"])
def test_datasets_of_tfds_have_lists_of_words_and_of_classes(tmp_path, label):
    features = {
        "tokens": tfds.features.Sequence(tfds.features.Text()),
        label: tfds.features.Sequence(tfds.features.ClassLabel(names=OUTSIDE_AND_TWO)),
        "pos": tfds.features.Sequence(tfds.features.ClassLabel(names=["NN", "VB"])),
        "langs": tfds.features.Sequence(tfds.features.Text()),
    }
    sentences = [(["Ada", "Löwe", "lives", "in", "Bonn"], [1, 2, 0, 0, 3]), (["no", "one"], [0, 0])]
    rows = [
        (number, {"tokens": words, label: tags, "pos": [0] * len(words), "langs": ["en"] * len(words)})
        for number, (words, tags) in enumerate(sentences * 2)
    ]
    tfds.dataset_builders.store_as_tfds_dataset(
        name="tiny_entities",
        version="1.0.0",
        data_dir=tmp_path / "tfds",
        features=tfds.features.FeaturesDict(features),
        split_datasets={"train": rows, "test": rows[:2]},
        disable_shuffling=True,
    )
    data = {"source": "tfds:tiny_entities", "data_dir": str(tmp_path / "tfds"), "text": "tokens", "label": label}
    splits = {"train": "train", "validation": None, "test": "test", "duplicates": "as they are"}
    found = load_data(recipe(tmp_path, **data, **splits), cache_folder=tmp_path / "cache")
    assert found.facts["label_names"] == ("LOC", "PER")
    assert [found.train.text(row) for row in range(2)] == ["Ada Löwe lives in Bonn", "no one"]
    assert [row.tolist() for row in found.test.targets] == [[[0, 8, 1], [18, 22, 0]], []]


def test_all_that_is_wrong_with_files_is_told_at_once(tmp_path):
    (tmp_path / "train.conll").write_text("Ada B-PER\nis O\n\nin O\nParis B\n\nBonn\n\nBob B-PER\n")
    (tmp_path / "test.conll").write_text("Ada B-PER\n\nIBM B-ORG\n")
    with pytest.raises(DataError) as raised:
        load_data(recipe(tmp_path), cache_folder=tmp_path)
    told = "\n".join(raised.value.problems)
    assert f"{tmp_path}/train.conll:4: the tag 'B' has no type" in told
    assert f"{tmp_path}/train.conll:7: 1 column where there are 2" in told
    assert "1 label of" in told
    assert f"never occurs in train, 1 row: 'ORG' (1 row, at {tmp_path}/test.conll:3)" in told
    assert "write O, or B- and I- with a type behind" in raised.value.hint


def test_a_file_is_read_to_its_end_though_rows_of_it_are_bad(tmp_path):
    (tmp_path / "train.conll").write_text("Ada I-PER\n\nin O\nParis B\n\nBob B-PER\nAl B-PER\n")
    (tmp_path / "test.conll").write_text("Ada B-PER\n")
    splits = load_data(recipe(tmp_path, on_bad_row="skip"), cache_folder=tmp_path)
    assert [splits.train.text(row) for row in range(2)] == ["Ada", "Bob Al"]
    assert [row.tolist() for row in splits.train.targets] == [[[0, 3, 0]], [[0, 3, 0], [4, 6, 0]]]
    assert any("1 tag continues an entity that has not begun" in remark for remark in splits.report.remarks)
    assert splits.report.facts()["entity_counts"]["train"] == {"PER": 3, NO_ENTITY: 0}


def test_a_type_that_texts_without_entities_are_counted_under_is_refused():
    found = target().check({"tags": ((0, 3, NO_ENTITY),)})
    assert (found.reason, NO_ENTITY in found.message) == ("reserved label", True)
