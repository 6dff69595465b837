from hypothesis import given
from hypothesis import strategies as st

from bert_tf.recipe.dotted import differing, dotted


def test_tables_become_dotted_keys_in_their_order():
    values = {"task": "classify", "data": {"labels": ["a", "b"], "seed": 1}, "training": {"adamw": {"beta": 0.9}}}
    flat = {"task": "classify", "data.labels": ["a", "b"], "data.seed": 1, "training.adamw.beta": 0.9}
    assert list(dotted(values).items()) == list(flat.items())


def test_what_differs():
    tables = [{"a": 1, "b": 2, "c": [1]}, {"a": 1, "b": 3, "c": [1], "d": False}, {"a": 1, "c": [1]}]
    assert differing(tables) == {"b": (2, 3, None), "d": (None, False, None)}


def test_what_is_not_known_does_not_differ():
    tables = [{"a": 1, "b": 2}, {}, {"a": 1}, {"a": 1, "b": 2}]
    assert differing(tables) == {"b": (2, None, None, 2)}
    assert differing(tables, absent_differs=False) == {}
    assert differing([*tables, {"b": 3}], absent_differs=False) == {"b": (2, None, None, 2, 3)}


def test_one_table_does_not_differ():
    assert differing([{"a": 1}]) == {}


KEYS = st.text("abc", min_size=1, max_size=2)
TABLES = st.recursive(st.integers(), lambda inner: st.dictionaries(KEYS, inner, max_size=3), max_leaves=8)


@given(values=st.dictionaries(KEYS, TABLES, max_size=4))
def test_nothing_is_lost(values):
    """Every leaf stands under the path that leads to it."""

    def leaves(inner: object) -> int:
        return sum(map(leaves, inner.values())) if isinstance(inner, dict) else 1

    flat = dotted(values)
    assert len(flat) == leaves(values)
    for key, value in flat.items():
        found = values
        for part in key.split("."):
            found = found[part]
        assert found == value
