"""What a server refuses to load: hashes are hashlib's, lists as `sha256sum` writes them."""

import asyncio
import hashlib
import shutil

import pytest
from event_loop import run_coroutine

from bert_tf.errors import VerifyError
from bert_tf.serving import manager as module
from bert_tf.serving.as_exported import check_as_exported
from bert_tf.serving.manager import ModelManager
from bert_tf.serving.metrics import Metrics
from bert_tf.serving.policy import ModelConfig


def with_handoff(folder, number=1):
    """Give a version the list of hashes that its export would have written."""
    version, papers = folder / str(number), folder / "handoff" / str(number)
    papers.mkdir(parents=True)
    (papers / "manifest.json").write_text("{}")
    for path in version.iterdir():
        if path.is_dir() and not any(path.iterdir()):
            path.rmdir()  # as an export does
    files = sorted(path for place in (version, papers) for path in place.rglob("*") if path.is_file())
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder)}\n" for path in files]
    (papers / "SHA256SUMS").write_text("".join(lines))
    return version


def change(version):
    weights = next(version.glob("variables/*.data*"))
    content = bytearray(weights.read_bytes())
    content[len(content) // 2] ^= 1
    weights.write_bytes(content)


def test_a_version_as_it_was_exported_and_one_of_another_program(model_folder):
    check_as_exported(model_folder / "1")
    check_as_exported(with_handoff(model_folder))


@pytest.mark.parametrize(
    "damage, said",
    [
        (change, "has changed since it was written"),
        (lambda version: (version / "fingerprint.pb").unlink(), "is missing"),
        (lambda version: (version / "more.txt").write_text("more"), "was not written with it"),
        (
            lambda version: (version.parent / "handoff" / "1" / "SHA256SUMS").unlink(),
            "list of hashes is missing or unreadable",
        ),
    ],
)
def test_what_differs_is_refused(model_folder, damage, said):
    version = with_handoff(model_folder)
    damage(version)
    with pytest.raises(VerifyError, match=said):
        check_as_exported(version)


def manager_of(folder, told):
    return ModelManager(folder, name="odd", config=ModelConfig(), config_path=None, metrics=Metrics(), tell=told.append)


def test_a_server_does_not_start_with_a_damaged_version(model_folder):
    change(with_handoff(model_folder))
    with pytest.raises(VerifyError, match="Version 1 of odd can't be loaded: A file of the exported model has changed"):
        manager_of(model_folder, []).load_first()


def test_a_damaged_version_leaves_the_one_before_it_serving(model_folder, monkeypatch):
    monkeypatch.setattr(module, "_FIRST_RETRY_SECONDS", 0.0)
    monkeypatch.setattr(module, "_POLL_SECONDS", 0.01)
    with_handoff(model_folder)
    told = []
    manager = manager_of(model_folder, told)
    manager.load_first()
    shutil.copytree(model_folder / "1", model_folder / "2")
    change(with_handoff(model_folder, 2))

    async def watch():
        watching = asyncio.create_task(manager.watch())
        while next(manager.statuses()).state != module.State.END:
            await asyncio.sleep(0.01)
        watching.cancel()

    run_coroutine(asyncio.wait_for(watch(), 60))
    broken, serving = manager.statuses()
    assert (broken.version, broken.status.error_code) == (2, 15)  # DATA_LOSS
    assert (serving.version, serving.state) == (1, module.State.AVAILABLE)
    assert any("Version 2 of odd can't be loaded: A file" in line for line in told)
