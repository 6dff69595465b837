"""Kernels that XLA kept are loaded by the next process, and nothing in the folder ends a run."""

import os
import stat
import subprocess
import sys

import pytest

from bert_tf.environment import kernel_folder
from bert_tf.integrity import check_seal

COMPILES = """
import os, sys
if "first" in sys.argv:
    import tensorflow as tf
from bert_tf.environment import keep_compiled_kernels
keep_compiled_kernels()
import tensorflow as tf
sizes = [int(word) for word in sys.argv if word.isdigit()] or [3]
print(*{float(tf.function(lambda x: tf.nn.softmax(x) * 2, jit_compile=True)(tf.ones((n, 4)))[0, 0]) for n in sizes})
print(os.environ.get("TF_XLA_FLAGS", ""))
"""


def compiled(cache, *arguments, **environment):
    """Output of a process that compiles a kernel, or one for each size that it is told."""
    done = subprocess.run(
        [sys.executable, "-c", COMPILES, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "BERT_TF_CACHE": str(cache), "TF_CPP_MIN_LOG_LEVEL": "3", **environment},
    )
    assert done.returncode == 0, done.stderr
    answer, flags = done.stdout.splitlines()
    assert answer == "0.5"
    return flags


def kept(cache):
    return sorted(cache.glob("kernels/*/*.pb"))


@pytest.fixture(scope="module")
def kernel(tmp_path_factory):
    """A cache, in a folder with a blank in its name, that a process has left one kernel in."""
    cache = tmp_path_factory.mktemp("a cache")
    compiled(cache)
    (path,) = kept(cache)
    return path


@pytest.fixture
def copy(kernel, tmp_path):
    path = tmp_path / kernel.relative_to(kernel.parents[2])
    path.parent.mkdir(parents=True)
    path.write_bytes(kernel.read_bytes())
    return path


def test_a_kernel_that_is_kept_is_loaded(copy, tmp_path):
    before = copy.stat().st_mtime_ns
    compiled(tmp_path)
    assert kept(tmp_path) == [copy]
    assert copy.stat().st_mtime_ns == before


def cut(length):
    return lambda path: path.write_bytes(path.read_bytes()[:length])


def turn_a_bit(place):
    """Its structure is whole: XLA would load it and compute something else, or crash."""

    def damage(path):
        content = bytearray(path.read_bytes())
        content[int(place * len(content))] ^= 1
        path.write_bytes(content)

    return damage


def put_a_pipe(path):
    path.unlink()
    os.mkfifo(path)


def other_name(path):
    return path.with_name(path.name.replace("cache__", "cache__9", 1))


DAMAGES = {
    "nothing": cut(0),
    "one byte": cut(1),
    "its beginning": cut(1000),
    "all but its last byte": cut(-1),
    "zeros": lambda path: path.write_bytes(bytes(path.stat().st_size)),
    "a turned bit at the beginning": turn_a_bit(0.1),
    "a turned bit in the middle": turn_a_bit(0.5),
    "a turned bit at the end": turn_a_bit(0.9),
    "what a killed process leaves": lambda path: path.write_bytes(path.read_bytes()[: check_seal(path)]),
    "another name": lambda path: path.rename(other_name(path)),
    "a pipe": put_a_pipe,
}


@pytest.fixture(scope="module")
def damaged(tmp_path_factory):
    """A kernel for each damage, with its size and its seal's before it, and its content after it; then they were asked
    for: all by one process, which costs seconds to start."""
    cache = tmp_path_factory.mktemp("damaged")
    sizes = [str(3 + number) for number in range(len(DAMAGES))]
    compiled(cache, *sizes)
    found = dict(zip(DAMAGES, kept(cache), strict=True))
    before = {name: (path, path.stat().st_size, check_seal(path)) for name, path in found.items()}
    for name, damage in DAMAGES.items():
        damage(found[name])
    contents = {name: path.read_bytes() if path.is_file() else b"" for name, path in found.items()}
    compiled(cache, *sizes)
    assert kept(cache) == sorted(found.values())
    return {name: (*before[name], contents[name]) for name in DAMAGES}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_kernel_is_made_anew(damaged, name):
    path, size, sealed, content = damaged[name]
    assert path.is_file()
    assert path.stat().st_size == size
    assert path.read_bytes() != content
    assert check_seal(path) == sealed


def test_a_kernel_under_another_name_is_removed(damaged):
    assert not other_name(damaged["another name"][0]).exists()


