"""The versions of a model: which are on disk, which are served, and how one takes over from another.

As TensorFlow Serving does with its default policies: a new version is loaded beside the old one and takes over when it
is ready; then the old one finishes what it has and is unloaded. A version that can't be loaded is tried again, and
meanwhile and afterwards the old one serves.
"""

import asyncio
import contextlib
import dataclasses
import pathlib
import threading
import time
from collections.abc import Callable, Iterator

import grpc
import tensorflow as tf
from tensorflow_serving.apis import get_model_status_pb2, model_pb2

from bert_tf.errors import BertTfError, VerifyError
from bert_tf.serving.as_exported import check_as_exported
from bert_tf.serving.memory import give_back
from bert_tf.serving.metrics import Metrics
from bert_tf.serving.policy import ModelConfig, read_model_config, wanted_versions
from bert_tf.serving.servable import Servable
from bert_tf.serving.signature import DEFAULT
from bert_tf.serving.status import StatusError, code_of, invalid
from bert_tf.serving.warmup import warm_up

State = get_model_status_pb2.ModelVersionStatus

_POLL_SECONDS = 1.0
_LARGEST_NUMBER = 2**63 - 1
_LOAD_RETRIES = 5
_FIRST_RETRY_SECONDS = 1.0  # each waits twice as long as the one before: a version may still be on its way


@dataclasses.dataclass
class _Version:
    """What became of a version so far; `servable` while it is AVAILABLE or UNLOADING."""

    number: int
    state: int = State.START
    code: grpc.StatusCode = grpc.StatusCode.OK
    message: str = ""
    servable: Servable | None = None
    failures: int = 0
    next_try: float = 0.0


