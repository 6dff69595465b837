import base64
import io
import re
import xml.etree.ElementTree

import numpy as np
import PIL.Image
import pytest

from bert_tf.report.figures.confusion_matrix import confusion_matrix, labels_to_draw, most_confused
from bert_tf.report.figures.drawing import SERIES, TEXT, draw, short
from bert_tf.report.figures.precision_recall import precision_recall_curves
from bert_tf.report.figures.text_lengths import length_histogram


def texts_of(svg: str) -> list[str]:
    root = xml.etree.ElementTree.fromstring(svg)
    return ["".join(element.itertext()) for element in root.iter() if element.tag.endswith("}text")]


def test_colours_follow_the_page():
    svg = draw("a", "A line.", lambda axes: axes.plot([1, 2], color=SERIES[2]), width=3, height=2)
    assert "stroke: var(--series-3)" in svg
    assert "fill: var(--muted)" in svg
    assert not re.search("|".join([*SERIES, TEXT, "#000000"]), svg)


def test_two_figures_of_a_page_share_no_id():
    def paint(axes):
        axes.plot([1, 2, 3], marker="o")

    ids = [set(re.findall(r'\bid="([^"]*)"', draw(name, "x", paint, width=3, height=2))) for name in ("a", "b")]
    assert ids[0]
    assert not ids[0] & ids[1]


def test_what_it_shows_stands_in_words():
    svg = draw("a", 'Says "1 < 2" & more', lambda axes: None, width=3, height=2)
    assert xml.etree.ElementTree.fromstring(svg).get("aria-label") == 'Says "1 < 2" & more'
    assert 'role="img"' in svg


def test_the_same_figure_twice_is_the_same():
    one, two = (confusion_matrix(np.array([[3, 1], [0, 4]]), ["a", "b"]) for _ in range(2))
    assert one == two


HOSTILE = ["<script>alert(1)</script>", "$\\frac{$ & ]]>", "好的\n标签"]


def test_hostile_labels_stay_text():
    svg = confusion_matrix(np.eye(3, dtype=int), HOSTILE)
    assert "<script" not in svg
    assert {short("<script>alert(1)</script>"), "$\\frac{$ & ]]>", "好的 标签"} <= set(texts_of(svg)) | {
        short(label) for label in HOSTILE
    }
    assert "$\\frac{$ & ]]>" in texts_of(svg)


def test_short_labels():
    assert short("a\n  b") == "a b"
    assert short("x" * 24) == "x" * 24
    assert short("x" * 12 + "-" + "y" * 12) == "x" * 12 + "…" + "y" * 11
    assert short("a_rather_long_label_without_spaces_41").endswith("spaces_41")
    assert short("\n") == r"'\n'"


def test_the_matrix_has_counts_and_shares():
    told = " ".join(texts_of(confusion_matrix(np.array([[3, 1], [0, 4]]), ["cat", "dog"])))
    for part in ("3", "75%", "1", "25%", "4", "100%", "cat", "dog"):
        assert part in told.split()
    assert "0%" not in told.split()


@pytest.mark.parametrize("classes", [2, 12, 30])
def test_every_label_is_named_at_both_sides(classes):
    names = [f"label {number}" for number in range(classes)]
    svg = confusion_matrix(np.eye(classes, dtype=int) * 3, names)
    told = texts_of(svg)
    assert all(told.count(name) == 2 for name in names)
    assert len(svg) < 400_000


def test_of_many_labels_those_with_errors_are_drawn():
    counts = np.eye(77, dtype=int) * 3
    assert labels_to_draw(counts).tolist() == [0, 1]
    counts[40, 70] = 2
    counts[5, 40] = 1
    assert labels_to_draw(counts).tolist() == [5, 40, 70]
    told = texts_of(confusion_matrix(counts, [f"label {number}" for number in range(77)], linked=True))
    assert [text for text in told if text.startswith("label")] == ["label 5", "label 40", "label 70"] * 2
    assert "40%" in told, "of all rows of label 40, those of labels that are not drawn included"
    assert 'xlink:href="#mistakes-40-70"' in confusion_matrix(counts, ["x"] * 77, linked=True)


def test_at_most_thirty_labels_are_drawn_those_with_the_most_errors():
    counts = np.ones((40, 40), int) + 9 * (np.arange(40) >= 10)[:, None]
    assert labels_to_draw(counts).tolist() == list(range(10, 40))


def test_right_and_wrong_have_hues_of_their_own():
    """The picture inside the figure: the diagonal in one hue, the rest in the other, and nothing where no rows are."""
    svg = confusion_matrix(np.array([[3, 1], [0, 4]]), ["cat", "dog"])
    (data,) = re.findall(r"data:image/png;base64,\s*([^\"]*)\"", svg)
    picture = PIL.Image.open(io.BytesIO(base64.b64decode(data))).convert("RGBA")

    def cell(row, column):
        # SVG turns the picture over.
        return picture.getpixel(((1 + 2 * column) * picture.width // 4, (3 - 2 * row) * picture.height // 4))

    for row in range(2):
        red, _, blue, _ = cell(row, row)
        assert blue > red
    red, _, blue, _ = cell(0, 1)
    assert red > blue
    assert cell(1, 0)[3] == 0


def test_most_confused_by_hand():
    counts = np.array([[7, 3, 0], [0, 9, 1], [5, 0, 0]])
    assert most_confused(counts) == [(2, 0, 5, 1.0), (0, 1, 3, 0.3), (1, 2, 1, 0.1)]
    assert most_confused(counts, most=1) == [(2, 0, 5, 1.0)]
    assert most_confused(np.eye(2, dtype=int)) == []


def test_a_line_stands_where_texts_are_cut():
    svg = length_histogram(np.array([5, 10, 50, 200]), max_tokens=40)
    assert "truncated at 40 tokens: 50% are longer" in texts_of(svg)


@pytest.mark.parametrize("rows", [1, 2, 3, 50])
def test_there_is_no_half_a_text(rows):
    svg = length_histogram(np.arange(5, 5 + rows), max_tokens=40)
    assert not [text for text in texts_of(svg) if re.fullmatch(r"\d+\.\d+", text)]


def test_one_endless_text_does_not_flatten_the_others():
    lengths = np.append(np.random.default_rng(0).integers(5, 100, 2000), 1_000_000)
    ticks = [float(text) for text in texts_of(length_histogram(lengths, max_tokens=64)) if text.isdigit()]
    assert len(length_histogram(lengths, max_tokens=64)) < 100_000
    assert 100_000 not in ticks


def test_the_eight_weakest_labels_are_drawn():
    random = np.random.default_rng(0)
    labels = np.repeat(np.arange(12), 10)
    probabilities = np.eye(12)[labels] + 0.001 * random.random((120, 12))
    probabilities[labels < 3] = random.random((30, 12))
    names = [f"label-{number}" for number in range(12)]
    legend = [
        text
        for text in texts_of(precision_recall_curves(labels[:, None] == np.arange(12), probabilities, names))
        if "AP" in text
    ]
    assert len(legend) == 8
    assert {f"label-{number}" for number in range(3)} <= {text.partition(":")[0] for text in legend}
