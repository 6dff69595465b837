import json
import re
import shutil

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from bert_tf.integrity import file_sha256
from bert_tf.runs.run import RunFolder


def test_export_again_makes_the_next_version(trained, invoke, tmp_path):
    key = ec.generate_private_key(ec.SECP256R1())
    encoded = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "key.pem").write_bytes(encoded)
    (tmp_path / "key.pub").write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    models = tmp_path / "models" / "bbc-news"
    shutil.copytree(trained.model.parent, models)
    done = invoke("export", str(trained.run), "--to", "models", "--sign-key", "key.pem")
    assert done.returncode == 0, done.stderr
    assert "models/bbc-news/2\n" in done.stdout
    done = invoke("verify", "models", "--public-key", "key.pub", "--no-latency", "--json")
    assert done.returncode == 0, done.stderr
    verified = json.loads(done.stdout)
    assert verified["model"] == f"{models}/2"
    assert verified["loaders"] == ["saved_model_load", "session"]
    assert 0 <= verified["largest_difference"] <= verified["tolerance"]
    checks = {check["name"]: check for check in verified["checks"]}
    not_run = {"latency", "rest", "grpc"}
    assert {name: check["status"] for name, check in checks.items()} == {
        name: "not run" if name in not_run else "pass" for name in checks
    }
    signed = "every file is signed by the owner of key.pub: bbc-news, version 2"
    assert checks["signature"]["detail"] == signed
    done = invoke("verify", "models/bbc-news/1", "--public-key", "key.pub")
    assert done.returncode == 8
    assert "is not signed" in done.stderr


EXPORTS = """
from small_disk import run_command
others = '''
while kill -0 "$1" && [ -z "$(find "$0" -path '*/.1.*' -name variables)" ]; do sleep 0.02; done 2>/dev/null
kill -STOP "$1"
dd if=/dev/zero of="$0/others" bs=1M count=1000 2>/dev/null
kill -CONT "$1"
'''
left = 'find "$0" -type f ! -name ".*" ! -name others'
run_command(["export", sys.argv[2], "--to", sys.argv[1]], folder=sys.argv[1], others=others, left=left)
"""


def test_full_disk_leaves_no_version(trained, begun_on_full_disk, tmp_path, cache, monkeypatch):
    full = tmp_path / "full"
    full.mkdir()
    monkeypatch.setenv("BERT_TF_CACHE", str(cache))
    done = begun_on_full_disk(full, 400, EXPORTS, str(trained.run))
    assert "could not be written: the disk is full. No partial file was left behind." in done.stderr
    assert done.stderr.rstrip().endswith("status 7"), done.stderr


ASKS = """
from small_disk import run_command
run_command(["export", sys.argv[2], "--to", sys.argv[1]], folder=sys.argv[1], left='ls -A "$0"')
"""


def test_room_is_asked_for_before_anything_is_compared(trained, begun_on_full_disk, tmp_path, cache, monkeypatch):
    full = tmp_path / "full"
    full.mkdir()
    monkeypatch.setenv("BERT_TF_CACHE", str(cache))
    done = begun_on_full_disk(full, 40, ASKS, str(trained.run))
    assert re.search(r"disk space for an export: \d+ MiB are needed and 40 MiB are free(.|\n)*--to FOLDER", done.stderr)
    assert done.stderr.rstrip().endswith("status 7"), done.stderr


@pytest.mark.parametrize("verb", ["export", "evaluate", "predict"])
def test_a_folder_that_is_not_a_run(verb, invoke, trained):
    arguments = ["a text"] if verb == "predict" else []
    done = invoke(verb, str(trained.run.parent.parent), *arguments)
    assert done.returncode == 5
    what = "is neither a run nor an exported model" if verb == "predict" else "is not a run"
    assert re.search(rf"{what}(.|\n)*did you mean {trained.run}", done.stderr)
    assert "Traceback" not in done.stderr


def test_a_release_that_does_not_exist_is_told_at_once(trained, invoke):
    done = invoke("export", str(trained.run), "--target-serving", "2.12.9")
    assert done.returncode == 2
    assert "TensorFlow Serving 2.12.9 is not a known release." in done.stderr
    assert "tensorflow" not in done.stdout


def test_a_folder_that_cannot_be_is_told_at_once(trained, invoke, tmp_path):
    (tmp_path / "file").write_text("")
    done = invoke("export", str(trained.run), "--to", str(tmp_path / "file" / "models"))
    assert done.returncode == 2
    assert "The model can't be written there" in done.stderr
    assert "Hugging Face" not in done.stdout


def test_a_key_that_is_none_is_told_at_once(trained, invoke, tmp_path):
    (tmp_path / "key.pem").write_text("no key")
    done = invoke("export", str(trained.run), "--sign-key", str(tmp_path / "key.pem"))
    assert done.returncode != 0
    assert "can't be signed with this key" in done.stderr


def test_fewer_bits_are_refused_of_the_reference_graph(trained, invoke, tmp_path):
    for name in ("recipe.toml", "run.json"):
        shutil.copy(trained.run / name, tmp_path)
    recipe = tmp_path / "recipe.toml"
    recipe.write_text(recipe.read_text().replace('kernels = "auto"', 'kernels = "reference"'))
    RunFolder(tmp_path).add_facts(recipe_sha256=file_sha256(recipe))
    done = invoke("export", str(tmp_path), "--precision", "bfloat16", "--quantize", "int8-weights")
    assert done.returncode == 3
    assert "remove it, or export in float32" in done.stderr


@pytest.mark.parametrize("option, told", [("--precision", "bfloat16"), ("--quantize", "int8-weights")])
def test_numbers_that_there_are_not(trained, invoke, option, told):
    done = invoke("export", str(trained.run), option, "int4")
    assert done.returncode == 2
    assert told in done.stderr
