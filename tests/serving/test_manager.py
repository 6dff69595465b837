import asyncio
import os
import shutil
import threading
import time

import grpc
import numpy as np
import pytest
from event_loop import run_coroutine
from tensorflow_serving.apis import model_pb2

from bert_tf.errors import VerifyError
from bert_tf.serving import manager as module
from bert_tf.serving.manager import ModelManager
from bert_tf.serving.metrics import Metrics
from bert_tf.serving.policy import ModelConfig, only, read_model_config
from bert_tf.serving.status import StatusError

CONFIG = 'model_config_list { config { name: "odd" } }'
LATEST = model_pb2.ModelSpec(name="odd")


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """What takes minutes beside a slow disk takes seconds here."""
    monkeypatch.setattr(module, "_POLL_SECONDS", 0.02)
    monkeypatch.setattr(module, "_FIRST_RETRY_SECONDS", 0.01)


def specific(number):
    spec = model_pb2.ModelSpec(name="odd")
    spec.version.value = number
    return spec


def labelled(label):
    return model_pb2.ModelSpec(name="odd", version_label=label)


def watched(folder, scenario, *, config=None, config_path=None, tell=None):
    """Run a scenario beside a manager that watches the folder; returns what the manager told."""
    told = []
    options = {"name": "odd", "metrics": Metrics(), "tell": tell or told.append}
    manager = ModelManager(folder, config=config or ModelConfig(), config_path=config_path, **options)
    manager.load_first()

    async def run():
        watching = asyncio.create_task(manager.watch())
        try:
            await asyncio.wait_for(scenario(manager), 600)
        finally:
            watching.cancel()

    run_coroutine(run())
    return told


async def until(condition):
    while not condition():
        await asyncio.sleep(0.01)


def replace(path, content):
    """Write it as another file, so that what is read is whole and never looks like the one before."""
    new = path.with_name("new.config")
    new.write_text(content)
    new.replace(path)


async def next_look(path, told):
    """Wait until the manager, which reads the config at `path`, has looked at the folder once more to the end."""
    # It reads a second one after the look that followed the first.
    for _ in range(2):
        told.clear()
        replace(path, CONFIG)
        await until(lambda: any("Reloaded" in line for line in told))


def states(manager):
    return {status.version: module.State.State.Name(status.state) for status in manager.statuses()}


def arrive(folder, number):
    """A version as an export writes it: whole, by one rename."""
    shutil.copytree(folder / "1", folder / f".{number}")
    (folder / f".{number}").rename(folder / str(number))


def test_a_new_version_takes_over_and_the_old_one_is_drained(model_folder):
    async def scenario(manager):
        old = manager.find(LATEST)
        with old.in_use():
            arrive(model_folder, 2)
            await until(lambda: states(manager) == {2: "AVAILABLE", 1: "UNLOADING"})
            assert manager.find(LATEST).number == 2
            assert old.run("serving_default", {"x": np.ones(1, np.float32)})["y"].tolist() == [1.0]
            with pytest.raises(StatusError, match=r"Specific\(odd, 1\)"):
                manager.find(specific(1))
        await until(lambda: states(manager) == {2: "AVAILABLE", 1: "END"})

    told = watched(model_folder, scenario)
    assert "Serving odd version 2." in told
    assert "Version 1 of odd was unloaded." in told


def test_a_broken_version_leaves_the_old_one_serving(model_folder, tmp_path):
    path, told = tmp_path / "models.config", []
    path.write_text(CONFIG)

    async def scenario(manager):
        (model_folder / "2").mkdir()
        (model_folder / "2" / "saved_model.pb").write_bytes(b"not a graph")
        await until(lambda: states(manager).get(2) == "LOADING")
        assert manager.find(LATEST).number == 1
        await until(lambda: states(manager).get(2) == "END")
        broken, serving = manager.statuses()
        assert broken.status.error_code != 0
        assert broken.status.error_message
        assert (serving.version, serving.status.error_code) == (1, 0)
        assert manager.find(LATEST).number == 1
        # Taken away and brought again whole, it is served.
        shutil.rmtree(model_folder / "2")
        await next_look(path, told)
        assert states(manager) == {2: "END", 1: "AVAILABLE"}
        arrive(model_folder, 2)
        await until(lambda: states(manager) == {2: "AVAILABLE", 1: "END"})

    watched(model_folder, scenario, config_path=path, tell=told.append)


def test_a_version_that_is_still_being_copied_is_tried_again(model_folder):
    async def scenario(manager):
        arriving = model_folder / "2"
        arriving.mkdir()
        await until(lambda: states(manager).get(2) == "LOADING")
        shutil.copytree(model_folder / "1", arriving, dirs_exist_ok=True)
        await until(lambda: states(manager) == {2: "AVAILABLE", 1: "END"})

    watched(model_folder, scenario)


def test_going_back(model_folder):
    arrive(model_folder, 2)

    async def scenario(manager):
        assert states(manager) == {2: "AVAILABLE"}
        shutil.rmtree(model_folder / "2")
        await until(lambda: states(manager) == {2: "END", 1: "AVAILABLE"})

    watched(model_folder, scenario)


