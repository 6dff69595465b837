import numpy as np

from bert_tf.tasks.embed.stored_texts import first_texts, split_texts
from bert_tf.tasks.rank.target import stored_events

RANKS = np.array([1, 3, 11, 50])


def test_what_is_written_is_read_again(drawn):
    answers = drawn(RANKS).answers
    assert [(event.user, event.time) for event in stored_events(answers.expected)] == [
        ("user 0", float(row)) for row in range(4)
    ]
    outputs = answers.outputs
    assert outputs["rank"].tolist() == RANKS.tolist()
    assert outputs["popularity_rank"].tolist() == [6, 8, 16, 50]
    assert outputs["top"].shape == (4, 10)
    assert outputs["top"][1, 2] == 1
    assert outputs["is_new"].tolist() == [True, False, False, False]
    assert first_texts(outputs["wrong"])[3] == "movie 4"
    assert split_texts(outputs["history"])[:2] == [(b"",), (b"movie 0", b"movie -1")]
    assert answers.units.tolist() == [0, 0, 0, 0]
    assert answers.of(np.array([True, False, True, False])).units.tolist() == [0, 0]
