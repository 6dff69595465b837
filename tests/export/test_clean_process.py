import ast

import pytest

from bert_tf.errors import VerifyError
from bert_tf.export.clean_process import run_isolated, saved_model_cli_answers
from bert_tf.export.golden import read_golden


def test_the_process_sees_nothing_of_the_user_s_settings(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "/somewhere")
    monkeypatch.setenv("TF_ENABLE_ONEDNN_OPTS", "0")
    out = tmp_path / "out"
    code = "import os, sys; open(sys.argv[1], 'w').write(repr((dict(os.environ), sys.flags.isolated, os.getcwd())))"
    run_isolated(["-c", code, str(out)], tmp_path, tmp_path, out)
    environment, isolated, folder = ast.literal_eval(out.read_text())
    assert isolated == 1
    assert folder == str(tmp_path)
    assert not {"PYTHONPATH", "TF_ENABLE_ONEDNN_OPTS"} & set(environment)
    assert environment["CUDA_VISIBLE_DEVICES"] == "-1"


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("raise SystemExit('no such operation')", "no such operation"),
        ("import os; os.kill(os.getpid(), 9)", "it was ended by signal 9"),
        ("", "it said nothing"),
    ],
)
def test_what_goes_wrong_there_is_told(code, told, tmp_path):
    with pytest.raises(VerifyError, match=f"can't be loaded and run by itself(.|\n)*{told}"):
        run_isolated(["-c", code], tmp_path, tmp_path, tmp_path / "out")


def test_saved_model_cli_answers_as_by_hand(written, golden):
    lines = read_golden(written.parent / "handoff" / "1" / "golden" / "requests.jsonl")
    answers = saved_model_cli_answers(written, [line["request"] for line in lines])
    assert [answer["label"] for answer in answers] == [line["answer"]["label"] for line in golden]
    assert [answer["truncated"] for answer in answers] == [False] * 4 + [True]
    for line, answer in zip(golden, answers, strict=True):
        assert answer["probabilities"] == pytest.approx(line["answer"]["probabilities"], abs=1e-6)
