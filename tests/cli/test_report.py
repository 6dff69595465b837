import json
import shutil


def test_the_command_writes_the_page_and_prints_its_path(invoke, trained, tmp_path):
    run = tmp_path / "runs" / "bbc-news" / "a"
    shutil.copytree(trained.run, run, ignore=shutil.ignore_patterns("export", "report.html"))
    done = invoke("report", "runs/bbc-news/a")
    assert done.returncode == 0, done.stderr
    metrics = json.loads((run / "metrics.json").read_text())["test"]
    assert done.stdout.startswith("report   runs/bbc-news/a/report.html\n\nverdict  ")
    assert f"Test accuracy is {metrics['accuracy']:.4f} on {metrics['examples']} texts (95% interval" in done.stdout
    assert done.stderr.startswith("stage    writing the report\n")
    assert (run / "report.html").read_text().startswith("<!doctype html>")
    done = invoke("report", "runs/bbc-news/a", "--json")
    document = json.loads(done.stdout)
    assert document["report"] == "runs/bbc-news/a/report.html"
    assert document["verdict"]["headline"] in (run / "report.html").read_text()
    assert {finding["level"] for finding in document["verdict"]["findings"]} <= {"bad", "warning", "note", "good"}
    assert document["below"] == []


def test_a_score_that_is_too_low_is_an_exit_status(invoke, trained, tmp_path):
    run = tmp_path / "runs" / "bbc-news" / "a"
    shutil.copytree(trained.run, run, ignore=shutil.ignore_patterns("export", "report.html"))
    done = invoke("report", "runs/bbc-news/a", "--fail-under", "test.accuracy=1.01", "--fail-under", "test.macro_f1=0")
    assert done.returncode == 9
    accuracy = json.loads((run / "metrics.json").read_text())["test"]["accuracy"]
    assert f"test.accuracy is {accuracy:.4f}, below 1.01" in done.stderr
    assert "macro_f1" not in done.stderr
    assert (run / "report.html").is_file()
    done = invoke("report", "runs/bbc-news/a", "--fail-under", "test.accuracy=1.01", "--json")
    assert done.returncode == 9
    assert json.loads(done.stdout)["below"] == [f"test.accuracy is {accuracy:.4f}, below 1.01"]
    done = invoke("report", "runs/bbc-news/a", "--fail-under", "test.acuracy=0.9")
    assert done.returncode == 2
    assert "did you mean test.accuracy?" in done.stderr


def test_a_wrong_folder_names_the_nearest(invoke, trained, tmp_path):
    run = tmp_path / "runs" / "bbc-news" / "20260101-120000"
    run.mkdir(parents=True)
    for name in ("run.json", "recipe.toml"):
        shutil.copy(trained.run / name, run)
    done = invoke("report", "runs/bbc-news/20260101-120001")
    assert done.returncode == 5
    assert "There is no run runs/bbc-news/20260101-120001." in done.stderr
    assert "did you mean runs/bbc-news/20260101-120000?" in done.stderr


def test_the_folder_of_a_recipe_is_its_newest_run(invoke, trained, tmp_path):
    folder = tmp_path / "runs" / "bbc-news"
    for name in ("20260102-120000", "20260101-120000"):
        (folder / name).mkdir(parents=True)
        for file in ("run.json", "recipe.toml", "metrics.json"):
            shutil.copy(trained.run / file, folder / name)
    (folder / "compare.html").touch()
    done = invoke("report", "runs/bbc-news", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["report"] == "runs/bbc-news/20260102-120000/report.html"
    assert done.stderr.startswith("newest   runs/bbc-news/20260102-120000\nstage    writing the report\n")
    assert "did you mean runs/bbc-news/2026010" in invoke("report", "runs").stderr
