import numpy as np
import tensorflow as tf
from tensorflow.python.summary.summary_iterator import summary_iterator

from bert_tf.training.tensorboard.scatter_image import draw_scatter, write_scatter


def blue(image):
    """Where a point is drawn, by row and column of the image."""
    return np.argwhere(image[..., 2].astype(int) - image[..., 0] > 60)


def test_points_stand_by_label_and_prediction():
    image = draw_scatter(np.array([0.0, 10.0]), np.array([0.0, 10.0]))
    assert (image.dtype, image.shape[2]) == (np.uint8, 3)
    places = blue(image)
    left, right = places[places[:, 1] < image.shape[1] / 2], places[places[:, 1] > image.shape[1] / 2]
    # Rows count down from the top: the larger number is the higher.
    assert left[:, 0].min() > right[:, 0].max()


def test_many_points_and_a_single_one():
    random = np.random.default_rng(0)
    for rows in (1, 20_000):
        values = random.normal(size=rows)
        np.testing.assert_array_equal(draw_scatter(values, values), draw_scatter(values, values))


def test_the_image_and_the_errors_are_written(tmp_path):
    writer = tf.summary.create_file_writer(str(tmp_path))
    write_scatter(writer, np.array([1.0, 2.0]), np.array([1.5, 2.0]), step=3)
    writer.close()
    events = [event for file in tmp_path.glob("events*") for event in summary_iterator(str(file))]
    found = {value.tag: event.step for event in events for value in event.summary.value}
    assert found == {"predicted_against_expected": 3, "errors": 3}
