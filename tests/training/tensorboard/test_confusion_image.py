import warnings

import matplotlib
import numpy as np
import pytest
import tensorflow as tf

from bert_tf.training.tensorboard.confusion_image import draw_confusion, write_confusion


def area(image, colours, share):
    """Pixels in the shade of a share."""
    shade = np.array(matplotlib.colormaps[colours](share, bytes=True)[:3])
    return int((image == shade).all(-1).sum())


def test_shades_are_shares_of_rows_and_errors_have_their_own_hue():
    # Nothing is of the second class: its row is 0, not undefined.
    image = draw_confusion(np.array([[3, 1], [0, 0]]), label_names=["a", "b"])
    cell = area(image, "Blues", 0.75)
    assert cell > 90 * 90
    assert area(image, "Oranges", 0.25) == pytest.approx(cell, rel=0.1)
    assert [area(image, hue, 0.0) for hue in ("Blues", "Oranges")] == pytest.approx([cell, cell], rel=0.1)
    assert not area(image, "Blues", 0.25)
    assert not area(image, "Oranges", 0.75)


@pytest.mark.parametrize("classes", [1, 2, 11, 77, 300])
def test_any_number_of_classes_is_drawn(classes):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        image = draw_confusion(np.eye(classes, dtype=int) * 1234, label_names=[f"label {n}" for n in range(classes)])
    assert image.dtype == np.uint8
    height, width, channels = image.shape
    assert channels == 3
    assert max(height, width) <= 3300
    # A cell has room for a count of four digits as long as there are counts.
    assert min(height, width) >= min(classes, 100) * 27


def test_counts_of_77_classes_are_told():
    names, empty = [f"label {n}" for n in range(77)], np.zeros((77, 77), int)
    one = empty.copy()
    one[70, 3] = 8
    changed = np.argwhere((draw_confusion(empty, label_names=names) != draw_confusion(one, label_names=names)).any(-1))
    # One cell, in the last tenth of the rows and the first of the columns; what is above the matrix is the title.
    cell = changed[changed[:, 0] > 200]
    assert 5 <= np.ptp(cell[:, 0]) <= 29
    assert 5 <= np.ptp(cell[:, 1]) <= 29
    assert cell[:, 0].min() > 1800
    assert cell[:, 1].max() < 600


@pytest.mark.parametrize("name", ["$x_1$ & \\frac", "体育 🙂", "two\nlines\x00", "", "x" * 500, "<b>"])
def test_odd_names(name):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert draw_confusion(np.eye(2, dtype=int), label_names=[name, "b"]).size


def test_read_back(write, read_events, tmp_path):
    labels, predicted = np.array([0, 0, 1]), np.array([0, 1, 1])
    for_two = {"label_names": ["a", "b"], "step": 4}
    write(lambda writers: write_confusion(writers.validation, labels, predicted, **for_two))
    (event,) = read_events(tmp_path / "validation").Tensors("confusion_matrix")
    assert event.step == 4
    width, height, png = tf.make_ndarray(event.tensor_proto)
    image = tf.image.decode_png(png).numpy()
    assert image.shape[:2] == (int(height), int(width))
    np.testing.assert_array_equal(image, draw_confusion(np.array([[1, 1], [0, 1]]), label_names=["a", "b"]))
