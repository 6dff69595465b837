import io
import re

from rich.console import Console

from bert_tf import stage


def test_a_line_for_each_epoch_where_there_is_no_terminal(finished):
    first, *lines = finished.screen.splitlines()
    assert first == "stage    compiling the first step"
    done = [line for line in lines if "done" in line]
    assert len(done) == 3
    assert re.fullmatch(
        r"epoch 2/3 done · loss \d\.\d{4} · accuracy \d\.\d{4} · validation loss 0\.5000 · validation accuracy 0\.2000",
        done[1],
    )


def test_lines_every_few_seconds_say_how_far_an_epoch_is(train, monkeypatch):
    monkeypatch.setattr(stage, "_SECONDS_BETWEEN_LINES", 0.002)
    screen = io.StringIO()
    train(epochs=40, console=Console(file=screen, width=80))
    of_steps = [line for line in screen.getvalue().splitlines() if " step " in line]
    assert of_steps
    for line in of_steps:
        assert re.fullmatch(
            r"epoch \d+/40 step [1-5]/5 · loss \d\.\d{4} · [\d.]+ examples/s · \d+ tokens/s · padding \d+% · "
            r"[\d.]+ min left",
            line,
        )


def test_a_bar_on_a_terminal(train):
    screen = io.StringIO()
    train(epochs=1, console=Console(file=screen, force_terminal=True, width=200, color_system=None))
    shown = screen.getvalue()
    assert "epoch 1/1" in shown
    assert "5/5" in shown
    assert re.search(r"loss \d\.\d+ · [\d.]+ examples/s · \d+ tokens/s · padding 25%", shown)
