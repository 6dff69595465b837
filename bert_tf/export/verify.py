"""The proof that an exported model answers as the run did: golden requests, replayed in clean processes and servers."""

import dataclasses
import functools
import pathlib
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from bert_tf.errors import VerifyError
from bert_tf.export.answer_index import check_index
from bert_tf.export.answers import check_tolerance, compare_rows
from bert_tf.export.clean_process import native_answers, replay, saved_model_cli_answers
from bert_tf.export.conformance import Check, Checks, write_conformance, write_result
from bert_tf.export.folders import find_version, handoff_folder, read_manifest
from bert_tf.export.golden import OF_LISTS, read_golden
from bert_tf.export.inventory import check_files, hub_version, read_counted_golden, serving_differences, signed_files
from bert_tf.export.latency import latency_facts
from bert_tf.export.manifest import padded_outputs
from bert_tf.export.native_job import core_libraries, native_job
from bert_tf.export.running_server import replay_grpc, replay_rest
from bert_tf.export.serving_releases import release_table
from bert_tf.export.signing import check_signature, subject
from bert_tf.plurals import counted

# Of each batch size.
LATENCY_SECONDS = 1.0
_LOADERS = ("saved_model_load", "session")
_NO_REPLAY = "the model could not be loaded"


@dataclasses.dataclass(frozen=True)
class Verification:
    """What was proved.

    Attributes:
        model: Folder of the version.
        requests: Golden requests sent, to each loader, in batches and one by one.
        loaders: Names of TensorFlow's loaders in Python that answered.
        largest_difference: Over all numbers of all their answers.
        tolerance: What is allowed.
        seconds: Loading and answering, without the start of the process.
        checks: Every proof of conformance.json: it held, or was not tried.
        precision: The number format that the model computes in.
        quantize: How its weights are kept: "none", which is as it computes, or "int8-weights".
        compared_with_float32: What the manifest says of that; None for a model in float32.
    """

    model: pathlib.Path
    requests: int
    loaders: tuple[str, ...]
    largest_difference: float
    tolerance: float
    seconds: float
    checks: tuple[Check, ...]
    precision: str
    quantize: str
    compared_with_float32: dict[str, Any] | None


def verify(
    folder: pathlib.Path,
    *,
    rest: str | None = None,
    grpc: str | None = None,
    public_key: pathlib.Path | None = None,
    latency_seconds: float | None = LATENCY_SECONDS,
) -> Verification:
    """Replay the golden requests of an exported model every way there is, and compare every answer.

    What was tried and what came out is written into the handoff as conformance.json, and times as latency.json; nothing
    is written where the folder can't be.

    Args:
        folder: As of `find_version`.
        rest: A running server's address, such as "http://localhost:8501"; None asks none.
        grpc: The same for gRPC, such as "localhost:8500".
        public_key: To check the version's signature with; None checks none.
        latency_seconds: How long each batch size is timed; None times nothing.

    Raises:
        VerifyError: no model, a file that has changed, a model that can't be loaded by itself, or an answer that
            differs; of several the first.
    """
    version = find_version(folder.resolve())
    manifest = read_manifest(version)
    proof = _Proof(version, manifest)
    # Files that have changed prove nothing, and a program that somebody changed is not run.
    if proof.files(public_key):
        proof.index()
        proof.in_python()
        proof.native(latency_seconds)
        proof.servers(rest, grpc)
    else:
        proof.leave_the_others()
    checks = proof.checks
    # Exports from before there was a choice are in float32.
    numbers = {"precision": manifest.get("precision", "float32"), "quantize": manifest.get("quantize", "none")}
    about = {"model": manifest["name"], "version": int(version.name), "target": proof.target, **numbers}
    write_conformance(handoff_folder(version), checks.done, about=about)
    if checks.first_failure is not None:
        raise checks.first_failure
    return Verification(
        model=version,
        requests=len(proof.golden),
        loaders=_LOADERS,
        largest_difference=proof.largest_difference,
        tolerance=proof.tolerance,
        seconds=proof.replayed["seconds"],
        checks=tuple(checks.done),
        **numbers,
        compared_with_float32=manifest.get("compared_with_float32"),
    )


