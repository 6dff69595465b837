"""How a run ends that doesn't end well: written down in the run, and told in a sentence."""

import contextlib
from collections.abc import Iterator

from bert_tf.errors import InterruptedRunError, LostWorkerError, RunError
from bert_tf.permissions import make_private
from bert_tf.runs.interruption import saved_training
from bert_tf.runs.run import EXPORT, RunFolder
from bert_tf.training.checkpoints import list_checkpoints


@contextlib.contextmanager
def noted_end(run: RunFolder) -> Iterator[None]:
    """Write down how a run ended that didn't end well, make Ctrl-C a sentence, and let only the owner read the run."""
    try:
        yield
    except KeyboardInterrupt as stop:
        _note_end(run, "stopped")
        done = list_checkpoints(run.checkpoints, training=run.training_id)
        raise InterruptedRunError(
            f"Training was stopped. {saved_training(run)}",
            where=str(run.path),
            hint="repeat the command with --resume auto to go on"
            + (f"; `bert-tf export {run.path}` exports the best epoch so far" if done else ""),
        ) from stop
    except LostWorkerError as problem:
        _note_end(run, "stopped")
        raise LostWorkerError(
            f"{problem.what} {saved_training(run)}", where=str(run.path), hint=problem.hint
        ) from problem
    except BaseException:
        _note_end(run, "failed")
        raise
    finally:
        # TensorFlow writes event files as the umask says.
        make_private(run.path, but=EXPORT)


def _note_end(run: RunFolder, status: str) -> None:
    # A full disk may be why the run ends, and must not hide that it is.
    with contextlib.suppress(RunError):
        # A signal may come when all is done, and nothing shall be done again.
        if run.facts["status"] == "running":
            run.add_facts(status=status)
