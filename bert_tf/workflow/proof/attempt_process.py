"""Imports all that training needs, and trains in forks of itself: these begin soon, and can be killed often.

    python -m bert_tf.workflow.proof.attempt_process PARENT

Reads jobs from standard input, a line of JSON for each; answers with a line when the fork has begun, its id, and with
another when it has ended, its exit status.
"""

import gc
import json
import os
import pathlib
import sys
import tomllib

from bert_tf.errors import BertTfError
from bert_tf.processes import end_with_parent
from bert_tf.quiet import quiet_start


def main() -> None:
    """Do jobs until standard input ends."""
    end_with_parent(int(sys.argv[1]))
    # TensorFlow itself begins in the fork: what it starts has threads, which no fork takes along.
    with quiet_start():
        import sklearn.metrics  # noqa: F401

        import bert_tf.workflow.train  # noqa: F401
        from bert_tf.tasks.table import TASKS

        for task in TASKS.values():
            task.metrics(), task.dashboard()
    # What is imported stays: a fork that looked for garbage in it would copy it all.
    gc.freeze()
    own = os.getpid()
    for line in sys.stdin:
        number = os.fork()
        if number == 0:
            end_with_parent(own)
            os._exit(_attempt(json.loads(line)))
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()
        status = os.waitstatus_to_exitcode(os.waitpid(number, 0)[1])
        sys.stdout.write(f"{status}\n")
        sys.stdout.flush()


def _attempt(job: dict[str, str]) -> int:
    """Begin or go on with the one run in a folder; 0 once it is trained."""
    from rich.console import Console

    from bert_tf.environment import seal_compiled_kernels
    from bert_tf.tasks.recipes import make_recipe
    from bert_tf.workflow.interrupted import unfinished_run
    from bert_tf.workflow.train import train_recipe
    from bert_tf.workflow.training_scope import TrainingScope

    recipe, runs_folder = make_recipe(tomllib.loads(job["recipe"])), pathlib.Path(job["runs_folder"])
    with open(job["log"], "a", encoding="utf-8") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
        run = unfinished_run(recipe, runs_folder)
        if run is not None and run.status == "trained":
            return 0
        scope = TrainingScope(interrupted=run, summarize=False, exports=False)
        console = Console(file=log, width=120)
        try:
            train_recipe(
                recipe,
                runs_folder=runs_folder,
                cache_folder=pathlib.Path(job["cache_folder"]),
                console=console,
                scope=scope,
            )
        except BertTfError as error:
            console.print(str(error), markup=False, highlight=False, soft_wrap=True)
            return 1
        except Exception:
            console.print_exception()
            return 1
    seal_compiled_kernels()
    return 0


if __name__ == "__main__":
    main()
