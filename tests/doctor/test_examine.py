from bert_tf.doctor import examine
from bert_tf.doctor.finding import Finding


def test_a_check_that_fails_is_a_finding():
    def broken():
        raise PermissionError(13, "Permission denied", "/proc/cpuinfo")

    (found,) = examine._guarded("CPU", broken)
    assert (found.subject, found.state) == ("CPU", "problem")
    assert found.found == "the check failed: PermissionError: [Errno 13] Permission denied: '/proc/cpuinfo'"


def test_checks_give_one_finding_or_several_or_none():
    one = Finding("a", "ok", "b")
    assert examine._guarded("a", lambda: one) == [one]
    assert examine._guarded("a", lambda: [one, one]) == [one, one]
    assert examine._guarded("a", lambda: None) == []
