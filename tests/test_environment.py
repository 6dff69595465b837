"""Kernels that XLA kept are loaded by the next process, and nothing in the folder ends a run."""

import os
import stat
import subprocess
import sys

import pytest

from bert_tf.environment import keep_compiled_kernels, kernel_folder
from bert_tf.integrity import check_seal

COMPILES = """
import os, sys
from bert_tf.environment import keep_compiled_kernels
keep_compiled_kernels()
import tensorflow as tf
sizes = [int(word) for word in sys.argv[1:]] or [3]
print(*{float(tf.function(lambda x: tf.nn.softmax(x) * 2, jit_compile=True)(tf.ones((n, 4)))[0, 0]) for n in sizes})
print(os.environ.get("TF_XLA_FLAGS", ""))
"""


def compiled(cache, *sizes):
    """Have a process compile a kernel, or one for each size that it is told."""
    done = subprocess.run(
        [sys.executable, "-c", COMPILES, *sizes],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "BERT_TF_CACHE": str(cache), "TF_CPP_MIN_LOG_LEVEL": "3"},
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0] == "0.5"


ASKS = """
import os
from bert_tf.environment import keep_compiled_kernels
keep_compiled_kernels()
print(os.environ.get("TF_XLA_FLAGS", ""))
"""


def flags_of(cache, **environment):
    """The flags that a process has TensorFlow read; it does not import it, which takes most of the seconds."""
    given, command = {**os.environ, "BERT_TF_CACHE": str(cache), **environment}, [sys.executable, "-c", ASKS]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env=given).stdout.removesuffix("\n")


def kept(cache):
    return sorted(cache.glob("kernels/*/*.pb"))


@pytest.fixture(scope="module")
def kernel(tmp_path_factory):
    """A cache, in a folder with a blank in its name, that a process has left one kernel in; others could read it."""
    cache = tmp_path_factory.mktemp("a cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BERT_TF_CACHE", str(cache))
        folder = kernel_folder()
    folder.mkdir(parents=True)
    folder.chmod(0o755)
    compiled(cache)
    (path,) = kept(cache)
    assert path.parent == folder
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
    flags = flags_of(tmp_path, TF_XLA_FLAGS=f"--tf_xla_persistent_cache_directory='{copy.parent}'")
    assert flags.count("--tf_xla_persistent_cache_directory") == 1
    assert not copy.exists()


def test_what_can_not_be_removed_is_not_offered_to_xla(copy, tmp_path):
    copy.unlink()
    copy.mkdir()
    assert flags_of(tmp_path) == ""
    assert kept(tmp_path) == [copy]


def test_only_the_owner_reads_kernels_that_were_sealed(kernel):
    assert [stat.S_IMODE(path.stat().st_mode) for path in (kernel, kernel.parent)] == [0o600, 0o700]


def test_processes_that_share_the_folder_leave_one_whole_kernel_and_keep_flags_of_the_user(copy, kernel, tmp_path):
    copy.unlink()
    given = {"BERT_TF_CACHE": str(tmp_path), "TF_CPP_MIN_LOG_LEVEL": "3", "TF_XLA_FLAGS": "--tf_xla_max_cluster_size=9"}
    command, environment = [sys.executable, "-c", COMPILES], {**os.environ, **given}
    processes = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    for answer, flags in [process.communicate()[0].splitlines() for process in processes]:
        assert answer == "0.5"
        assert flags.startswith("--tf_xla_max_cluster_size=9 --tf_xla_persistent_cache_directory=")
    assert [path.name for path in copy.parent.iterdir()] == [copy.name]
    assert copy.stat().st_size == kernel.stat().st_size


def test_a_folder_of_the_user_stays(tmp_path):
    flags = f"--tf_xla_persistent_cache_directory={tmp_path}/own"
    assert flags_of(tmp_path, TF_XLA_FLAGS=flags) == flags


def test_nothing_is_set_once_tensorflow_is_there(tmp_path, monkeypatch):
    import tensorflow  # noqa: F401

    monkeypatch.setenv("BERT_TF_CACHE", str(tmp_path))
    monkeypatch.delenv("TF_XLA_FLAGS", raising=False)
    keep_compiled_kernels()
    assert "TF_XLA_FLAGS" not in os.environ


def test_a_place_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    assert flags_of(tmp_path / "file") == ""


def test_a_disk_that_is_nearly_full(on_full_disk, tmp_path, monkeypatch):
    monkeypatch.setenv("BERT_TF_CACHE", str(tmp_path))
    done = on_full_disk(tmp_path, 8, [sys.executable, "-c", ASKS])
    assert done.stdout == "\n", done.stderr


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
