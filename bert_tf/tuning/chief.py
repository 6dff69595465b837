"""The chief of a search, which gives out trials to workers by keras-tuner's protocol.

The server loop is not keras-tuner 1.4.8's: that one looks only every 20 seconds whether the last worker has left, goes
without letting a worker's last request end (keras-tuner#645: the worker then waits for an hour), and never ends when a
method of the oracle raised, since its lock stays closed (keras-tuner#915).
"""

import contextlib
import os
import pathlib
import time
from concurrent import futures

import grpc
from keras_tuner.src import protos
from keras_tuner.src.distribute.oracle_chief import OracleServicer

from bert_tf import errors
from bert_tf.errors import BertTfError, MachineError, RunError, TuningError
from bert_tf.integrity import read_document, write_document
from bert_tf.tuning.oracles import DurableOracle
from bert_tf.tuning.roles import ADDRESS, PORT

_POLL_SECONDS = 0.2
_GRACE_SECONDS = 5
_LEAVING_SECONDS = 30  # for workers to ask once more, and be told that the search is over


def serve(oracle: DurableOracle, *, problem_file: pathlib.Path) -> None:
    """Give out trials until there are no more and every worker knows.

    A worker that is gone for good keeps its trial: started again under the same name, it goes on with it.

    Args:
        oracle: With its state.
        problem_file: Where a worker leaves what ends the search for all.

    Raises:
        MachineError: the address can't be listened on.
        BertTfError: what a worker found; the state can't be written.
    """
    # One thread: an oracle's methods are meant to be called one after the other.
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=1), options=[("grpc.so_reuseport", 0)])
    servicer = OracleServicer(oracle)
    protos.get_service_grpc().add_OracleServicer_to_server(servicer, server)
    _listen(server, f"{os.environ[ADDRESS]}:{os.environ[PORT]}")
    # keras-tuner prints the values of every condition that it sends.
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
        server.start()
        try:
            while not (servicer.stop_triggered and _all_left(oracle)):
                time.sleep(_POLL_SECONDS)
                problem = oracle.problem or _read_problem(problem_file)
                if problem is not None:
                    _send_away(oracle)
                    raise problem
        finally:
            server.stop(_GRACE_SECONDS).wait()


def leave_problem(problem_file: pathlib.Path, problem: BertTfError) -> None:
    """Tell the chief what ends the search for all workers."""
    told = {"what": problem.what, "where": problem.where, "hint": problem.hint, "kind": problem.kind}
    write_document(problem_file, {"class": type(problem).__name__, **told}, error=RunError)


def _listen(server: grpc.Server, address: str) -> None:
    try:
        server.add_insecure_port(address)
    except RuntimeError as problem:
        raise MachineError(
            f"The chief can't listen on {address}.",
            hint=f"{ADDRESS} must be an address of the chief's machine, and {PORT} a free port on it",
        ) from problem


def _all_left(oracle: DurableOracle) -> bool:
    # Not by keras-tuner's `exit_chief`, which waits for the oracle's lock.
    return not oracle.ongoing_trials and not oracle.tuner_ids


def _send_away(oracle: DurableOracle) -> None:
    """Let the workers that ask for a trial know that there is none; those with a trial under way are not waited for."""
    oracle.is_stopped = True
    deadline = time.monotonic() + _LEAVING_SECONDS
    while oracle.tuner_ids - set(oracle.ongoing_trials) and time.monotonic() < deadline:
        time.sleep(_POLL_SECONDS)


def _read_problem(problem_file: pathlib.Path) -> BertTfError | None:
    if not problem_file.is_file():
        return None
    try:
        told = read_document(problem_file, {"class": str, "what": str})
    except (OSError, ValueError) as problem:
        return TuningError(f"A worker ended the search, and why can't be read: {problem}.", where=str(problem_file))
    kind: type[BertTfError] = getattr(errors, told.pop("class"))
    return kind(told.pop("what"), **told)
