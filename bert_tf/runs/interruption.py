"""How far a run came that was interrupted, and how to resume it."""

import datetime
import re

from bert_tf.processes import this_process
from bert_tf.runs.run import RunFolder

_POINT = re.compile(r"step-(?P<step>\d+)-after-\d+")


def saved_step(run: RunFolder) -> int:
    """Steps that are done at the newest point that training can go on from, as its name says; 0 without any."""
    names = (_POINT.fullmatch(path.name) for path in run.checkpoints.glob("step-*"))
    return max((int(name["step"]) for name in names if name), default=0)


def saved_training(run: RunFolder) -> str:
    """How much of an interrupted run is saved, as a sentence."""
    step, steps = saved_step(run), run.facts.get("steps")
    of = "" if steps is None else f" of {steps}"
    return f"The run is saved up to step {step}{of}." if step else "No step of the run was saved."


def interruption(run: RunFolder) -> str:
    """How much of an interrupted run is saved, and the command that resumes it; two sentences."""
    return f"{saved_training(run)} To resume it: {resume_command(run)}"


def resume_command(run: RunFolder) -> str:
    """What resumes this run, whichever others there are by then, as inline code."""
    return f"`bert-tf train {run.path / 'recipe.toml'} --resume {run.path}`"


def start_again(run: RunFolder) -> None:
    """Write down that this process goes on with a run, from its newest point."""
    started = datetime.datetime.now().astimezone().isoformat(timespec="seconds")
    resumed = [*run.facts.get("resumed", []), {"started": started, "step": saved_step(run)}]
    run.add_facts(status="running", process=this_process(), resumed=resumed)
