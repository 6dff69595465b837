import dataclasses

import numpy as np

from bert_tf.tasks.embed.network import EmbedNetwork
from bert_tf.tasks.embed.stored_texts import first_texts
from bert_tf.workflow.expected_texts import ExpectedTexts
from bert_tf.workflow.ranked_outputs import ranked_outputs


@dataclasses.dataclass
class Tokens:
    """Ids that nobody looks at."""

    lengths: np.ndarray


# Texts at 0°, 30°, 90° and 60°; the second is only ever wrong.
ANGLES = np.radians([0, 30, 90, 60])
TEXTS = np.stack([np.cos(ANGLES), np.sin(ANGLES), 0 * ANGLES], 1).astype(np.float32)
EXPECTED = ExpectedTexts(
    texts=[b"east", b"decoy", b"north", b"between"],
    tokens=Tokens(np.full(4, 5)),
    text_of=np.array([[0, 1], [2, 1], [3, 1], [2, 1]], np.int32),
    # Rows 0 and 1 have the same text; that of row 3 is "east".
    numbers=np.array([[4, 0, 1], [4, 2, 1], [5, 3, 1], [0, 2, 1]], np.int32),
)
# Rows at 40°, 20°, 50° and 0°.
OWN = np.radians([40, 20, 50, 0])
VECTORS = np.stack([np.cos(OWN), np.sin(OWN), 0 * OWN], 1).astype(np.float32)


def outputs(**settings):
    asked = []

    def predict(batches, order):
        asked.append(order)
        return {"vector": TEXTS}

    found = ranked_outputs(EmbedNetwork(**settings), {"vector": VECTORS}, predict, EXPECTED, batch_tokens=100)
    assert [sorted(order) for order in asked] == [[0, 1, 2, 3]]
    return found


def test_right_texts_are_ranked_among_the_right_ones_of_all_rows():
    found = outputs()
    # Row 0, at 40°: "between" is nearer than "east", and "north" is right for its text, too. Row 1: "north" comes
    # behind "between", as "east" is right, too. Row 3 is the text "east" itself, which is no answer to it.
    assert found["rank"].tolist() == [2, 2, 1, 2]
    assert found["among"].tolist() == [2, 2, 3, 2]
    assert first_texts(found["wrong"]) == ["between", "between", "north", "between"]
    np.testing.assert_allclose(found["score"], np.cos(np.radians([40, 70, 10, 90])), atol=1e-6)
    np.testing.assert_allclose(found["wrong_score"], np.cos(np.radians([20, 40, 40, 60])), atol=1e-6)
    assert found["vector"] is VECTORS


def test_vectors_that_are_cut_have_ranks_of_their_own():
    found = outputs(dimensions=(2, 1))
    # In two dimensions nothing changes; in one, all texts are the same.
    assert found["ranks"][:, 0].tolist() == found["rank"].tolist()
    assert found["ranks"][:, 1].tolist() == [2, 2, 3, 2]
    assert outputs()["ranks"].shape == (4, 0)
