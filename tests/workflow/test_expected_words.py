import pytest

from bert_tf.batches.word_targets import Alignment
from bert_tf.errors import RecipeError
from bert_tf.tasks.recipes import load_recipe
from bert_tf.tasks.table import task_of
from bert_tf.text.huggingface import HuggingFaceTokenizer
from bert_tf.text.loading import load_reference, load_tokenizer
from bert_tf.workflow.data import load_data, named_examples
from bert_tf.workflow.expected_words import expected_of_words, word_tokenizer


@pytest.fixture(scope="module")
def tokenizer(minilm, cache):
    return load_tokenizer(minilm, cache_folder=cache)


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    path = tmp_path_factory.mktemp("rows") / "rows.conll"
    path.write_text("\n\n".join(f"Ada B-PER\nLovelace I-PER\nsaw O\nno.{row} B-LOC" for row in range(4)))
    data = {"data.source": "files", "data.train": str(path), "data.text": "token", "data.label": "tag"}
    return {**data, "data.validation": 0.25, "data.test": None}


def test_each_word_of_the_tokenizer_has_its_tag_and_its_place(rows, tokenizer, cache):
    recipe = load_recipe("ner-wnut", rows)
    examples = named_examples(load_data(recipe, cache_folder=cache))
    found = expected_of_words(task_of(recipe), recipe, examples, tokenizer)
    assert {name: len(each.targets) for name, each in found.words.items()} == {"train": 3, "validation": 1}
    # B-PER I-PER O, and what follows is three words: no, a dot and a number.
    words = found.words["train"]
    assert words.targets[0][:, :3].tolist() == [
        [3, 0, 3],
        [4, 4, 12],
        [0, 13, 16],
        [1, 17, 19],
        [2, 19, 20],
        [2, 20, 21],
    ]
    assert "".join(map(chr, words.joined_to[0])) == "\0\0\0\0o."
    assert "." in found.facts["joining_marks"]


def test_a_task_that_reads_whole_texts_expects_nothing_of_words(tokenizer):
    recipe = load_recipe("bbc-news")
    assert expected_of_words(task_of(recipe), recipe, {}, tokenizer) == Alignment()


def test_pairs_are_refused(tokenizer):
    with pytest.raises(RecipeError) as raised:
        word_tokenizer(load_recipe("ner-wnut", {"data.text_pair": "other"}), tokenizer)
    assert raised.value.where == "data.text_pair"


def test_a_tokenizer_without_words_in_the_graph_is_refused(minilm):
    other = HuggingFaceTokenizer(load_reference(minilm), where="here")
    with pytest.raises(RecipeError, match="WordPiece"):
        word_tokenizer(load_recipe("ner-wnut"), other)
