import importlib.metadata

import pytest

from bert_tf.doctor.caches import check_cache, check_kernels
from bert_tf.environment import kernel_folder


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("BERT_TF_CACHE", str(tmp_path / "my cache"))
    return tmp_path / "my cache"


def test_size(folder):
    assert check_cache().found == f"{folder}: 0 MiB"
    (folder / "tokens").mkdir(parents=True)
    (folder / "tokens" / "a.arrow").write_bytes(bytes(3 << 20))
    assert check_cache().found == f"{folder}: 3 MiB"


def test_kernels_of_another_version_are_stale(folder):
    kernel_folder().mkdir(parents=True)
    (kernel_folder() / "a.pb").touch()
    assert (check_kernels().state, check_kernels().found) == ("ok", "1 for this machine")
    old = folder / "kernels" / "2.20.0-0123456789ab"
    old.mkdir()
    (old / "a.pb").write_bytes(bytes(2 << 20))
    found = check_kernels()
    assert (found.state, found.found) == ("warning", "1 for this machine; 2 MiB of other versions or machines")
    assert found.advice == f"rm -r '{old}', unless another machine uses this cache"


def test_without_tensorflow_nothing_is_known(folder, monkeypatch):
    def missing(name):
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "version", missing)
    with pytest.raises(importlib.metadata.PackageNotFoundError):
        check_kernels()
