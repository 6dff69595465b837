"""The command; `tests/cli/test_export.py` looks at what it says of a right model to programs."""

import hashlib
import json
import shutil

from bert_tf.cli.verify import tell
from bert_tf.export.conformance import Check
from bert_tf.export.verify import Verification


def test_what_it_says_of_a_right_model(trained, capsys):
    checks = (Check("hashes", "pass", "of 5 files"), Check("signature", "pass", "by me"), Check("rest", "not run", "-"))
    tell(Verification(trained.model, 5, ("one", "other"), 1e-7, 2e-5, 1.0, checks, "float32", "none", None))
    assert capsys.readouterr().out.splitlines() == [
        f"model    {trained.model}",
        "dtype    float32",
        "verified 5 golden requests through one and other, in batches and one by one: largest difference 1.0e-07 "
        "(allowed 2e-05)",
        "checks   passed: hashes, signature; not run: rest",
        "signed   by me",
    ]
    passed = "hashes, serving, saved_model_load, session, saved_model_cli, c_api, latency"
    assert f"checks   passed: {passed}; not run: signature, rest, grpc\n" in trained.output


def fit_again(handoff, name, count):
    """Make manifest and list of hashes fit golden requests that were changed, as who tampers with all could."""
    manifest = json.loads((handoff / "manifest.json").read_text())
    digests = {name: hashlib.sha256((handoff / name).read_bytes()).hexdigest()}
    manifest["golden_requests"]["requests"] = count
    manifest["handoff_files"] |= digests
    (handoff / "manifest.json").write_text(json.dumps(manifest))
    digests["manifest.json"] = hashlib.sha256((handoff / "manifest.json").read_bytes()).hexdigest()
    lines = (handoff / "SHA256SUMS").read_text().splitlines()
    paths = dict(reversed(line.split("  ", 1)) for line in lines)
    paths |= {f"handoff/1/{name}": digest for name, digest in digests.items()}
    (handoff / "SHA256SUMS").write_text("".join(f"{digest}  {path}\n" for path, digest in paths.items()))


def test_a_model_that_answers_otherwise(trained, invoke, tmp_path):
    shutil.copytree(trained.model.parent, tmp_path / "model")
    golden = tmp_path / "model" / "handoff" / "1" / "golden" / "requests.jsonl"
    lines = [json.loads(line) for line in golden.read_text().split("\n") if line][:4]
    lines[0]["answer"]["score"] += 0.01
    golden.write_text("\n".join(json.dumps(line) for line in lines))
    fit_again(golden.parent.parent, "golden/requests.jsonl", len(lines))
    done = invoke("verify", str(tmp_path / "model"), "--no-latency")
    assert done.returncode == 8
    assert "answers score" in done.stderr
    assert "don't serve this model" in done.stderr


def test_an_address_that_is_no_url_is_told_at_once(trained, invoke):
    done = invoke("verify", str(trained.run), "--rest", "localhost:8501")
    assert done.returncode == 2
    assert "did you mean http://localhost:8501 ?" in done.stderr


def test_not_a_model(invoke, tmp_path):
    done = invoke("verify", str(tmp_path))
    assert done.returncode == 5
    assert "There is no exported model" in done.stderr
