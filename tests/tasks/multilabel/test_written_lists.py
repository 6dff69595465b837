import ast
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bert_tf.tasks.multilabel.written_lists import parsed_list

NAMES = st.lists(st.text("abcdefgh- ", min_size=1).map(str.strip).filter(bool), unique=True, max_size=20)


@given(NAMES)
def test_lists_as_programs_write_them(names):
    for written in (json.dumps(names), str(names), str(tuple(names)), json.dumps({"choices": names})):
        assert parsed_list(written) == names
    assert sorted(parsed_list(str(set(names)))) == sorted(names)


@given(NAMES)
def test_arrays_of_numpy_are_no_strings_side_by_side(names):
    """Python joins strings that have no comma between them."""
    written = str(np.array(names, dtype=object))
    assert parsed_list(written) == names
    if len(names) > 1:
        assert ast.literal_eval(" ".join(written.split())) != names


@pytest.mark.parametrize(
    ("written", "names"),
    [("[0 3 12]", ["0", "3", "12"]), ("{joy,anger}", ["joy", "anger"]), ("{}", []), (" ['a'] ", ["a"])],
)
def test_others(written, names):
    assert parsed_list(written) == names


@pytest.mark.parametrize(
    "written", ["joy", "", '{"a": 1}', '{"choices": ["a"], "b": 1}', "['a'", "[open('x')]", "('a')"]
)
def test_what_is_no_list(written):
    assert parsed_list(written) is None
