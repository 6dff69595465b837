"""Files with entities, each of the ways they are written, beside files that have none."""

import json

import pytest
from surveyed import column

from bert_tf.drafting.new_recipe import new_recipe
from bert_tf.errors import DataError
from bert_tf.tasks.recipes import load_recipe
from bert_tf.tasks.tag.draft import TagDraft
from bert_tf.workflow.data import load_data

WORDS = [["Ada", "of", "Bonn"], ["no", "one"], ["Bob", "is", "here"], ["New", "York", "is", "far"]]
TAGS = [["B-PER", "O", "B-LOC"], ["O", "O"], ["B-PER", "O", "O"], ["B-LOC", "I-LOC", "O", "O"]]
TEXTS = [" ".join(words) for words in WORDS]
SPANS = [[[0, 3, "PER"], [7, 11, "LOC"]], [], [[0, 3, "PER"]], [[0, 8, "LOC"]]]


def lines(*rows):
    """Twelve rows of JSON lines."""
    return "\n".join(json.dumps(rows[number % 4]) for number in range(12)) + "\n"


def doccano():
    return lines(*({"id": 3, "text": text, "label": spans} for text, spans in zip(TEXTS, SPANS, strict=True)))


def prodigy():
    keys = ("start", "end", "label")
    return lines(*(
        {"text": text, "spans": [dict(zip(keys, span, strict=True)) for span in spans],
         "tokens": [{"text": word, "start": 0} for word in words], "answer": "accept"}
        for text, spans, words in zip(TEXTS, SPANS, WORDS, strict=True)
    ))  # fmt: skip


def label_studio():
    rows = [
        {"text": text, "label": [{"start": s, "end": e, "text": text[s:e], "labels": [kind]} for s, e, kind in spans]}
        for text, spans in zip(TEXTS, SPANS, strict=True)
    ]
    return json.dumps([rows[number % 4] for number in range(12)])


def label_studio_whole():
    rows = json.loads(label_studio())
    made = [
        {
            "id": 1,
            "data": {"text": row["text"]},
            "annotations": [{"result": [{"value": value} for value in row["label"]]}],
        }
        for row in rows
    ]
    return json.dumps(made)


def words_and_tags():
    return lines(*({"id": "a", "tokens": w, "ner_tags": t} for w, t in zip(WORDS, TAGS, strict=True)))


def conll():
    sentences = [
        "\n".join(f"{word} X {tag}" for word, tag in zip(w, t, strict=True)) for w, t in zip(WORDS, TAGS, strict=True)
    ]
    return "\n\n".join(sentences * 3) + "\n"


def spacy_2():
    rows = [[text, {"entities": spans}] for text, spans in zip(TEXTS, SPANS, strict=True)]
    return json.dumps([rows[number % 4] for number in range(12)])


def hugging_face():
    parts = [
        dict(zip(("start", "end", "label"), map(list, zip(*spans, strict=True)), strict=True))
        for spans in SPANS
        if spans
    ]
    parts.insert(1, {"start": [], "end": [], "label": []})
    return lines(*({"text": text, "entities": part} for text, part in zip(TEXTS, parts, strict=True)))


def tags_in_cells():
    rows = [f"{' '.join(words)},{' '.join(tags)}" for words, tags in zip(WORDS, TAGS, strict=True)]
    return "text,labels\n" + "".join(f"{rows[number % 4]}\n" for number in range(12))


def pandas_lists():
    rows = [f'{" ".join(words)},"{words}","{tags}"' for words, tags in zip(WORDS, TAGS, strict=True)]
    return "Sentence,POS,Tag\n" + "".join(f"{rows[number % 4]}\n" for number in range(12))


def numbered():
    """GermEval: numbers, words, tags, and tags of inner entities, of which there are none."""
    sentences = [
        "\n".join(f"{number}\t{word}\t{tag}\tO" for number, (word, tag) in enumerate(zip(w, t, strict=True), 1))
        for w, t in zip(WORDS, TAGS, strict=True)
    ]
    return "\n\n".join(f"#\tan article\n{sentence}" for sentence in sentences * 3) + "\n"


