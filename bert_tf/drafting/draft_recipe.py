"""From an inspection of files to a recipe: each value with the reason for it."""

import math
import shlex
from typing import NamedTuple

import numpy as np

from bert_tf.data.causes import Cause
from bert_tf.data.duplicates import leakage_note
from bert_tf.data.files import DELIMITERS, suffix_of
from bert_tf.data.layout import DELIMITER_NAMES
from bert_tf.drafting.check_file import CheckedFile
from bert_tf.drafting.inspect_files import Inspection
from bert_tf.models.languages import encoder_for
from bert_tf.plurals import counted
from bert_tf.recipe.commented_toml import Entry, draft_toml
from bert_tf.recipe.space import DEFAULT_SPACE
from bert_tf.tasks.table import TASKS
from bert_tf.tasks.target_draft import Finding, TargetDraft

ENCODER = "minilm-l6"
_LENGTHS = (16, 32, 48, 64, 96, 128, 192, 256, 384, 512)
_WHOLE_SHARE = 0.95  # of texts that shall not be cut
_FEW, _SMALL, _MEDIUM = 100, 2_000, 5_000  # rows
_LEAST_STEPS = 300
_LEAST_EPOCHS, _MOST_EPOCHS = 3, 20


class Draft(NamedTuple):
    """A recipe that `bert-tf train` takes as it is.

    Attributes:
        toml: Its text.
        findings: What it says, with reasons.
        notes: What a person should look at.
        bad_rows: Rows that it skips, by cause.
    """

    toml: str
    findings: list[Finding]
    notes: list[str]
    bad_rows: tuple[Cause, ...] = ()


class _Section(NamedTuple):
    entries: list[Entry]
    findings: list[Finding]


def draft_recipe(name: str, inspection: Inspection, *, command: str) -> Draft:
    """The recipe for what was found.

    Args:
        name: Of the recipe.
        inspection: At its files.
        command: What `bert-tf train` is to be told: the name or the file.
    """
    labels_written = [Entry(key, value) for key, value in inspection.roles.settings.items()]
    sections = {
        "data": _data(inspection),
        "text": _text(inspection),
        "model": _model(inspection),
        "training": _training(inspection),
        **({inspection.roles.task: _Section(labels_written, [])} if labels_written else {}),
    }
    for table, entries in _task_draft(inspection).settings(inspection.splits["train"]).items():
        found = sections.get(table, _Section([], []))
        sections[table] = _Section([*found.entries, *entries], found.findings)
    described = _description(inspection)
    opening = [
        f"{name}: {described} Guessed from the files by `bert-tf new`; correct what is wrong.",
        f"  bert-tf data {command}",
        f"  bert-tf train {command}",
    ]
    top = [Entry("task", inspection.roles.task), Entry("description", described)]
    written = {"": top, **{table: section.entries for table, section in sections.items()}}
    findings = [finding for section in sections.values() for finding in section.findings]
    bad_rows = tuple(cause for checked in inspection.splits.values() for cause in checked.causes)
    closing = ["To search for better values with `bert-tf tune`:", *DEFAULT_SPACE.splitlines()]
    return Draft(draft_toml(opening, written, closing), findings, _notes(inspection), bad_rows)


def _description(inspection: Inspection) -> str:
    roles = inspection.roles
    labels = _task_draft(inspection).described(inspection.splits["train"])
    return f"{', '.join(roles.labels)} of {roles.text}, {labels}."


def _task_draft(inspection: Inspection) -> TargetDraft:
    return TASKS[inspection.roles.task].draft()


def _data(inspection: Inspection) -> _Section:
    roles, task = inspection.roles, _task_draft(inspection)
    splits = [_split(inspection, split) for split in ("validation", "test")]
    entries = [
        Entry("source", "files"),
        Entry("train", inspection.files["train"], "Relative to the working directory."),
        *(entry for entry, _ in splits),
        Entry("text", roles.text),
        *([Entry("text_pair", roles.text_pair)] if roles.text_pair else []),
        *task.column_entries(roles.labels),
        *([Entry("weight", roles.weight)] if roles.weight else []),
        *task.label_entries(inspection.splits),
        *_layout_entries(inspection),
    ]
    bad = sum(checked.bad for checked in inspection.splits.values())
    if bad and not any(map(_is_broken, inspection.splits.values())):
        causes = "; ".join(cause.sentence for checked in inspection.splits.values() for cause in checked.causes)
        entries.append(Entry("on_bad_row", "skip", f"Rows that can't be used: {bad:,}. {causes}."))
    findings = [_file_finding(inspection), *_role_findings(inspection), *(finding for _, finding in splits)]
    return _Section(entries, findings)


def _is_broken(checked: CheckedFile) -> bool:
    """Whether quotes have broken rows: nobody but their owner knows what was in them."""
    return any(cause.reason == "broken row" for cause in checked.causes)


def _layout_entries(inspection: Inspection) -> list[Entry]:
    told = inspection.found.file_format
    entries = [Entry("format", told.format, "A word and its tags in each line.")] if told.format else []
    if told.delimiter and DELIMITERS.get(suffix_of(inspection.files["train"])) != told.delimiter:
        entries.append(Entry("delimiter", told.delimiter))
    if told.encoding:
        entries.append(Entry("encoding", told.encoding))
    if told.columns:
        entries.append(Entry("columns", list(told.columns), "The first line is not a header but a row."))
    return entries


def _file_finding(inspection: Inspection) -> Finding:
    train, told = inspection.splits["train"], inspection.found.file_format
    if told.delimiter is None:
        return Finding("file", inspection.files["train"], counted(train.rows, "row"))
    between = DELIMITER_NAMES.get(told.delimiter, repr(told.delimiter))
    header = "no header" if told.columns else "a header"
    encoding = told.encoding or inspection.found.marked_encoding or "UTF-8"
    reason = f"{counted(train.rows, 'row')} in {encoding}, {between} between fields, {header}"
    return Finding("file", inspection.files["train"], reason)


