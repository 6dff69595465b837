"""serving.md: what asks a server is run against `bert-tf serve`, and what is said of a server's words holds for it."""

import dataclasses
import json
import os
import pathlib
import re
import shutil
import subprocess

import httpx
import pytest
import yaml
from blocks import blocks_of
from session import Session

from benchmarks.serving.process import running_server
from bert_tf.export.deployment import write_deployment
from bert_tf.export.folders import read_manifest
from bert_tf.tasks.classify.serving import ClassifyServing

PAGE = pathlib.Path(__file__).parents[2] / "docs" / "serving.md"
BLOCKS = blocks_of(PAGE)
ASKING = [
    block for block in BLOCKS
    if block.not_run is None and (block.text.startswith("curl ") or "localhost:8500" in block.text)
    and not block.text.startswith(("bert-tf", "python -m"))
]  # fmt: skip
(CANARY,) = [block.text for block in BLOCKS if "model_config_list" in block.text]


@pytest.fixture(scope="module")
def server(trained, tmp_path_factory):
    """The page's model with the page's two versions under labels, without the warmup that costs seconds a start."""
    folder = tmp_path_factory.mktemp("models") / "headlines"
    for version in ("3", "4"):
        without = shutil.ignore_patterns("assets.extra")
        shutil.copytree(trained.model, folder / version, copy_function=os.link, ignore=without)
    (folder / "models.config").write_text(CANARY)
    with running_server(folder, "--model-config", str(folder / "models.config")) as running:
        assert running.name == "headlines"
        yield running


def test_there_are_blocks_that_ask():
    assert sum(block.language == "python" for block in ASKING) == 2
    assert sum(block.text.count("curl ") for block in ASKING) == 9


@pytest.mark.parametrize("block", ASKING, ids=str)
def test_block_is_answered(server, block, tmp_path):
    text = block.text.replace("http://localhost:8501", server.rest).replace("localhost:8500", server.grpc)
    printed = Session(tmp_path, {}).run(dataclasses.replace(block, text=text))
    assert printed.strip()
    assert '"error"' not in printed
    if block.language == "python":
        assert "(0." in printed or "(1." in printed


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/models/other:predict", '{"instances": ["a"]}'),
        ("/v1/models/headlines/labels/none:predict", '{"instances": ["a"]}'),
        ("/v1/models/headlines:predit", '{"instances": ["a"]}'),
        ("/v1/models/headlines:predict", "{}"),
        ("/v1/models/headlines:predict", '{"instances": [1]}'),
    ],
)
def test_what_a_server_says_stands_in_the_table(server, path, body):
    told = httpx.post(f"{server.rest}{path}", content=body, timeout=600)
    rows = [row.split("|")[1] for row in PAGE.read_text().splitlines() if f"({told.status_code})" in row]
    error = told.json()["error"].replace("other", "headlines")
    assert [row for row in rows if re.search("`(.*)`", row)[1] in error], error


def test_python_loads_a_version_by_itself(trained, tmp_path):
    (block,) = [block for block in BLOCKS if block.language == "python" and "import tensorflow_text" in block.text]
    (tmp_path / "models" / "headlines").mkdir(parents=True)
    (tmp_path / "models" / "headlines" / "3").symlink_to(trained.model)
    assert Session(tmp_path, {}).run(block).splitlines()[-1] in read_manifest(trained.model)["labels"]


def test_metrics_have_the_names_that_are_queried(server):
    known = httpx.get(f"{server.rest}/monitoring/prometheus/metrics", timeout=600).text
    queried = set(re.findall(r":tensorflow:[\w:]+", PAGE.read_text()))
    assert len(queried) >= 6
    assert [name for name in queried if f"{name}{{" not in known] == []


def test_the_health_command_of_the_files_is_answered(server, trained, tmp_path):
    write_deployment(
        tmp_path,
        {**read_manifest(trained.model), "name": server.name},
        serving=ClassifyServing(read_manifest(trained.model)["labels"]),
        sizes=[1],
    )
    (service,) = yaml.safe_load((tmp_path / "docker-compose.yaml").read_text())["services"].values()
    _, *command = service["healthcheck"]["test"]
    port = server.rest.rpartition(":")[2]
    command = [word.replace("/8501 ", f"/{port} ") for word in command]
    assert subprocess.run(command, timeout=600, check=False).returncode == 0
    other = [word.replace("headlines", "other") for word in command]
    assert subprocess.run(other, timeout=600, check=False).returncode != 0


def test_the_tree_is_what_an_export_leaves(trained):
    manifest = json.loads((trained.model.parent / "handoff" / "1" / "manifest.json").read_text())
    assert manifest["serving"]["target"] in PAGE.read_text()
    tree = next(block.text for block in BLOCKS if block.text.startswith("models/headlines/"))
    for path in (trained.model.parent / "handoff" / "1", trained.model.parent / "serving"):
        assert [name for name in os.listdir(path) if name not in tree] == []
