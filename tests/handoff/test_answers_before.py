import json

import pytest

from bert_tf.handoff.answers_before import answers_before

MANIFEST = {
    "name": "faq", "version": 1, "task": "embed", "tolerance": 1e-5, "signed": False, "files": {},
    "handoff_files": {}, "beside_files": {}, "golden_requests": {},
    "signatures": {"serving_default": {"inputs": {"text": "string[None]"}, "outputs": {}}},
}  # fmt: skip


@pytest.fixture
def write(tmp_path):
    def write_version(number, **changes):
        (tmp_path / str(number)).mkdir()
        handoff = tmp_path / "handoff" / str(number)
        handoff.mkdir(parents=True)
        (handoff / "manifest.json").write_text(json.dumps({**MANIFEST, **changes}))
        return tmp_path / str(number)

    return write_version


def test_answers_of_the_version_before_are_told_with_the_command_that_brings_them(write, tmp_path):
    write(1)
    write(9, answers={"rows": 1200})
    said = answers_before(write(10), tmp_path / "run")
    assert said.startswith("Version 9 answers questions from 1,200 answers; this one has none and gives vectors.")
    assert said.endswith(f"bert-tf index {tmp_path}/run --answers {tmp_path}/handoff/9/answers/answers.parquet")


def test_only_the_version_before_counts(write, tmp_path):
    first = write(1, answers={"rows": 3})
    assert answers_before(first, tmp_path / "run") is None
    second, third = write(2), write(3)
    assert answers_before(second, tmp_path / "run") is not None
    assert answers_before(third, tmp_path / "run") is None
    (tmp_path / "handoff" / "2" / "manifest.json").write_text("{}")
    assert answers_before(third, tmp_path / "run") is None
