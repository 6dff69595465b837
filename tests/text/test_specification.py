"""What is read of a tokenizer, and which are refused."""

import pathlib
from collections.abc import Callable

import pytest

from bert_tf.errors import TextError
from bert_tf.text.loading import load_reference
from bert_tf.text.specification import is_wordpiece, read_specification


def test_reads_the_real_one(minilm: pathlib.Path) -> None:
    reference = load_reference(minilm)
    specification = read_specification(reference, where="here")
    assert is_wordpiece(reference)
    assert (specification.separators, specification.pair_specials) == (1, 3)
    assert (specification.cls_id, specification.sep_id, specification.pad_id) == (101, 102, 0)
    assert specification.vocabulary[1996] == "the"
    assert len(specification.vocabulary) == specification.size == 30522
    assert (specification.lowercase, specification.strip_accents, specification.split_cjk) == (True, None, True)
    assert (specification.max_characters, specification.unknown_token) == (100, "[UNK]")


def test_added_special_tokens_take_rows_of_the_embedding(changed_folder: Callable[..., pathlib.Path]) -> None:
    folder = changed_folder(lambda parts: None, additional_special_tokens=["[NEW]", "[OTHER]"])
    specification = read_specification(load_reference(folder), where="here")
    assert (specification.size, len(specification.vocabulary)) == (30524, 30522)


def test_ids_may_have_gaps(changed_folder: Callable[..., pathlib.Path]) -> None:
    def change(parts: dict) -> None:
        parts["model"]["vocab"]["the"] = 30530

    specification = read_specification(load_reference(changed_folder(change)), where="here")
    assert (specification.vocabulary[1996], specification.vocabulary[30530]) == (None, "the")
    assert specification.size == 30531


def set_clean_text(parts: dict) -> None:
    parts["normalizer"]["clean_text"] = False


def set_prefix(parts: dict) -> None:
    parts["model"]["continuing_subword_prefix"] = "@@"


def add_plain_token(parts: dict) -> None:
    parts["added_tokens"].append({**parts["added_tokens"][0], "id": 30522, "content": "<user>", "special": False})


def change_packing(parts: dict) -> None:
    parts["post_processor"]["single"].pop()


def add_noncharacter(parts: dict) -> None:
    parts["model"]["vocab"]["a\uffff"] = 30522


def add_moving_marks(parts: dict) -> None:
    parts["model"]["vocab"] |= {"##\u302e": 30522, "##\U0001d165": 30523}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (set_clean_text, "clean_text is false"),
        (set_prefix, "begin with '@@'"),
        (add_plain_token, "'<user>' is an added token that isn't special"),
        (change_packing, r"doesn't pack texts as \[CLS\] a \[SEP\] and"),
        (add_noncharacter, "noncharacter"),
        (add_moving_marks, r"marks that normalization reorders, among them U\+302E, U\+1D165"),
    ],
)
def test_what_the_graph_cannot_do_is_refused(
    changed_folder: Callable[..., pathlib.Path], change: Callable[[dict], None], reason: str
) -> None:
    with pytest.raises(TextError, match=rf"can't be built into the graph: .*{reason}[\s\S]*where: here[\s\S]*try: "):
        read_specification(load_reference(changed_folder(change)), where="here")


def test_left_truncation_is_refused(changed_folder: Callable[..., pathlib.Path]) -> None:
    folder = changed_folder(lambda parts: None, truncation_side="left")
    with pytest.raises(TextError, match="truncates on the left"):
        read_specification(load_reference(folder), where="here")


def test_marks_of_one_class_and_marks_of_a_cased_vocabulary_are_fine(
    changed_folder: Callable[..., pathlib.Path],
) -> None:
    def one_class(parts: dict) -> None:
        parts["model"]["vocab"] |= {"##\u302e": 30522, "##\u302f": 30523}

    def cased(parts: dict) -> None:
        add_moving_marks(parts)
        parts["normalizer"]["lowercase"] = False

    for change in (one_class, cased):
        assert read_specification(load_reference(changed_folder(change)), where="here").size == 30524
