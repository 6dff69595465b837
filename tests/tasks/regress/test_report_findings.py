from bert_tf.tasks.regress.report_findings import number_findings


def said(contents, rows):
    return [(finding.level, finding.text) for finding in number_findings(contents(rows).found)]


def test_nothing_is_said_of_a_good_model(contents, drawn):
    assert said(contents, drawn()) == []


def test_a_model_that_is_no_better_than_the_mean(contents, drawn):
    levels = [level for level, text in said(contents, drawn(error=1.5)) if "better than always" in text]
    assert levels == ["bad"]


def test_one_row_shows_nothing_about_the_mean(contents, drawn):
    one = drawn(1, error=0.001)
    found = contents(one).found
    assert found.score.high < found.metrics["baseline"]["mae"], "its only row is closer than the mean is"
    assert "bad" in [level for level, _ in said(contents, one)]


def test_predictions_that_vary_too_little(contents, drawn):
    ((level, text),) = said(contents, drawn(shrunk=0.2, error=0.05))
    assert level == "warning"
    assert text.startswith("Predictions vary by 0.1957 and labels by 0.9612")


def test_predictions_that_are_too_large(contents, drawn):
    ((level, text),) = said(contents, drawn(bias=0.4))
    assert level == "warning"
    assert text.startswith("Numbers are predicted too large on average: predicted minus expected is +0.3")
