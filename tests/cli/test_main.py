import subprocess
import sys


def test_help_names_the_commands_without_tensorflow():
    code = "import sys; from bert_tf.cli.main import cli; cli(['--help'], standalone_mode=False); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    for name in ("train", "evaluate", "predict", "export", "verify", "recipes"):
        assert f"\n  {name} " in done.stdout
    assert not {"tensorflow", "pydantic", "numpy", "rich"} & set(done.stdout.split())


def test_every_command_has_an_example(command):
    for name in ("train", "evaluate", "predict", "export", "verify", "recipes"):
        assert f"Example: bert-tf {name}" in command(name, "--help").stdout


def test_unknown_command(command):
    done = command("trian")
    assert done.returncode == 2
    assert "trian" in done.stderr


def test_version(command):
    assert command("--version").stdout.strip() == "bert-tf, version 0.1.0"
