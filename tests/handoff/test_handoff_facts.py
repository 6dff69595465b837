"""What a real run hands over, beside the version."""

import json
import re
import subprocess

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from bert_tf.export.folders import handoff_folder
from bert_tf.handoff.golden_answers import Golden
from bert_tf.handoff.handoff_facts import manifest_facts
from bert_tf.recipe.export_keys import Export
from bert_tf.runs.run import open_run
from bert_tf.serving.policy import read_model_config
from bert_tf.workflow.opened_run import OpenedRun


@pytest.fixture(scope="module")
def handoff(trained):
    return handoff_folder(trained.model)


def test_the_whole_layout(trained, handoff):
    assert (trained.model / "assets.extra" / "tf_serving_warmup_requests").is_file()
    assert {path.relative_to(handoff).as_posix() for path in handoff.rglob("*") if path.is_file()} >= {
        "manifest.json", "MODEL_CARD.md", "SHA256SUMS", "sbom.cdx.json", "conformance.json", "latency.json",
        "golden/requests.jsonl", "golden/rest.jsonl", "golden/grpc.jsonl",
    }  # fmt: skip


def test_the_image_is_made_of_what_is_there(trained):
    folder = trained.model.parent
    assert {path.name for path in (folder / "serving").iterdir()} == {
        "README.md", "models.config", "monitoring.config", "batching.config", "Dockerfile", "docker-compose.yaml",
        "kubernetes.yaml", "kserve.yaml", "SHA256SUMS",
    }  # fmt: skip
    lists = re.findall(r"^COPY .*?(\[.*\])$", (folder / "serving" / "Dockerfile").read_text(), re.MULTILINE)
    version, configs = [json.loads(copied)[:-1] for copied in lists]
    assert version == ["1"]
    assert all((folder / source).is_file() for source in configs)
    assert read_model_config(folder / "serving" / "models.config", "bbc-news").base_path == "/models/bbc-news"


def test_the_manifest_says_how_large_the_version_is(trained, handoff):
    sizes = [path.stat().st_size for path in trained.model.rglob("*") if path.is_file()]
    assert json.loads((handoff / "manifest.json").read_text())["size_bytes"] == sum(sizes)


def test_coreutils_checks_every_file(trained):
    command = ["sha256sum", "--check", "--strict", "--quiet"]
    for folder, listed in ((".", "handoff/1/SHA256SUMS"), ("hub", "SHA256SUMS"), ("serving", "SHA256SUMS")):
        done = subprocess.run([*command, listed], cwd=trained.model.parent / folder, check=False)
        assert done.returncode == 0, folder


def test_the_card_has_the_run_s_scores(trained, handoff):
    card = (handoff / "MODEL_CARD.md").read_text()
    test = open_run(trained.run).metrics["test"]
    assert f"| accuracy | {test['accuracy']:.4f} |" in card
    for label, scores in test["per_class"].items():
        assert f"| {label} | {scores['precision']:.4f} | {scores['recall']:.4f} |" in card


def test_the_bill_of_materials_is_valid_and_of_this_run(trained, handoff):
    text = (handoff / "sbom.cdx.json").read_text()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    encoder = next(one for one in json.loads(text)["components"] if one["bom-ref"] == "encoder")
    assert encoder["hashes"][0]["content"] == open_run(trained.run).facts["encoder"]["weights_sha256"]


def test_the_graph_has_what_the_default_target_has(handoff):
    serving = json.loads((handoff / "manifest.json").read_text())["serving"]
    assert (serving["target"], serving["oldest"]) == ("2.20.0", "2.12.2")
    assert serving["operations"]["tensorflow_text"] == ["FastWordpieceTokenizeWithOffsets"]


def test_every_loader_but_no_server_was_tried(handoff):
    checks = {one["name"]: one["status"] for one in json.loads((handoff / "conformance.json").read_text())["checks"]}
    assert checks == {
        "hashes": "pass", "serving": "pass", "signature": "not run", "saved_model_load": "pass", "session": "pass",
        "saved_model_cli": "pass", "c_api": "pass", "latency": "pass", "rest": "not run", "grpc": "not run",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "origin", "said"),
    [
        ("/home/me/encoders/mine", "folder", "mine"),
        ("bow:/home/me/encoders/mine", "bert_tf, with the tokenizer of folder", "bow:mine"),
        ("bow:someone/theirs", "bert_tf, with the tokenizer of hub someone/theirs@86b5e09", "bow:someone/theirs"),
    ],
)
def test_a_folder_s_path_stays_at_home(name, origin, said, trained, cache, monkeypatch):
    run = open_run(trained.run)
    facts = {
        **run.facts,
        "encoder": {**run.facts["encoder"], "name": name, "origin": origin, "commit": None},
    }
    monkeypatch.setattr(type(run), "facts", facts)
    found = manifest_facts(
        OpenedRun(run, cache_folder=cache),
        rows_compared=None,
        agreement={},
        export=Export(),
        golden=Golden([], 2e-5),
        beside_float32=None,
    )
    assert found["encoder"]["name"] == said
