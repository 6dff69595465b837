import json

from bert_tf.errors import VerifyError
from bert_tf.export.conformance import Checks, write_conformance


def test_each_proof_has_its_status_and_the_first_failure_is_kept(tmp_path):
    checks = Checks()
    problems = [VerifyError("It differs."), VerifyError("Later.")]

    def fails():
        raise problems.pop(0)

    assert checks.run("held", lambda: "3 requests")
    assert not checks.run("broken", fails)
    assert not checks.run("broken too", fails)
    checks.skip("rest", "no server")
    write_conformance(tmp_path, checks.done, about={"model": "counts"})
    content = json.loads((tmp_path / "conformance.json").read_text())
    assert content["model"] == "counts"
    assert content["checks"] == [
        {"name": "held", "status": "pass", "detail": "3 requests"},
        {"name": "broken", "status": "fail", "detail": "It differs."},
        {"name": "broken too", "status": "fail", "detail": "Later."},
        {"name": "rest", "status": "not run", "detail": "no server"},
    ]
    assert checks.first_failure.what == "It differs."


def test_a_proof_that_breaks_off_has_failed():
    checks = Checks()
    assert not checks.run("broken", lambda: {}["answer"])
    assert checks.done[0].status == "fail"
    assert checks.first_failure.what == "The check broken failed unexpectedly: KeyError: 'answer'"


def test_a_folder_that_cannot_be_written_is_left_alone(tmp_path):
    (tmp_path / "file").write_text("")
    write_conformance(tmp_path / "file", [], about={})
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
