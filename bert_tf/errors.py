"""Every error that bert_tf raises on purpose: one base class, one subclass per stage of the flow.

A message has three parts: what is wrong, where it is, and what to do about it. The command line prints it as it is
and exits with the status that `cli/exit_codes.py` gives to its kind; anything else that reaches the command line is a
defect of bert_tf.
"""

from collections.abc import Mapping, Sequence

# What to do where a part of an exported model is missing or damaged, whichever part it is.
EXPORT_AGAIN = "copy the folder <name>/handoff/<version> again, or export again"


class BertTfError(Exception):
    """A problem that the user can mend, told in a sentence.

    Args:
        what: One sentence that says what is wrong.
        where: A file and line, a recipe's path such as `training.learning_rate`, or a folder.
        hint: What to do next.
        kind: One word for programs, where it is not the class's own: "machine" when disk, memory or a port is at
            fault, whatever the stage.
    """

    kind = "failed"
    # Keras raises another error in place of one from a layer's call, with the call's arguments in its message, unless
    # this says that it has done so. Where and hint would be lost.
    _keras_call_info_injected = True

    def __init__(
        self, what: str, *, where: str | None = None, hint: str | None = None, kind: str | None = None
    ) -> None:
        self.what, self.where, self.hint, self.kind = what, where, hint, kind or type(self).kind
        lines = [what]
        if where:
            lines.append(f"  where: {where}")
        if hint:
            lines.append(f"  try:   {hint}")
        super().__init__("\n".join(lines))


class _ManyProblemsError(BertTfError):
    """Several problems in one message: `problems` has a line for each."""

    def __init__(
        self,
        what: str,
        *,
        where: str | None = None,
        hint: str | None = None,
        kind: str | None = None,
        problems: Sequence[str] = (),
    ) -> None:
        self.problems = tuple(problems)
        message = "\n".join([what, *(f"  - {problem}" for problem in problems)])
        super().__init__(message, where=where, hint=hint, kind=kind)


class RecipeError(_ManyProblemsError):
    """A recipe that can't be found, read or accepted. `problems` has one line for each mistake in it."""

    kind = "recipe"


class DataError(_ManyProblemsError):
    """Rows that can't be found, read or used. `problems` has a line per cause, with its first file and line.

    `causes` has the same for programs: what, where and how many rows, for each cause.
    """

    kind = "data"

    def __init__(
        self,
        what: str,
        *,
        where: str | None = None,
        hint: str | None = None,
        kind: str | None = None,
        problems: Sequence[str] = (),
        causes: Sequence[Mapping[str, object]] = (),
    ) -> None:
        self.causes = tuple(causes)
        super().__init__(what, where=where, hint=hint, kind=kind, problems=problems)


class TextError(BertTfError):
    """A tokenizer that can't be built, or whose ids differ from Hugging Face's."""

    kind = "tokenizer"


class ModelError(BertTfError):
    """An encoder that isn't available, is invalid, or doesn't support what the recipe asks for."""

    kind = "encoder"


class TrainingError(BertTfError):
    """Training that can't start or continue: no memory, no disk space, a loss that is not a number."""

    kind = "training"


class DivergenceError(TrainingError):
    """A loss that is not a number."""


class OutOfMemoryError(TrainingError):
    """Training that needs more memory than is available."""


class RunError(_ManyProblemsError):
    """A run folder that is missing, incomplete or not a run."""

    kind = "run"


class ScoreError(_ManyProblemsError):
    """A complete run whose scores are below a threshold. `problems` has one line per metric."""

    kind = "score"


class ExportError(BertTfError):
    """An export that was refused or couldn't be written. No partial export is left behind."""

    kind = "export"


class VerifyError(BertTfError):
    """An exported model whose answers differ from those recorded at export."""

    kind = "verify"


class MissingModelError(VerifyError):
    """There is no exported model at the given path."""

    kind = "model"


class MachineError(BertTfError):
    """A resource that the machine lacks: disk space, memory, a port, a display."""

    kind = "machine"


class InstanceError(BertTfError):
    """A cloud instance that is not in the price table."""

    kind = "usage"


class ClusterError(BertTfError):
    """Several processes that can't train together as they were started."""

    kind = "usage"


class StoppedError(BertTfError):
    """The user stopped a run; its finished work is saved."""

    kind = "stopped"


class InterruptedRunError(StoppedError):
    """A signal ended a run that can be resumed."""

    kind = "interrupted"


class LostWorkerError(InterruptedRunError):
    """Another process of the same training is gone."""


class TuningError(BertTfError):
    """A hyperparameter search that can't start or continue."""
