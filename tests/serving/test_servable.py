import asyncio

import grpc
import numpy as np
import pytest
from event_loop import run_coroutine

from bert_tf.serving.servable import Servable
from bert_tf.serving.status import StatusError


def test_it_answers(odd):
    assert odd.number == 1
    others = {"echo", "scores", "total", "company", "regress", "column", "wide"}
    assert set(odd.signatures) == {"serving_default", *others}
    outputs = odd.run("serving_default", {"x": np.array([1.5, np.nan], np.float32)})
    np.testing.assert_array_equal(outputs["y"], [1.5, np.nan])
    echoed = odd.run("echo", {"inputs": np.array([b"a\x00", b"\xff"], dtype=object)})
    assert echoed["raw_bytes"].tolist() == [b"a\x00", b"\xff"]
    assert echoed["length"].tolist() == [2, 1]


def test_what_tensorflow_says_becomes_a_status(odd):
    with pytest.raises(StatusError) as caught:
        odd.run("company", {"ids": np.array([[-1]], np.int32)})
    assert caught.value.code == grpc.StatusCode.INVALID_ARGUMENT
    assert not caught.value.message.startswith("Graph execution error")


def test_it_is_drained_when_nobody_uses_it(odd_model):
    async def scenario():
        servable = Servable(odd_model)
        with servable.in_use():
            waiting = asyncio.create_task(servable.drain())
            await asyncio.sleep(0.01)
            assert not waiting.done()
        await asyncio.wait_for(waiting, 1)
        servable.close()

    run_coroutine(scenario())


def test_a_folder_without_a_model(tmp_path):
    (tmp_path / "1").mkdir()
    with pytest.raises(OSError, match="SavedModel"):
        Servable(tmp_path / "1")
