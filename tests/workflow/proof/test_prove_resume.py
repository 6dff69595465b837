"""`bert-tf prove-resume` on real rows: ten real kills of a small training, and all of it is equal to the last bit."""

import functools
import shutil
import subprocess

import pytest
from click.testing import CliRunner

from bert_tf.cli.main import cli
from bert_tf.errors import TrainingError
from bert_tf.runs.run import RunFolder, find_runs
from bert_tf.workflow.proof import prove_resume as proving
from bert_tf.workflow.proof.attempts import Attempt
from bert_tf.workflow.proof.prove_resume import differences_of

KILLS = 10


@pytest.fixture(scope="module")
def told(tiny_encoder, cache, tmp_path_factory):
    """What the command said, its proof, and the folder with the runs, which else it removes.

    With dropout everywhere, in the reference graph and the head, and early stopping.
    """
    quick = {
        "text.max_tokens": 16, "training.epochs": 3, "training.batch_size": 8, "training.early_stopping": 2,
        "model.kernels": "reference", "model.encoder": str(tiny_encoder), "model.dropout": 0.2,
    }  # fmt: skip
    overrides = [word for key, value in quick.items() for word in ("--set", f"{key}={value}")]
    folder, proofs = tmp_path_factory.mktemp("proof"), []
    prove = proving.prove_resume

    @functools.wraps(prove)
    def kept(recipe, **options):
        proofs.append(prove(recipe, **{**options, "folder": folder}))
        return proofs[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BERT_TF_CACHE", str(cache))
        patch.setattr(proving, "prove_resume", kept)
        arguments = ["prove-resume", "bbc-news", *overrides, "--kills", str(KILLS), "--rows", "180", "--seed", "1"]
        done = CliRunner().invoke(cli, arguments, prog_name="bert-tf")
    assert done.exit_code == 0, done.output
    (proof,) = proofs
    return done, proof, folder


@pytest.fixture(scope="module")
def proved(told):
    _, proof, folder = told
    return folder, proof


def test_the_proof_is_told(told):
    done, *_ = told
    kills = [line for line in done.stdout.splitlines() if line.startswith("kill ")]
    assert len(kills) == KILLS
    assert "bit by bit" in done.stdout


def test_each_run_goes_on_exactly(proved):
    _, proof = proved
    assert proof.differences == []
    assert len(proof.kills) == KILLS
    # 144 rows to train on, three times, 8 at once.
    assert proof.steps == 54


def test_kills_are_of_all_kinds(proved):
    _, proof = proved
    kinds = {kill.writing for kill in proof.kills}
    assert "" in kinds
    assert kinds & {"a point", "an epoch"}
    assert any(kill.step for kill in proof.kills)


@pytest.fixture
def two(proved, tmp_path):
    folder, _ = proved
    (whole,) = find_runs(folder / "undisturbed")
    shutil.copytree(whole.path, tmp_path / "copy")
    return whole, RunFolder(tmp_path / "copy")


def test_equal_runs_do_not_differ(two):
    assert differences_of(*two) == []


def test_what_differs_is_told(two):
    whole, copy = two
    metrics = copy.metrics
    metrics["epochs"][0]["loss"] += 1e-7
    copy.write_metrics(metrics)
    (copy.checkpoints / next(copy.checkpoints.iterdir()).name / "model.safetensors").write_bytes(b"")
    copy.predictions("validation").unlink()
    for events in (copy.tensorboard / "train").iterdir():
        events.write_bytes(events.read_bytes()[: events.stat().st_size // 2])
    lines = differences_of(whole, copy)
    assert [line.partition(" ")[0] for line in lines[:2]] == ["step_loss", "gradient_norm"]
    assert lines[2:] == [
        "metrics.json differs",
        "the weights of a checkpoint differ",
        "the predictions on the validation rows differ",
    ]


def test_the_end_of_a_failed_process_log_is_shown(tmp_path):
    """Its folder is removed before anybody could read it; the server here answers as one whose fork failed does."""
    log = tmp_path / "log.txt"
    log.write_text("".join(f"line {number}\n" for number in range(100)))
    with subprocess.Popen(["printf", "12345\n1\n"], stdout=subprocess.PIPE, text=True) as server:
        attempt = Attempt(server, log)
        with pytest.raises(TrainingError, match=r"ended with status 1:\nline 80\n(.*\n)*line 99$"):
            attempt.wait()