class ModelManager:
    """Loads and unloads versions; all but `load_first` belong to the thread of the event loop.

    Args:
        folder: Holds the numeric folders.
        name: Of the model, in requests.
        config: Version policy and labels.
        config_path: Where they stand, to be read again when the file changes; None for those given.
        metrics: Counts loads.
        tell: Gets a line for whoever watches the terminal.
    """

    def __init__(
        self,
        folder: pathlib.Path,
        *,
        name: str,
        config: ModelConfig,
        config_path: pathlib.Path | None,
        metrics: Metrics,
        tell: Callable[[str], None],
    ) -> None:
        self.name = name
        self._folder, self._config, self._config_path = folder, config, config_path
        self._config_changed = _changed(config_path)
        self._metrics, self._tell = metrics, tell
        self._versions: dict[int, _Version] = {}
        self._unloading: set[asyncio.Task[None]] = set()
        self._ending = threading.Event()

    def load_first(self) -> None:
        """Load what shall be served, so that a server begins with a model.

        Raises:
            VerifyError: a version can't be loaded, or the policy wants none of those there are.
        """
        for number in sorted(self._wanted()):
            version = self._versions.setdefault(number, _Version(number))
            self._load(version)
            self._settle(version)
            if version.servable is None:
                raise VerifyError(
                    f"Version {number} of {self.name} can't be loaded: {version.message}",
                    where=str(self._folder / str(number)),
                    hint="bert-tf verify shows what is wrong with it",
                )
        if not self._versions:
            raise VerifyError(f"There is no version of {self.name} to serve.", where=str(self._folder))

    async def watch(self) -> None:
        """Follow what happens on disk until cancelled; then a load that is under way breaks off."""
        try:
            while True:
                await asyncio.sleep(_POLL_SECONDS)
                # A folder that can't be read for a while, such as a network's, is no order to unload; nor must a
                # terminal that is gone end the watch.
                with contextlib.suppress(OSError):
                    await asyncio.to_thread(self._read_config)
                    await self._follow(await asyncio.to_thread(self._wanted))
        finally:
            self._ending.set()

    async def close(self) -> None:
        """Unload everything, each version once nobody uses it."""
        await self._follow(set())
        await asyncio.gather(*self._unloading)

    def find(self, spec: model_pb2.ModelSpec) -> Servable:
        """The version that a request means: by number, by label, or the latest.

        Raises:
            StatusError: NOT_FOUND: it is not served; INVALID_ARGUMENT: the request names no model, or an unknown label.
        """
        if not spec.name:
            raise invalid("ModelSpec has no name specified.")
        wanted = self.version_of(spec)
        ready = {v.number: v.servable for v in self._versions.values() if v.state == State.AVAILABLE}
        number = max(ready, default=None) if wanted is None else wanted
        if spec.name == self.name and number is not None and (servable := ready.get(number)) is not None:
            return servable
        asked = f"Latest({spec.name})" if wanted is None else f"Specific({spec.name}, {wanted})"
        raise StatusError(grpc.StatusCode.NOT_FOUND, f"Servable not found for request: {asked}")

    def default_inputs(self) -> list[str]:
        """Names of the inputs of `serving_default` in the latest version; empty where it has no such signature."""
        signature = self.find(model_pb2.ModelSpec(name=self.name)).signatures.get(DEFAULT)
        return [] if signature is None else list(signature.inputs)

    def version_of(self, spec: model_pb2.ModelSpec) -> int | None:
        """The number that a request names or a label stands for; None for the latest."""
        choice = spec.WhichOneof("version_choice")
        if choice == "version_label":
            labels = self._config.version_labels
            if spec.name != self.name or spec.version_label not in labels:
                raise invalid(f"Unrecognized servable version label: {spec.version_label}")
            return int(labels[spec.version_label])
        return int(spec.version.value) if choice == "version" else None

    def statuses(self) -> Iterator[get_model_status_pb2.ModelVersionStatus]:
        """The state of each version that was ever served or tried, the highest first."""
        for number in sorted(self._versions, reverse=True):
            version = self._versions[number]
            status = State(version=number, state=version.state)
            status.status.error_code, status.status.error_message = version.code.value[0], version.message
            yield status

    def _wanted(self) -> set[int]:
        found = [int(path.name) for path in self._folder.iterdir() if _is_number(path.name) and path.is_dir()]
        return wanted_versions(found, self._config.model_version_policy)

    def _read_config(self) -> None:
        if self._config_path is None or (changed := _changed(self._config_path)) == self._config_changed:
            return
        self._config_changed = changed
        try:
            self._config = read_model_config(self._config_path, self.name)
            self._tell(f"Reloaded {self._config_path}.")
        except BertTfError as problem:
            self._tell(f"{problem.what} The previous configuration stays in effect: {problem.where}: {problem.hint}")

    async def _follow(self, wanted: set[int]) -> None:
        for number in wanted:
            version = self._versions.setdefault(number, _Version(number))
            if version.state == State.END and version.failures <= _LOAD_RETRIES:
                self._versions[number] = version = _Version(number)
            if version.state in (State.START, State.LOADING) and time.monotonic() >= version.next_try:
                version.state = State.LOADING
                await asyncio.to_thread(self._load, version)
                self._settle(version)
        for version in list(self._versions.values()):
            if version.number in wanted:
                continue
            # A version that went away before it could be loaded may come back whole.
            if version.servable is None:
                version.state, version.failures = State.END, 0
            elif version.state == State.AVAILABLE and self._may_go(wanted):
                task = asyncio.create_task(self._unload(version))
                self._unloading.add(task)
                task.add_done_callback(self._unloading.discard)

    def _may_go(self, wanted: set[int]) -> bool:
        """Whether everything that shall be served is: only then may what served before go."""
        return all(self._versions[number].state == State.AVAILABLE for number in wanted)

    def _load(self, version: _Version) -> None:
        """Load and warm up; what comes of it stands in `servable`, or in code and message."""
        path = self._folder / str(version.number)
        start = time.perf_counter()
        servable = None
        try:
            check_as_exported(path)
            servable = Servable(path)
            warm_up(servable, path, ended=self._ending.is_set)
        except Exception as problem:
            if servable is not None:
                servable.close()
            version.code, version.message = _told(problem)
        else:
            version.servable, version.code, version.message = servable, grpc.StatusCode.OK, ""
            self._metrics.load_latency.labels(str(path)).inc((time.perf_counter() - start) * 1e6)
        self._metrics.load_attempt_count.labels(str(path), "success" if version.servable else "fail").inc()
        # Loading and warming up take several times what the version then keeps.
        give_back()

    def _settle(self, version: _Version) -> None:
        if version.servable is not None:
            version.state = State.AVAILABLE
            self._tell(f"Serving {self.name} version {version.number}.")
            return
        version.next_try = time.monotonic() + _FIRST_RETRY_SECONDS * 2**version.failures
        version.failures += 1
        if version.failures > _LOAD_RETRIES:
            version.state = State.END
        self._tell(f"Version {version.number} of {self.name} can't be loaded: {version.message}")

    async def _unload(self, version: _Version) -> None:
        version.state = State.UNLOADING
        if version.servable is not None:
            await version.servable.drain()
            await asyncio.to_thread(version.servable.close)
            await asyncio.to_thread(give_back)
        version.servable, version.state = None, State.END
        self._tell(f"Version {version.number} of {self.name} was unloaded.")


def _is_number(name: str) -> bool:
    return name.isascii() and name.isdigit() and str(int(name)) == name and int(name) <= _LARGEST_NUMBER


def _changed(path: pathlib.Path | None) -> tuple[int, ...] | None:
    """What differs once a file is another one or has grown, also within the few milliseconds that clocks call one time.

    So a file that is emptied and then filled is read again once it is whole.
    """
    try:
        facts = None if path is None else path.stat()
    except OSError:
        return None
    return None if facts is None else (facts.st_mtime_ns, facts.st_size, facts.st_ino)


def _told(problem: Exception) -> tuple[grpc.StatusCode, str]:
    if isinstance(problem, StatusError):
        return problem.code, problem.message
    if isinstance(problem, tf.errors.OpError):
        return code_of(problem.error_code), problem.message
    if isinstance(problem, VerifyError):
        return grpc.StatusCode.DATA_LOSS, f"{problem.what} ({problem.where})"
    return grpc.StatusCode.UNKNOWN, str(problem)