def test_a_process_looks_at_what_the_one_that_started_it_left(copy, tmp_path):
    content = bytearray(copy.read_bytes())
    content[len(content) // 2] ^= 1
    copy.write_bytes(content)
    flags = compiled(tmp_path, TF_XLA_FLAGS=f"--tf_xla_persistent_cache_directory='{copy.parent}'")
    assert flags.count("--tf_xla_persistent_cache_directory") == 1
    assert copy.read_bytes() != bytes(content)


def test_what_can_not_be_removed_is_not_offered_to_xla(copy, tmp_path):
    copy.unlink()
    copy.mkdir()
    assert compiled(tmp_path) == ""
    assert kept(tmp_path) == [copy]


def test_only_the_owner_reads_kernels_that_were_sealed(copy, tmp_path):
    copy.unlink()
    copy.parent.chmod(0o755)
    compiled(tmp_path)
    assert [stat.S_IMODE(path.stat().st_mode) for path in (copy, copy.parent)] == [0o600, 0o700]


def test_processes_that_share_the_folder_leave_one_whole_kernel(copy, kernel, tmp_path):
    copy.unlink()
    environment = {**os.environ, "BERT_TF_CACHE": str(tmp_path), "TF_CPP_MIN_LOG_LEVEL": "3"}
    command = [sys.executable, "-c", COMPILES]
    processes = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    assert [process.communicate()[0].splitlines()[0] for process in processes] == ["0.5", "0.5"]
    assert [path.name for path in copy.parent.iterdir()] == [copy.name]
    assert copy.stat().st_size == kernel.stat().st_size


def test_flags_of_the_user_stay(tmp_path):
    flags = compiled(tmp_path, TF_XLA_FLAGS="--tf_xla_max_cluster_size=9")
    assert flags.startswith("--tf_xla_max_cluster_size=9 --tf_xla_persistent_cache_directory=")
    assert len(kept(tmp_path)) == 1


def test_a_folder_of_the_user_stays(tmp_path):
    flags = f"--tf_xla_persistent_cache_directory={tmp_path}/own"
    assert compiled(tmp_path, TF_XLA_FLAGS=flags) == flags
    assert len(list((tmp_path / "own").iterdir())) == 1


def test_nothing_is_set_once_tensorflow_is_there(tmp_path):
    assert compiled(tmp_path, "first") == ""
    assert kept(tmp_path) == []


def test_a_place_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    assert compiled(tmp_path / "file") == ""


def test_a_disk_that_is_nearly_full(on_full_disk, tmp_path, monkeypatch):
    monkeypatch.setenv("BERT_TF_CACHE", str(tmp_path))
    done = on_full_disk(tmp_path, 8, [sys.executable, "-c", COMPILES])
    assert done.stdout.splitlines() == ["0.5", ""], done.stderr


def test_each_kind_of_machine_has_its_folder(tmp_path):
    cpus = []
    for number, flags in enumerate(("amx_bf16 fma", "fma", "fma")):
        cpus.append(tmp_path / str(number))
        # A clock that differs is no other machine; every core has its own lines.
        cpus[-1].write_text(f"flags\t\t: {flags}\ncpu MHz\t\t: 2{number}00\nflags\t\t: {flags}\n")
    with_tiles, without, faster = map(kernel_folder, cpus)
    assert with_tiles != without == faster
    assert kernel_folder(tmp_path / "none") not in (with_tiles, without)


def test_each_set_of_flags_has_its_folder(monkeypatch):
    monkeypatch.delenv("XLA_FLAGS", raising=False)
    plain = kernel_folder()
    monkeypatch.setenv("XLA_FLAGS", "--xla_cpu_prefer_vector_width=512")
    assert kernel_folder() != plain


def test_a_user_without_a_home_is_told(tmp_path):
    nobody = ["unshare", "--user", "--map-user=12345", "--map-group=12345"]
    if subprocess.run([*nobody, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine allows no user namespaces")
    kept = {name: value for name, value in os.environ.items() if name not in ("HOME", "BERT_TF_CACHE")}
    command = [*nobody, sys.executable, "-m", "bert_tf.cli", "data", "bbc-news"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=kept, cwd=tmp_path)
    assert done.returncode == 7
    assert "no home folder for a cache" in done.stderr
    assert "BERT_TF_CACHE=/a/folder" in done.stderr


PLACES = {
    "a home that cannot be written": (
        "mount -t tmpfs -o ro none {there}",
        "read-only file system",
    ),
    "a cache on a full disk": (
        "mount -t tmpfs -o size=64k none {there}; export BERT_TF_CACHE={there}/c",
        "no space left",
    ),
    "no shared memory": ("mount -t tmpfs -o ro none /dev/shm", None),
    "few files": ("ulimit -n 32", None),
}


@pytest.mark.parametrize("name", PLACES)
def test_places_that_are_not_there_are_told_or_not_needed(name, tmp_path, on_full_disk):
    before, told = PLACES[name]
    script = f'{before.format(there=tmp_path)}; "$0" -m bert_tf.cli data bbc-news'
    kept = {name: value for name, value in os.environ.items() if name != "BERT_TF_CACHE"}
    done = subprocess.run(
        ["unshare", "--map-root-user", "--mount", "sh", "-c", script, sys.executable],
        capture_output=True,
        text=True,
        check=False,
        env={**kept, "HOME": str(tmp_path)},
    )
    assert done.returncode == (7 if told else 0), done.stderr
    assert (told or "") in done.stderr
    assert "Traceback" not in done.stderr