class _Proof:
    """The proofs of one version, in the order in which they are tried."""

    def __init__(self, version: pathlib.Path, manifest: dict[str, Any]) -> None:
        self.version, self.handoff = version, handoff_folder(version)
        self.manifest, self.tolerance = manifest, float(manifest["tolerance"])
        self.padded = padded_outputs(manifest)
        self.target = manifest.get("serving", {}).get("target", release_table().releases[0])
        self.golden: list[dict[str, Any]] = []
        self.checks = Checks()
        self.largest_difference = 0.0
        self.replayed: dict[str, Any] = {}

    def files(self, public_key: pathlib.Path | None) -> bool:
        """Hashes and signature, and whether somebody has adapted what starts a server."""
        if not self.checks.run("hashes", self._hashes):
            for name in ("serving", "signature"):
                self.checks.skip(name, "the files have changed since they were written")
            return False
        adapted = serving_differences(self.version.parent, self.manifest)
        if adapted:
            said = ", ".join(f"{path} ({what})" for path, what in adapted)
            self.checks.note("serving", f"changed since export, which is allowed: {said}")
        else:
            self.checks.run("serving", lambda: "as it was exported")
        if public_key is None:
            self.checks.skip("signature", "no public key was given: --public-key")
            return True
        return self.checks.run("signature", functools.partial(self._signature, public_key))

    def _signature(self, public_key: pathlib.Path) -> str:
        self._check_signature(self.manifest, public_key)
        # The hashes of hub/ stand in the manifest of the version that it is of.
        of_hub = hub_version(self.version.parent, self.manifest)
        if of_hub is not None and of_hub != self.manifest["version"]:
            self._check_signature(read_manifest(self.version.with_name(str(of_hub))), public_key)
        return (
            f"every file is signed by the owner of {public_key.name}: {self.manifest['name']}, version "
            f"{self.manifest['version']}"
        )

    def _check_signature(self, manifest: dict[str, Any], public_key: pathlib.Path) -> None:
        folder, number = self.version.parent, manifest["version"]
        signature = folder / "handoff" / str(number) / "model.sig"
        name = subject(manifest["name"], number)
        check_signature(folder, signed_files(manifest), name, signature, public_key=public_key)

    def _hashes(self) -> str:
        count = check_files(self.version, self.manifest)
        self.golden = read_counted_golden(self.handoff, self.manifest)
        check_tolerance(self.golden, self.tolerance)
        return f"SHA-256 of {counted(count, 'file')}, no others"

    def leave_the_others(self) -> None:
        """Nothing is tried with files that are not those that were written or signed."""
        index = ("answers",) if "answers" in self.manifest else ()
        for name in (*index, *_LOADERS, "saved_model_cli", "c_api", "latency", "rest", "grpc"):
            self.checks.skip(name, "the files have changed since they were written or signed")

    def index(self) -> None:
        """Of a version that answers, whether the index beside it is of this model."""
        if "answers" in self.manifest:
            self.checks.run("answers", functools.partial(check_index, self.handoff, self.manifest))

    def in_python(self) -> None:
        """`tf.saved_model.load` and the session loader in one process, `saved_model_cli run` in another."""
        requests = [line["request"] for line in self.golden]
        are_texts = bool(requests) and all(isinstance(value, str) for value in requests[0].values())
        # Side by side: most of their time goes into importing TensorFlow.
        with ThreadPoolExecutor() as pool:
            replayed = pool.submit(replay, self.version, self.handoff / "golden", self._of_lists)
            by_command = pool.submit(saved_model_cli_answers, self.version, requests) if are_texts else None
        for loader in _LOADERS:
            self.checks.run(loader, functools.partial(self._compared, loader, replayed))
        for name in self._of_lists:
            self.checks.run(name, functools.partial(self._compared_lists, name))
        if by_command is None:
            self.checks.skip("saved_model_cli", "it needs texts, but the golden requests have none")
        else:
            self.checks.run("saved_model_cli", functools.partial(self._compared_by_command, by_command))

    def _compared(self, loader: str, replayed: "Future[dict[str, Any]]") -> str:
        self.replayed = replayed.result()
        if self.replayed["imported"]:
            raise VerifyError(f"The clean process was not clean: it imported {', '.join(self.replayed['imported'])}.")
        answers = self.replayed["answers"][loader]
        largest = compare_rows(self.golden, answers, tolerance=self.tolerance, loader=loader, padded=self.padded)
        self.largest_difference = max(self.largest_difference, largest)
        return f"{counted(len(self.golden), 'request')}, in batches and one by one; largest difference {largest:.1e}"

    @property
    def _of_lists(self) -> list[str]:
        """Files of golden requests of signatures whose inputs are lists."""
        return [name for name in OF_LISTS if name in self.manifest["golden_requests"]]

    def _compared_lists(self, name: str) -> str:
        golden, signature = read_golden(self.handoff / "golden" / f"{name}.jsonl"), OF_LISTS[name]
        if not self.replayed:
            raise VerifyError(f"The signature {signature} was not asked: {_NO_REPLAY}.")
        answers = self.replayed["of_lists"][signature]
        largest = compare_rows(golden, answers, tolerance=self.tolerance, loader=name)
        requests = counted(len(golden), "request")
        return f"{requests} of the signature {signature}, in a batch and one by one; largest difference {largest:.1e}"

    def _compared_by_command(self, answers: "Future[list[dict[str, Any]]]") -> str:
        # Sent once, and compared as if twice.
        largest = compare_rows(
            self.golden, answers.result() * 2, tolerance=self.tolerance, loader="saved_model_cli", padded=self.padded
        )
        requests = counted(len(self.golden), "request")
        return f"{requests} in one batch, tensorflow_text imported; largest difference {largest:.1e}"

    def native(self, latency_seconds: float | None) -> None:
        """The C API, with the operations that the target links."""
        reason = None if self.replayed else _NO_REPLAY
        reason = reason or (None if core_libraries() else "this installation of TensorFlow has no C library")
        if reason:
            for name in ("c_api", "latency"):
                self.checks.skip(name, reason)
            return
        result: dict[str, Any] = {}
        if not self.checks.run("c_api", functools.partial(self._native, latency_seconds, result)):
            self.checks.skip("latency", "the check c_api failed")
        elif latency_seconds is None:
            self.checks.skip("latency", "not requested")
        else:
            facts = {"load_seconds": result["load_seconds"], "peak_memory_mib": result["peak_memory_mib"]}
            write_result(self.handoff / "latency.json", latency_facts(result["latency"], **facts))
            self.checks.run("latency", lambda: f"measured at batch {', '.join(result['latency'])}; see latency.json")

    def _native(self, seconds: float | None, result: dict[str, Any]) -> str:
        requests = [line["request"] for line in self.golden]
        job = native_job(
            self.version, requests, tensors=self.replayed["tensors"], target=self.target, latency_seconds=seconds
        )
        result |= native_answers(self.version, job)
        largest = compare_rows(
            self.golden, result["answers"], tolerance=self.tolerance, loader="c_api", padded=self.padded
        )
        return (
            f"{counted(len(requests), 'request')}, in batches and one by one, with the {len(job['operations'])} "
            f"libraries of tensorflow_text that TensorFlow Serving {self.target} links, from the version installed "
            f"here; largest difference {largest:.1e}"
        )

    def servers(self, rest: str | None, grpc: str | None) -> None:
        """Servers that run."""
        golden = self.handoff / "golden"
        for name, address, replay_lines in (("rest", rest, replay_rest), ("grpc", grpc, replay_grpc)):
            if address is None:
                self.checks.skip(name, f"no running server was given: --{name}")
                continue
            lines = golden / f"{name}.jsonl"
            self.checks.run(
                name, functools.partial(replay_lines, address, lines, tolerance=self.tolerance, padded=self.padded)
            )
