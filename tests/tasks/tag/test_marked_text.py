from bert_tf.tasks.tag.answered_entities import Mark
from bert_tf.tasks.tag.marked_text import Piece, marked_pieces


def test_pieces_are_the_text_in_order():
    marks = [Mark(0, 3, "PER"), Mark(3, 4, "X"), Mark(8, 13, "LOC")]
    found = marked_pieces("Ada, in Paris!", marks)
    assert found == [
        Piece("Ada", "PER"), Piece(",", "X"), Piece(" in ", ""), Piece("Paris", "LOC"), Piece("!", ""),
    ]  # fmt: skip
    assert marked_pieces("", []) == []


def test_of_a_long_text_there_is_what_stands_around_its_entities():
    text = "a" * 1000 + "Ada" + "b" * 1000
    found = marked_pieces(text, [Mark(1000, 1003, "PER")])
    assert [len(piece.text) for piece in found] == [2, 300, 3, 300, 2]
    assert [len(piece.text) for piece in marked_pieces(text, [])] == [600, 2]


def test_what_lies_in_an_entity_is_not_marked_twice():
    marks = [Mark(0, 7, "LOC"), Mark(3, 7, "PER"), Mark(5, 12, "ORG")]
    assert marked_pieces("Newyork city", marks) == [Piece("Newyork", "LOC"), Piece(" city", "ORG")]
