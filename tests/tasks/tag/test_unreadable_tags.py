"""Files that hold tags of words, but not as they can be read."""

import pytest
from surveyed import column

from bert_tf.drafting.new_recipe import new_recipe
from bert_tf.tasks.tag.unreadable_tags import unreadable_tags
from bert_tf.tasks.target_draft import UnreadableLabelsError

WORDS = [["Ada", "is", "here"], ["no", "one"]]


@pytest.mark.parametrize(
    ("tags", "what", "hint"),
    [
        ([[1, 0, 0], [0, 0]], "has ids of tags, 0 to 1, and nothing says", 'tag.tags = ["O", "B-PER", "I-PER", …]'),
        ([["B_PER", "O", "O"], ["O", "O"]], "has the tag 'B_PER', which is none of", "write B-PER for 'B_PER'"),
        ([["b-per", "O", "O"], ["O", "O"]], "has the tag 'b-per'", "write B-PER for 'b-per'"),
        ([["PER-B", "O", "O"], ["O", "O"]], "has the tag 'PER-B'", "write B-PER for 'PER-B'"),
        ([["B", "O", "O"], ["O", "O"]], "has the tag 'B'", "write a type behind it: B-PER"),
        ([["O", "O", "O"], ["O", "O"]], "has no entities: all tags are O", "choose a file with entities"),
        ([["PER", "O", "O"], ["O", "O"]], "has the tag 'PER'", "write B-PER for the first word of each entity, I-PER"),
        ([[[0, 0, "PER"]], []], "has no tag for each word in 'tokens'", '"ner_tags": ["B-PER", "O", "O"]'),
    ],
)
def test_tags_that_are_written_otherwise_are_refused_by_the_first(tags, what, hint):
    problem = unreadable_tags([column("tokens", WORDS), column("ner_tags", tags)], file="a.jsonl")
    assert f"Column 'ner_tags' of a.jsonl {what}" in str(problem)
    assert hint in problem.hint


def test_others_are_not():
    good = [column("tokens", WORDS), column("ner_tags", [["B-PER", "O", "O"], ["O", "O"]])]
    assert unreadable_tags(good, file="a") is None
    assert unreadable_tags([column("text", ["a", "b"]), column("label", ["x", "y"])], file="a") is None
    assert unreadable_tags([column("tags", [["a"], ["b", "a"]]), column("text", ["a", "b"])], file="a") is None
    assert unreadable_tags([column("grade", ["O", "O", "A"])], file="a") is None
    assert unreadable_tags([column("visa", ["B-1", "L-2", "B-2", "I-1"])], file="a") is None
    texts = column("text", [f"somebody asks for a visa, number {number}" for number in range(4)])
    assert unreadable_tags([texts, column("visa", ["B-1", "O", "B-2", "O"])], file="a") is None


def test_labels_of_texts_beside_their_words_are_no_tags():
    labels = [["joy", "fear"], ["joy"]]
    assert unreadable_tags([column("tokens", WORDS), column("labels", labels)], file="a") is None


def test_a_word_in_each_row_is_no_text_to_classify(tmp_path, monkeypatch):
    """The Kaggle table that many begin with; words alone were classified by their tags."""
    monkeypatch.chdir(tmp_path)
    rows = [f"{sentence},Ada,B-PER\n{sentence},is,O\n{sentence},here,O\n" for sentence in range(9)]
    (tmp_path / "a.csv").write_text("Sentence #,Word,Tag\n" + "".join(rows))
    with pytest.raises(UnreadableLabelsError, match="Column 'Tag' of a.csv has the tag of a single word in each row"):
        new_recipe("a", {"train": "a.csv"}, named={})
