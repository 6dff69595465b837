import csv

from benchmarks.out_of_scope import hold_out


def rows(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def test_questions_of_intents_that_are_held_out_have_no_answer(tmp_path):
    source, intents = tmp_path / "source", [f"card_{name}" for name in "abcdef"]
    source.mkdir()
    for name, count in (("train", 3), ("test", 2)):
        lines = [f'"{name}, {number} of {intent}",{intent}' for intent in intents for number in range(count)]
        (source / f"{name}.csv").write_text("\n".join(["text,category", *lines]) + "\n", encoding="utf-8")
    out = tmp_path / "scope"
    held_out = hold_out(source, out, intents=2, seed=1)
    kept = [intent for intent in intents if intent not in held_out]
    assert len(held_out) == 2
    assert len(kept) == 4
    assert rows(out / "answers.csv") == [["id", "text"], *([each, each.replace("_", " ")] for each in kept)]
    assert [row[1] for row in rows(out / "train.csv")] == ["category", *(each for each in kept for _ in range(3))]
    assert [row[1] for row in rows(out / "test.csv")] == ["category", *(each for each in kept for _ in range(2))]
    header, *asked = rows(out / "asked.csv")
    assert header == ["question", "id"]
    assert asked == [
        [f"test, {number} of {intent}", "" if intent in held_out else intent] for intent in intents for number in (0, 1)
    ]
    assert hold_out(source, tmp_path / "again", intents=2, seed=1) == held_out
