import pytest

from bert_tf.errors import TuningError
from bert_tf.tuning.roles import role

SERVER = {"KERASTUNER_ORACLE_IP": "10.0.0.1", "KERASTUNER_ORACLE_PORT": "8000"}


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, "alone"),
        ({"KERASTUNER_TUNER_ID": "tuner0"}, "alone"),
        ({"KERASTUNER_TUNER_ID": "chief", **SERVER}, "chief"),
        ({"KERASTUNER_TUNER_ID": "worker-3", **SERVER}, "worker"),
    ],
)
def test_role(environment, expected):
    assert role(environment) == expected


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        (SERVER, "KERASTUNER_ORACLE_IP and KERASTUNER_ORACLE_PORT are set, and KERASTUNER_TUNER_ID not"),
        ({"KERASTUNER_ORACLE_IP": "::1", "KERASTUNER_TUNER_ID": "a"}, "and KERASTUNER_ORACLE_PORT not"),
        ({**SERVER, "KERASTUNER_TUNER_ID": ""}, "KERASTUNER_TUNER_ID not"),
    ],
)
def test_half_of_it_is_a_mistake(environment, told):
    with pytest.raises(TuningError, match=told):
        role(environment)
