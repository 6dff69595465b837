import inspect

from bert_tf import errors
from bert_tf.cli.exit_codes import EXIT_CODES, exit_code, exit_code_table


def test_every_kind_of_error_has_a_status_of_its_own_kind():
    kinds = {
        kind.kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, errors.BertTfError)
    }
    listed = [kind for entry in EXIT_CODES for kind in entry.kinds]
    assert kinds <= set(listed)
    assert len(set(listed)) == len(listed)
    assert [exit_code(kind) for kind in ("recipe", "data", "run", "machine", "verify", "stopped")] == [
        3, 4, 5, 7, 8, 130,
    ]  # fmt: skip


def test_status_fits_a_byte_and_none_comes_twice():
    codes = [entry.code for entry in EXIT_CODES]
    assert codes == sorted(set(codes))
    assert 0 <= min(codes) <= max(codes) < 256


def test_table_for_the_documents():
    lines = exit_code_table().splitlines()
    assert len(lines) == 2 + len(EXIT_CODES)
    assert "| 7 | the machine lacks a resource: disk space, memory, a free port | `machine` |" in lines
