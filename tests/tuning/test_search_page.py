import re

import numpy as np
from searches import SPACE, add_final, add_run, make_search

from bert_tf.tuning.results import read_search
from bert_tf.tuning.search_page import tuning_html, verdict, write_page

HOSTILE = "<script>document.title = 'taken over'</script><img src=x onerror=\"document.title = 'taken over'\">"


def made(folder, count=14):
    random = np.random.default_rng(0)
    trials = [{"score": 0.8}]
    for _ in range(1, count):
        rate = float(10 ** random.uniform(-5, -3))
        values = {"training.learning_rate": rate, "training.batch_size": 16, "model.encoder": "minilm-l6"}
        score = 0.9 - 0.1 * abs(np.log10(rate) + 4) + 0.001 * random.normal()
        trials.append({"score": float(score), "values": values})
    trials[3] = {**trials[3], "values": {**trials[3]["values"], "model.encoder": HOSTILE}}
    trials[5] = {**trials[5], "score": 0.6, "status": "pruned", "reason": "behind: 0.7"}
    trials[6] = {**trials[6], "status": "failed", "score": None, "reason": f"crashed: {HOSTILE}"}
    return make_search(folder, trials)


def test_a_hostile_value_and_a_hostile_reason_do_nothing(tmp_path, page):
    path = write_page(read_search(made(tmp_path / "s")))
    text = path.read_text()
    assert "<script>document" not in text
    assert "onerror=&#34;" in text or "onerror=&quot;" in text
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    assert page.title() == "Search of bbc-news"
    assert asked == [path.as_uri()]
    assert page.locator("#trials ~ div tbody tr").count() == 14
    # Sorted by score, the best trial is first; and those without a score are last.
    button = page.get_by_role("button", name="validation.accuracy")
    button.click()
    button.click()
    best = read_search(tmp_path / "s").best
    numbers = page.locator("#trials ~ div tbody th").all_inner_texts()
    assert (numbers[0], numbers[-1]) == (str(best.number), "6")


def test_nothing_is_cut_off_on_paper(tmp_path, page):
    page.goto(write_page(read_search(made(tmp_path / "s"))).as_uri())
    page.set_viewport_size({"width": 680, "height": 1000})
    page.emulate_media(media="print")
    assert page.evaluate("document.documentElement.scrollWidth") <= 680


def test_figures_and_what_they_say(tmp_path):
    text = tuning_html(read_search(made(tmp_path / "s")))
    figures = re.findall(r'data-figure="([^"]*)"', text)
    assert figures == ["score-history", "parallel-coordinates", "importance", "cost-against-score"]
    assert "1 pruned, 1 failed" in text
    assert len(re.findall(r'role="img" aria-label="[^"]{20,}"', text)) == 4


def test_too_few_trials_have_no_bars_but_a_sentence(tmp_path):
    text = tuning_html(read_search(make_search(tmp_path / "s", [{"score": 0.8}, {"score": 0.9}])))
    assert 'data-figure="importance"' not in text
    assert "2 trials have finished, too few to estimate importance" in text


def test_final_runs_and_interval(tmp_path, trained):
    folder = make_search(tmp_path / "s", [{"score": 0.8}, {"score": 0.9}])
    add_run(folder, "01", trained.run)
    add_final(folder, "best", [0.8, 0.9, 1.0])
    add_final(folder, "default", [0.7, 0.8, 0.9])
    text = tuning_html(read_search(folder))
    assert "0.9000 ± 0.1000" in text
    assert "0.8000 ± 0.1000" in text
    assert "The 95% bootstrap interval of that score is " in text
    assert "used only here, not to choose the values" in text


def test_verdicts(tmp_path):
    def said(name, trials):
        return verdict(read_search(make_search(tmp_path / name, trials)))

    assert said("a", [{"score": 0.8}, {"score": 0.9}]) == (
        "Trial 1 is the best of 2: validation.accuracy 0.9000, 0.1000 better than the recipe's own values."
    )
    assert said("b", [{"score": 0.9}, {"score": 0.8}]) == (
        "No trial is better than the recipe's own values: validation.accuracy 0.9000."
    )
    assert said("c", [{"status": "failed"}]) == "No trial has finished with a score."


def test_a_search_that_has_only_begun(tmp_path):
    text = tuning_html(read_search(make_search(tmp_path / "s", [{"status": "running", "seconds": None}])))
    assert "No trial has finished yet." in text
    assert "data-figure" not in text


def test_the_recipes_own_tables_and_keys_without_quotes(tmp_path):
    space = {
        "classify": {"class_weights": {"choice": ["balanced", {"tech": 2.0}]}},
        "training": {"learning_rate": SPACE["training.learning_rate"]},
    }
    trials = [
        {"score": score, "values": {"classify.class_weights": "balanced", "training.learning_rate": rate}}
        for score, rate in ((0.8, 1e-5), (0.9, 1e-4))
    ]
    own = {"tech": 3.0}
    text = tuning_html(
        read_search(make_search(tmp_path / "s", trials, classify__class_weights=own, tuning__space=space))
    )
    assert "<td>balanced</td><td>tech = 3</td>" in text
