import json

import pytest

from bert_tf.data.checks import Refusal
from bert_tf.tasks.tag.spans import read_spans

TEXT = "Ada met Bob in Paris."
FOUND = ((0, 3, "PER"), (15, 20, "LOC"))


@pytest.mark.parametrize(
    "cell",
    [
        [[0, 3, "PER"], [15, 20, "LOC"]],
        [(15, 20, "LOC"), (0, 3, "PER")],
        [{"start": 0, "end": 3, "label": "PER", "token_start": 0}, {"start": 15, "end": 20, "label": "LOC"}],
        [{"id": 7, "start_offset": 0, "end_offset": 3, "label": "PER"}, [15, 20, "LOC"]],
        [{"start": 0, "end": 3, "text": "Ada", "labels": ["PER"]}, {"start": 15, "end": 20, "labels": ["LOC"]}],
        {"entities": [[0, 3, "PER"], [15, 20, "LOC"]]},
        [
            {
                "result": [
                    {"type": "labels", "value": {"start": 0, "end": 3, "text": "Ada", "labels": ["PER"]}},
                    {"type": "choices", "value": {"choices": ["fine"]}},
                    {"type": "labels", "value": {"start": 15, "end": 20, "labels": ["LOC"]}},
                ]
            }
        ],
    ],
    ids=["doccano", "tuples", "Prodigy", "doccano's objects", "Label Studio, short", "spaCy", "Label Studio"],
)
def test_the_shapes_of_annotation_tools(cell):
    assert read_spans("label", cell, TEXT) == FOUND
    assert read_spans("label", json.dumps(cell), TEXT) == FOUND
    assert read_spans("label", json.dumps(cell).encode(), TEXT) == FOUND


@pytest.mark.parametrize("cell", [None, "", b"  ", [], "[]", {"entities": []}])
def test_a_text_without_entities(cell):
    assert read_spans("label", cell, TEXT) == ()


@pytest.mark.parametrize("quoted", [True, False])
def test_places_in_utf_16_are_known_by_the_texts_of_the_marks(quoted):
    """Label Studio counts as JavaScript does, where an emoji has two units."""
    text = "😀 Ada met 👩‍🚀 Bob"
    wanted = [("Ada", "PER"), ("👩‍🚀 Bob", "PER")]
    marks, spans = [], []
    for name, kind in wanted:
        start = text.index(name)
        spans.append((start, start + len(name), kind))
        units = [len(text[:place].encode("utf-16-le")) // 2 for place in spans[-1][:2]]
        marks.append({"start": units[0], "end": units[1], "labels": [kind], **({"text": name} if quoted else {})})
    assert (read_spans("label", marks, text) == tuple(spans)) is quoted
    for mark, (start, end, _) in zip(marks, spans, strict=True):
        mark.update(start=start, end=end)
    assert read_spans("label", marks, text) == tuple(spans)


def test_a_mark_on_another_text_than_its_own_is_refused():
    found = read_spans("label", [{"start": 0, "end": 3, "text": "Bob", "labels": ["PER"]}], TEXT)
    assert found == Refusal("another text", "label has PER from 0 to 3, where 'Ada' is, but marks 'Bob'")
    assert read_spans("label", [{"start": 4, "end": 11, "text": "met\n Bob ", "labels": ["X"]}], TEXT) == (
        (4, 11, "X"),
    )


def test_a_blank_beside_a_word_is_not_part_of_the_entity():
    assert read_spans("label", [[3, 8, "X"]], TEXT) == ((4, 7, "X"),)


def test_a_mark_that_is_there_twice_is_one():
    assert read_spans("label", [[0, 3, "X"], [0, 3, "X"]], TEXT) == ((0, 3, "X"),)


@pytest.mark.parametrize(
    ("cell", "reason", "message"),
    [
        ([[15, 22, "LOC"]], "outside the text", "label has LOC from 15 to 22, but the text has 21 characters"),
        ([[-1, 2, "LOC"]], "outside the text", "label has LOC from -1 to 2"),
        ([[5, 4, "LOC"]], "outside the text", "label has LOC from 5 to 4"),
        ([[3, 3, "LOC"]], "empty entity", "label has LOC from 3 to 3, where no word is: ''"),
        ([[3, 4, "LOC"]], "empty entity", "where no word is: ' '"),
        (
            [[0, 7, "A"], [4, 11, "B"]],
            "overlapping entities",
            "label has A 'Ada met' and B 'met Bob', which overlap at character 4",
        ),
        ([[0, 3, ""]], "entity without a type", "label has an entity without a type"),
        (
            [{"start": 0, "end": 3, "labels": ["PER", "ORG"]}],
            "several labels",
            "label has a mark with 2 labels, PER and ORG: {'start': 0",
        ),
        ([{"start": 0, "end": 3, "labels": []}], "entity without a type", "label has an entity without a type"),
        ([[0, 3]], "no entities", "label is [0, 3], no list of entities with start, end and label"),
        ([[0.5, 3, "X"]], "no entities", "no list of entities"),
        ([[True, 3, "X"]], "no entities", "no list of entities"),
        ("PER", "no entities", "label is 'PER'"),
        (7, "no entities", "label is 7"),
    ],
)
def test_what_is_wrong_is_told_with_the_text(cell, reason, message):
    found = read_spans("label", cell, TEXT)
    assert isinstance(found, Refusal)
    assert found.reason == reason
    assert message in found.message
