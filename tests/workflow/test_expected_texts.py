import numpy as np
import pytest

from bert_tf.errors import DataError
from bert_tf.tasks.recipes import make_recipe
from bert_tf.workflow.encoder_checks import fitting_encoder
from bert_tf.workflow.prepare import Prepared, prepare
from bert_tf.workflow.training_setup import set_up_training

HEADER = "text,answer,wrong"
ROWS = (
    "how old are you,ten years,a bus",
    "where is it,in the cellar,ten years",
    "how old are you,nobody asks a lady,a bus",
    "ten years,that is long,in the cellar",
)


@pytest.fixture
def prepared(tmp_path, minilm, cache):
    def make(rows=ROWS, **changes) -> Prepared:
        (tmp_path / "pairs.csv").write_text("\n".join([HEADER, *rows, ""]))
        tables = {
            "data": {"source": "files", "train": str(tmp_path / "pairs.csv"), "label": "answer"},
            "text": {"max_tokens": 5},
            "embed": {"negative": "wrong"},
        }
        recipe = make_recipe({"name": "pairs", "task": "embed", **{**tables, **changes}})
        return prepare(recipe, encoder_folder=minilm, cache_folder=cache)

    return make


def test_each_different_text_is_tokenized_once(prepared):
    found = prepared().texts["train"]
    assert [text.decode() for text in found.texts] == [
        "ten years", "a bus", "in the cellar", "nobody asks a lady", "that is long",
    ]  # fmt: skip
    assert found.text_of.tolist() == [[0, 1], [2, 0], [3, 1], [4, 2]]
    assert found.right.tolist() == [0, 2, 3, 4]
    assert len(found.tokens) == 5


def test_equal_numbers_are_equal_texts_of_either_side(prepared):
    numbers = prepared().texts["train"].numbers
    assert numbers[:, 1:].tolist() == prepared().texts["train"].text_of.tolist()
    assert numbers[0, 0] == numbers[2, 0]
    assert numbers[3, 0] == 0
    assert len({*numbers[[0, 1, 3], 0], 1, 2, 3, 4}) == 7


def test_texts_that_are_cut_are_counted(prepared):
    assert prepared().texts["train"].truncated == 1
    assert prepared(text={"max_tokens": 8}).texts["train"].truncated == 0


def test_a_part_has_the_texts_of_its_rows(prepared):
    head = prepared().head(2).texts["train"]
    assert head.text_of.tolist() == [[0, 1], [2, 0]]
    assert (len(head.numbers), head.right.tolist()) == (2, [0, 2])


def test_one_text_to_find_is_refused(prepared, tmp_path):
    rows = [row for row in ROWS if "ten years,a bus" in row]
    (tmp_path / "few.csv").write_text("\n".join([HEADER, *rows, ""]))
    data = {
        "source": "files",
        "train": str(tmp_path / "pairs.csv"),
        "label": "answer",
        "test": str(tmp_path / "few.csv"),
    }
    with pytest.raises(DataError, match="test split has one text to find, so that every ranking is right: “ten years”"):
        prepared(data=data)


def test_a_bag_of_words_counts_the_texts_of_both_sides(tmp_path, cache):
    rows = [f"question {row},answer {row},no" for row in range(8)]
    (tmp_path / "many.csv").write_text("\n".join([HEADER, *rows, ""]))
    data = {"source": "files", "train": str(tmp_path / "many.csv"), "label": "answer"}
    recipe = make_recipe({"name": "bag", "task": "embed", "data": data, "model": {"encoder": "bow"}})
    files = fitting_encoder(recipe)
    found = prepare(recipe, encoder_folder=files.folder, cache_folder=cache)
    encoder = set_up_training(recipe, files.folder, found).model.encoder
    asked, answered = (found.tokenizer.encode_batch([word], max_tokens=4).ids[1] for word in (b"question", b"answer"))
    rarity = encoder.rarity.numpy()
    # Each is in 8 of 16 texts.
    assert rarity[[asked, answered]] == pytest.approx(np.log((1 + 16) / (1 + 8)))