@pytest.mark.parametrize(
    ("name", "content", "text", "label"),
    [
        ("i.json", spacy_2(), "text", "entities"),
        ("j.jsonl", hugging_face(), "text", "entities"),
        ("k.csv", tags_in_cells(), "text", "labels"),
        ("l.csv", pandas_lists(), "Sentence", "Tag"),
        ("m.tsv", numbered(), "column2", "column3"),
        ("a.jsonl", doccano(), "text", "label"),
        ("b.jsonl", prodigy(), "text", "spans"),
        ("c.json", label_studio(), "text", "label"),
        ("h.json", label_studio_whole(), "data", "annotations"),
        ("d.jsonl", words_and_tags(), "tokens", "ner_tags"),
        ("e.conll", conll(), "token", "tag"),
        ("f.txt", conll(), "token", "tag"),
        ("g.tsv", conll().replace(" ", "\t"), "token", "tag"),
    ],
)
def test_a_recipe_for_files_of_annotation_tools(tmp_path, monkeypatch, name, content, text, label):
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_text(content)
    path, draft = new_recipe("mine", {"train": name}, named={}, path=tmp_path / "mine.toml")
    recipe = load_recipe(str(path), {"data.duplicates": "as they are"})
    assert (recipe.task, recipe.data.text, recipe.data.label) == ("tag", text, label)
    assert recipe.data.format == ("conll" if name in ("f.txt", "g.tsv", "m.tsv") else None)
    splits = load_data(recipe, cache_folder=tmp_path)
    assert splits.facts == {"label_names": ("LOC", "PER"), "offsets": "characters"}
    counted = splits.report.facts()["entity_counts"]
    assert sum(split["LOC"] for split in counted.values()) == 6
    assert sum(split["PER"] for split in counted.values()) == 6
    (finding,) = [each for each in draft.findings if each.subject == "entities"]
    assert finding.guess == "12"
    assert "entities of 2 types: LOC, PER" in recipe.description


def test_types_with_a_single_entity_are_told(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.conll").write_text(conll() + "\nX X B-ODD\n")
    _, draft = new_recipe("mine", {"train": "a.conll"}, named={}, path=tmp_path / "mine.toml")
    assert "types with a single entity can't be learned: ODD" in draft.notes


def test_long_documents_are_looked_at():
    words = [["Ada", *["word"] * 6000], ["no", "one"]]
    tags = [["B-PER", *["O"] * 6000], ["O", "O"]]
    assert len(str(tags[0])) > 30_000
    guess = TagDraft().guess([column("tokens", words), column("tags", tags)], file="f", is_given=False)
    assert (guess.columns, guess.text) == (("tags",), "tokens")


@pytest.mark.parametrize(
    "values",
    [
        ["good", "bad"],
        [["joy", "love"], ["anger"]],
        ["[1, 2]", "[3]"],
        [["O", "O"], ["O"]],
        [[], []],
        ["[broken", "[x]"],
        [["B-PER"], "a text"],
    ],
)
def test_other_columns_are_none(values):
    assert not TagDraft().could_be(column("label", values))
    with pytest.raises(DataError, match="looks like tags of words"):
        TagDraft().guess([column("label", values)], file="f", is_given=False)


@pytest.mark.parametrize("share", [0, 0.25, 0.5])
def test_a_few_entities_that_can_not_be_read_hide_no_others(share):
    kinds = [None if number < share * 8 else "PER" for number in range(8)]
    cells = [[{"start": number, "end": 9, "label": kind}] for number, kind in enumerate(kinds)]
    assert TagDraft().could_be(column("spans", cells)) is (share < 0.5)


def test_entities_at_the_same_place_in_all_texts_can_be_learned(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = [json.dumps({"text": f"Ada is here, {number}", "label": [[0, 3, "PER"]]}) for number in range(20)]
    (tmp_path / "a.jsonl").write_text("\n".join(rows))
    _, draft = new_recipe("mine", {"train": "a.jsonl"}, named={})
    assert next(found.guess for found in draft.findings if found.subject == "entities") == "20"


def test_sentences_that_no_blank_line_ends_are_told(tmp_path):
    (tmp_path / "a.conll").write_text("Ada B-PER\nis O\n" * 20)
    with pytest.raises(DataError, match="has 1 sentence; too few(.|\n)*a blank line has to end each sentence"):
        new_recipe("mine", {"train": str(tmp_path / "a.conll")}, named={})