def test_what_is_no_version_is_passed_over(model_folder):
    for name in ("handoff", "01", "-1", "1.5", "٣", "9" * 30):
        (model_folder / name).mkdir()
    (model_folder / "7").write_text("a file")

    async def scenario(manager):
        assert states(manager) == {1: "AVAILABLE"}
        # Higher numbers than this one's are among them, and the folder was looked at again when it is served.
        arrive(model_folder, 2)
        await until(lambda: states(manager) == {2: "AVAILABLE", 1: "END"})

    watched(model_folder, scenario)


def test_labels_follow_their_file(model_folder, tmp_path):
    arrive(model_folder, 2)
    path = tmp_path / "models.config"

    def label(number):
        replace(
            path,
            'model_config_list { config { name: "odd" model_version_policy { all {} } '
            f'version_labels {{ key: "stable" value: {number} }} }} }}',
        )

    label(1)
    told = []

    async def scenario(manager):
        assert manager.find(labelled("stable")).number == 1
        label(2)
        await until(lambda: manager.find(labelled("stable")).number == 2)
        replace(path, "nothing of the kind")
        await until(lambda: any("stays in effect" in line for line in told))
        assert manager.find(labelled("stable")).number == 2
        with pytest.raises(StatusError, match="Unrecognized servable version label: none") as caught:
            manager.find(labelled("none"))
        assert caught.value.code == grpc.StatusCode.INVALID_ARGUMENT

    config = read_model_config(path, "odd")
    watched(model_folder, scenario, config=config, config_path=path, tell=told.append)


def test_a_config_that_is_written_in_its_place_is_read_once_it_is_whole(model_folder, tmp_path):
    path, told = tmp_path / "models.config", []
    path.write_text(CONFIG)

    async def scenario(manager):
        # A look may come between the steps in which a file is emptied and filled, and both at one and the same time.
        path.write_text("")
        moment = path.stat().st_mtime_ns
        await until(lambda: any("stays in effect" in line for line in told))
        path.write_text(CONFIG)
        os.utime(path, ns=(moment, moment))
        await until(lambda: any("Reloaded" in line for line in told))

    watched(model_folder, scenario, config_path=path, tell=told.append)


def test_a_terminal_that_is_gone_does_not_end_the_watch(model_folder, tmp_path):
    path = tmp_path / "models.config"
    path.write_text(CONFIG)

    gone = []

    def broken(line):
        if "Reloaded" in line:
            gone.append(line)
            raise BrokenPipeError

    async def scenario(manager):
        path.write_text('model_config_list { config { name: "odd" model_version_policy { all {} } } }')
        await until(lambda: gone)
        arrive(model_folder, 2)
        await until(lambda: states(manager) == {2: "AVAILABLE", 1: "AVAILABLE"})

    watched(model_folder, scenario, config=read_model_config(path, "odd"), config_path=path, tell=broken)


def test_a_load_breaks_off_when_the_server_ends(model_folder, monkeypatch):
    begun, broke_off = threading.Event(), threading.Event()

    def endless(servable, folder, *, ended):
        begun.set()
        while not ended():
            time.sleep(0.01)
        broke_off.set()
        raise StatusError(grpc.StatusCode.CANCELLED, "ended")

    async def scenario(manager):
        monkeypatch.setattr(module, "warm_up", endless)
        arrive(model_folder, 2)
        # It is LOADING before a thread has it: one that ends in between has nothing to break off.
        await until(begun.is_set)

    # Returns when no thread is at work any more.
    watched(model_folder, scenario)
    assert broke_off.is_set()


def test_one_version_and_no_other(model_folder):
    arrive(model_folder, 2)

    async def scenario(manager):
        assert states(manager) == {1: "AVAILABLE"}
        # Not even where it is the only one that is left.
        shutil.rmtree(model_folder / "1")
        await until(lambda: states(manager) == {1: "END"})

    watched(model_folder, scenario, config=only(1))


def test_what_is_not_served(model_folder):
    async def scenario(manager):
        for spec in (model_pb2.ModelSpec(name="none"), specific(7)):
            with pytest.raises(StatusError) as caught:
                manager.find(spec)
            assert caught.value.code == grpc.StatusCode.NOT_FOUND
        with pytest.raises(StatusError, match="no name"):
            manager.find(model_pb2.ModelSpec())
        await manager.close()
        assert states(manager) == {1: "END"}

    watched(model_folder, scenario)


def test_a_server_does_not_begin_without_a_model(model_folder):
    (model_folder / "1" / "saved_model.pb").write_bytes(b"not a graph")
    manager = ModelManager(
        model_folder, name="odd", config=ModelConfig(), config_path=None, metrics=Metrics(), tell=lambda line: None
    )
    with pytest.raises(VerifyError, match="Version 1 of odd can't be loaded"):
        manager.load_first()


def test_a_bad_warmup_record_fails_the_load(model_folder):
    async def scenario(manager):
        arrive(model_folder, 2)
        extra = model_folder / "3" / "assets.extra"
        shutil.copytree(model_folder / "1", model_folder / "3")
        extra.mkdir()
        (extra / "tf_serving_warmup_requests").write_bytes(b"nothing of the kind")
        await until(lambda: states(manager).get(3) == "END")
        assert states(manager)[1] == "AVAILABLE"

    watched(model_folder, scenario)
