import errno
import os

import pytest

from bert_tf.errors import MachineError, RunError
from bert_tf.system_errors import reason_of, system_errors_as


def test_the_reason_ends_the_sentence(tmp_path):
    with (
        pytest.raises(
            RunError, match=r"^It can't be made here: file exists\.\n  where: there\n  try:   another$"
        ) as told,
        system_errors_as(RunError, "It can't be made here", where="there", hint="another"),
    ):
        tmp_path.mkdir()
    assert (told.value.kind, told.value.__cause__.errno) == ("machine", errno.EEXIST)


def test_other_errors_pass():
    with pytest.raises(ZeroDivisionError), system_errors_as(MachineError, "It failed", hint="again"):
        1 / 0  # noqa: B018


def test_an_error_without_a_number_has_its_own_words():
    assert reason_of(OSError("Odd.")) == "Odd."
    assert reason_of(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))) == "no space left on device"
