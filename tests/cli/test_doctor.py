"""The doctor on this machine, and on one where something is wrong."""

import json


def test_this_machine(command, no_network):
    done = command("doctor", "--json", **no_network)
    report = json.loads(done.stdout)
    found = {finding["subject"]: finding for finding in report["findings"]}
    assert {"Python", "packages", "TensorFlow", "GPU", "CPU", "memory", "hub", "cache"} <= set(found)
    assert all(found[subject]["state"] == "ok" for subject in ("Python", "packages", "TensorFlow", "encoder minilm-l6"))
    assert found["hub"]["state"] == "warning"
    # Memory and disk may be short on any machine.
    assert done.returncode == (0 if report["works"] else 7)


def test_a_broken_machine(command, tmp_path, no_network):
    (tmp_path / "cache").touch()
    (tmp_path / "packages").mkdir()
    (tmp_path / "packages" / "tensorflow.py").write_text("raise ImportError('libcudart is missing')")
    done = command(
        "doctor",
        PYTHONPATH=str(tmp_path / "packages"),
        BERT_TF_CACHE=str(tmp_path / "cache" / "deep"),
        HF_HUB_OFFLINE="1",
        COLUMNS="200",
        **no_network,
    )
    assert done.returncode == 7, done.stderr
    assert "Traceback" not in done.stderr
    for part in (
        "libcudart is missing",
        "BERT_TF_CACHE",
        "HF_HUB_OFFLINE=1",
        "problems keep bert_tf from working here",
    ):
        assert part in done.stdout