def _role_findings(inspection: Inspection) -> list[Finding]:
    roles = inspection.roles
    label = ", ".join(roles.labels)
    named = {"text": roles.text, "text_pair": roles.text_pair, "label": label, "weight": roles.weight}
    findings = [Finding(role, name, roles.reasons[role]) for role, name in named.items() if name]
    findings.append(_task_draft(inspection).finding(inspection.splits["train"]))
    if roles.others:
        findings.append(Finding("not used", ", ".join(roles.others), "neither text nor label"))
    return findings


def _split(inspection: Inspection, split: str) -> tuple[Entry, Finding]:
    if split in inspection.files:
        reason = "found beside the training file" if split in inspection.beside else "given"
        found = Finding(split, inspection.files[split], f"{counted(inspection.splits[split].rows, 'row')}; {reason}")
        return Entry(split, inspection.files[split]), found
    share = _share(inspection)
    rows = round(inspection.splits["train"].rows * share)
    reason = f"about {counted(rows, 'row')} drawn from the training file, {_task_draft(inspection).drawn}"
    return Entry(split, share, "A share of the rows, or a separate file."), Finding(split, f"{share:.0%}", reason)


def _share(inspection: Inspection) -> float:
    """Of the training file's rows, for validation and for test each."""
    return 0.2 if inspection.splits["train"].rows < _FEW else 0.1


def _text(inspection: Inspection) -> _Section:
    lengths = inspection.lengths
    fitting = (length for length in _LENGTHS if (lengths <= length).mean() >= _WHOLE_SHARE)
    longest = next(fitting, _LENGTHS[-1])
    cut = (lengths > longest).mean()
    middle, most = (int(np.quantile(lengths, share)) for share in (0.5, _WHOLE_SHARE))
    by = "estimated from words" if inspection.lengths_are_estimated else f"counted with {ENCODER}'s tokenizer"
    share = f"{cut:.1%} are truncated" if cut else "none are truncated"
    reason = f"half of the texts have {middle} tokens or fewer, 95% have {most}, {share} ({by})"
    entry = Entry("max_tokens", longest, f"{reason[0].upper()}{reason[1:]}.")
    return _Section([entry], [Finding("max_tokens", str(longest), reason)])


def _model(inspection: Inspection) -> _Section:
    if inspection.language is None or inspection.language.name == "English":
        why = inspection.language.reason if inspection.language else "the language of the texts is not clear"
        proposal = Entry("encoder", "bert-base", "Larger, slower, often better; downloaded from the hub:", is_on=False)
        finding = Finding("encoder", ENCODER, f"small, fast, English; {why}")
        return _Section([Entry("encoder", ENCODER), proposal], [finding])
    name, why = inspection.language
    fitting = encoder_for(name)
    comment = f"The texts look {name}, but {ENCODER} was trained on English. This encoder fits (from the hub):"
    reason = f"the texts look {name} ({why}); if the hub is reachable, {fitting} will do better"
    proposal = Entry("encoder", fitting, comment, is_on=False)
    return _Section([proposal, Entry("encoder", ENCODER)], [Finding("encoder", ENCODER, reason)])


def _training(inspection: Inspection) -> _Section:
    drawn = sum(_share(inspection) for split in ("validation", "test") if split not in inspection.files)
    rows = max(1, round(inspection.splits["train"].rows * (1 - drawn)))
    batch = 16 if rows < _SMALL else 32
    epochs = min(_MOST_EPOCHS, max(_LEAST_EPOCHS, math.ceil(_LEAST_STEPS * batch / rows)))
    steps = epochs * math.ceil(rows / batch)
    reason = f"{counted(rows, 'training row')}, {counted(steps, 'step')}"
    entries = [
        Entry("epochs", epochs, f"{reason[0].upper()}{reason[1:]}."),
        Entry("batch_size", batch),
        Entry("learning_rate", 1e-4 if rows < _MEDIUM else 5e-5),
    ]
    return _Section(entries, [Finding("training", f"{counted(epochs, 'epoch')} of batches of {batch}", reason)])


def _notes(inspection: Inspection) -> list[str]:
    notes = [
        f"{name!r} also looks like a label; to use it, remove the recipe and pass --label {shlex.quote(name)}"
        for name in inspection.roles.rivals
    ]
    notes += inspection.roles.notes
    notes += dict.fromkeys(
        [*inspection.found.remarks, *(said for checked in inspection.splits.values() for said in checked.remarks)]
    )
    notes += [f"{path} stands beside the file, and is not used: {why}" for path, why in inspection.left_out.items()]
    notes += _bad_row_notes(inspection)
    for split, checked in inspection.splits.items():
        if checked.leaked:
            notes.append(leakage_note(split, checked.leaked, checked.rows))
    train = inspection.splits["train"]
    if train.repeated:
        repeat = "1 row repeats" if train.repeated == 1 else f"{train.repeated:,} rows repeat"
        notes.append(f"{repeat} the text of an earlier row")
    return notes + _task_draft(inspection).notes(inspection.splits)


def _bad_row_notes(inspection: Inspection) -> list[str]:
    causes = [cause for checked in inspection.splits.values() for cause in checked.causes]
    if not any(map(_is_broken, inspection.splits.values())):
        return [f"can't be used and are skipped: {cause.sentence}" for cause in causes]
    advice = (
        'broken quotes will stop training: fix the file, set data.quote = "none" if quotes are ordinary characters, '
        'or skip these rows with data.on_bad_row = "skip"'
    )
    return [*(f"can't be used: {cause.sentence}" for cause in causes), advice]
