import io
import re

from rich.console import Console

from bert_tf.training import progress


def test_a_line_for_each_epoch_where_there_is_no_terminal(finished):
    lines = finished.screen.splitlines()
    assert len(lines) == 3
    assert re.fullmatch(
        r"epoch 2/3 done · loss \d\.\d{4} · accuracy \d\.\d{4} · validation loss 0\.5000 · validation accuracy 0\.2000",
        lines[1],
    )


def test_a_line_now_and_then_in_a_long_epoch(train, monkeypatch):
    monkeypatch.setattr(progress, "_SECONDS_BETWEEN_LINES", 0.0)
    screen = io.StringIO()
    train(epochs=2, console=Console(file=screen, width=80))
    lines = screen.getvalue().splitlines()
    assert len(lines) == 12
    assert re.fullmatch(
        r"epoch 2/2 step 4/5 · loss \d\.\d{4} · [\d.]+ examples/s · \d+ tokens/s · padding 25% · 0\.0 min left",
        lines[9],
    )


def test_a_bar_on_a_terminal(train):
    screen = io.StringIO()
    train(epochs=1, console=Console(file=screen, force_terminal=True, width=200, color_system=None))
    shown = screen.getvalue()
    assert "epoch 1/1" in shown
    assert "5/5" in shown
    assert re.search(r"loss \d\.\d+ · [\d.]+ examples/s · \d+ tokens/s · padding 25%", shown)
