import ast
import pickle

import pytest
import tensorflow as tf

from bert_tf.errors import VerifyError
from bert_tf.export.clean_process import native_answers, replay, run_isolated, saved_model_cli_answers
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
        ("import os; os.kill(os.getpid(), 9)", "it was killed by signal 9"),
        ("", "it printed nothing"),
    ],
)
def test_what_goes_wrong_there_is_told(code, told, tmp_path):
    with pytest.raises(VerifyError, match=f"can't be loaded and run on its own(.|\n)*{told}"):
        run_isolated(["-c", code], tmp_path, tmp_path, tmp_path / "out")


def test_saved_model_cli_answers_as_by_hand(written, golden):
    lines = read_golden(written.parent / "handoff" / "1" / "golden" / "requests.jsonl")
    answers = saved_model_cli_answers(written, [line["request"] for line in lines])
    assert [answer["label"] for answer in answers] == [line["answer"]["label"] for line in golden]
    assert [answer["truncated"] for answer in answers] == [False] * 4 + [True]
    for line, answer in zip(golden, answers, strict=True):
        assert answer["probabilities"] == pytest.approx(line["answer"]["probabilities"], abs=1e-6)


class Payload:
    """A pickle that leaves a mark where it is loaded."""

    def __init__(self, mark):
        self.mark = mark

    def __reduce__(self):
        return open, (str(self.mark), "w")


def hostile_model(folder, files):
    """A saved model that answers a text with its length, and writes files by their path while it does."""

    class Module(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="text")])
        def serve(self, text):
            written = [tf.io.write_file(path, content) for path, content in files.items()]
            with tf.control_dependencies(written):
                return {"length": tf.strings.length(text)}

    module = Module()
    tf.saved_model.save(module, str(folder), signatures={"serving_default": module.serve})
    return folder


def array_of(pickled):
    """A file of NumPy's with an array of objects, whose pickle is this one."""
    header = b"{'descr': '|O', 'fortran_order': False, 'shape': (1,), }"
    header += b" " * (64 - (len(header) + 11) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + pickled


def test_what_the_model_writes_beside_the_outputs_is_not_read(tmp_path):
    content = array_of(pickle.dumps(Payload(tmp_path / "mark")))
    names = ("outputs/other.npy", "answers.json", "other.npy")
    written = {path: content for name in names for path in (name, f"{tmp_path}/{name}")}
    folder = hostile_model(tmp_path / "1", written)
    assert saved_model_cli_answers(folder, [{"text": "four"}, {"text": ""}]) == [{"length": 4}, {"length": 0}]
    assert [(tmp_path / name).read_bytes() == content for name in names] == [True] * 3
    assert not (tmp_path / "mark").exists()


def test_the_pickle_of_the_attack_is_one(tmp_path):
    """Else the test above would prove nothing."""
    import numpy as np

    (tmp_path / "a.npy").write_bytes(array_of(pickle.dumps(Payload(tmp_path / "mark"))))
    np.load(tmp_path / "a.npy", allow_pickle=True)
    assert (tmp_path / "mark").exists()


@pytest.mark.parametrize(
    "written",
    [
        b"[]",
        b"7",
        b"{",
        b"\xff",
        b'{"answers": {"session": 7}, "of_lists": {}, "tensors": {}, "imported": [], "seconds": 1.0}',
        b'{"answers": [7], "load_seconds": 1, "peak_memory_mib": 1, "latency": {}}',
        b'{"answers": [], "load_seconds": 1, "peak_memory_mib": 1, "latency": {"1": [0]}}',
        b'{"text": 7}',
        b"[" * 100_000,
    ],
)
def test_what_a_process_wrote_is_held_against_its_form(tmp_path, monkeypatch, written):
    def write(arguments, version, scratch, out):
        out.write_bytes(written)

    monkeypatch.setattr("bert_tf.export.clean_process.run_isolated", write)
    for read in (
        lambda: replay(tmp_path, tmp_path),
        lambda: native_answers(tmp_path, {}),
        lambda: saved_model_cli_answers(tmp_path, [{"text": "a"}]),
    ):
        with pytest.raises(VerifyError, match=r"can't be used: [\s\S]*don't serve"):
            read()


def test_what_steers_a_terminal_is_not_told(tmp_path):
    with pytest.raises(VerifyError) as told:
        run_isolated(["-c", r"raise SystemExit('\x1b[2Jgone \x9b1m')"], tmp_path, tmp_path, tmp_path / "out")
    assert "gone" in str(told.value)
    assert not {"\x1b", "\x9b"} & set(str(told.value))
