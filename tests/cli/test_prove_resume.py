"""`bert-tf prove-resume` on real rows; what it compares is in `workflow/proof/`."""


def test_the_proof_is_told(invoke, tiny_encoder):
    quick = {"model.encoder": tiny_encoder, "text.max_tokens": 16, "training.batch_size": 8, "data.train": "all"}
    overrides = [word for key, value in quick.items() for word in ("--set", f"{key}={value}")]
    done = invoke("prove-resume", "bbc-news", *overrides, "--kills", "2", "--rows", "60", "--seed", "3")
    assert done.returncode == 0, done.stdout + done.stderr
    kills = [line for line in done.stdout.splitlines() if line.startswith("kill ")]
    assert len(kills) == 2
    assert "bit by bit" in done.stdout
