"""From a German CSV with three columns to a recipe that trains, as somebody does who knows nothing of bert_tf."""

import json
import re
import tomllib

import pytest

THINGS = ["Kaffeemaschine", "Bohrmaschine", "Regenjacke", "Lampe", "Tastatur", "Brille", "Pfanne", "Matratze"]
SAID = {
    "positiv": ["Die {} ist sehr gut und ich bin zufrieden.", "Eine tolle {}; wir würden sie wieder kaufen.",
                "Diese {} hat mir sofort gefallen, und der Preis stimmt auch."],
    "negativ": ["Die {} war nach einer Woche kaputt, das ist nicht zu fassen.", "Leider ist die {} zu laut für uns.",
                "Von dieser {} kann ich nur abraten, sie taugt nichts."],
}  # fmt: skip


@pytest.fixture
def german(tmp_path):
    rows = [(text.format(thing), label) for label, texts in SAID.items() for text in texts for thing in THINGS]
    lines = [f'{number};"{text}";{label}' for number, (text, label) in enumerate(rows)]
    (tmp_path / "meinungen.csv").write_bytes(b"\xef\xbb\xbf" + "\r\n".join(["nr;text;stimmung", *lines]).encode())
    return tmp_path


def test_recipe_for_german_texts_trains_as_it_is(german, invoke, one_layer):
    done = invoke("new", "meinungen", "--from", "meinungen.csv")
    assert done.returncode == 0, done.stderr
    for part in ("German", "semicolons", "bert-base-german-cased", "bert-tf data meinungen", "recipes/meinungen.toml"):
        assert part in done.stdout
    recipe = tomllib.loads((german / "recipes" / "meinungen.toml").read_text())
    assert (recipe["data"]["text"], recipe["data"]["label"], recipe["data"]["delimiter"]) == ("text", "stimmung", ";")
    shown = invoke("data", "meinungen", "--json")
    assert shown.returncode == 0, shown.stderr
    assert "google-bert/bert-base-german-cased" in json.loads(shown.stdout)["language"]
    assert sum(json.loads(shown.stdout)["report"]["rows"].values()) == 48
    quick = ("training.epochs=1", "model.kernels=reference", f"model.encoder={one_layer}")
    assignments = [word for assignment in quick for word in ("--set", assignment)]
    trained = invoke("train", "meinungen", *assignments, "--no-export", "--json")
    assert trained.returncode == 0, trained.stderr
    made = json.loads(trained.stdout)
    assert set(made["metrics"]["test"]["per_class"]) == {"positiv", "negativ"}


def test_json(german, invoke):
    with (german / "meinungen.csv").open("a") as file:
        file.write('\r\n48;"";positiv\r\n49; ;negativ\r\n')
    done = invoke("new", "meinungen", "--from", "meinungen.csv", "--to", "own.toml", "--json")
    made = json.loads(done.stdout)
    assert made["recipe"] == "own.toml"
    guesses = {guess["subject"]: guess["guess"] for guess in made["guesses"]}
    assert (guesses["text"], guesses["label"], guesses["not used"]) == ("text", "stimmung", "nr")
    (cause,) = made["bad_rows"]
    assert (cause["split"], cause["reason"], cause["rows"]) == ("train", "empty text", 2)
    assert cause["places"] == ["meinungen.csv:50", "meinungen.csv:51"]
    again = invoke("new", "meinungen", "--from", "meinungen.csv", "--to", "own.toml", "--json")
    assert again.returncode == 3
    assert json.loads(again.stdout)["error"]["kind"] == "recipe"


@pytest.mark.parametrize(
    "arguments, status, told",
    [
        (["meinungen"], 2, "Missing option '--from'"),
        (["a", "--from", "meinung.csv"], 4, "did you mean 'meinungen.csv'?"),
        (["a", "--from", "meinungen.csv", "--label", "stimung"], 4, "did you mean 'stimmung'?"),
        (["bbc-news", "--from", "meinungen.csv"], 3, "Recipe 'bbc-news' already exists"),
        (["a/b", "--from", "meinungen.csv"], 3, "is not a valid recipe name"),
    ],
)
def test_wrong_use_is_a_sentence(german, invoke, arguments, status, told):
    done = invoke("new", *arguments)
    assert done.returncode == status
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert not (german / "recipes").exists()


def test_a_name_with_a_space_can_be_copied(german, invoke):
    done = invoke("new", "alle Meinungen", "--from", "meinungen.csv")
    assert "next     bert-tf data 'alle Meinungen' " in done.stdout
    assert "\n#   bert-tf train 'alle Meinungen'\n" in (german / "recipes" / "alle Meinungen.toml").read_text()


def test_no_tensorflow_starts(german, command):
    done = command("new", "a", "--from", "meinungen.csv", PYTHONPROFILEIMPORTTIME="1")
    assert done.returncode == 0
    assert not re.search(r"\| +tensorflow$", done.stderr, re.MULTILINE)
