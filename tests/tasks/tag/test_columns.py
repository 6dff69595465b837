import numpy as np
import pyarrow.parquet as pq

from bert_tf.tasks.tag.columns import TagColumns


def test_answers_are_read_as_they_were_written(answers, predictions):
    made = (["B-PER I-PER O", "O B-LOC", "O"], ["B-PER O O", "O", "O"])
    written, found = answers(*made), predictions(*made).answers
    assert [row.tolist() for row in found.expected] == [row.tolist() for row in written.expected]
    assert found.outputs["logits"].splits.tolist() == [0, 3, 4, 5]
    np.testing.assert_array_equal(found.outputs["logits"].values, written.outputs["logits"].values)
    assert found.facts == {"label_names": ("LOC", "PER")}


def test_people_read_entities(predictions, tmp_path):
    predictions(["B-PER I-PER O", "O O"], ["B-PER O B-LOC", "O O"])
    table = pq.read_table(tmp_path / "answers.parquet").to_pylist()
    assert table[0]["entities"] == [{"start": 0, "end": 3, "label": "PER"}]
    assert [{**each, "score": round(each["score"], 4)} for each in table[0]["predicted"]] == [
        {"start": 0, "end": 1, "label": "PER", "score": 0.9},
        {"start": 4, "end": 5, "label": "LOC", "score": 0.9},
    ]
    assert (table[1]["entities"], table[1]["predicted"]) == ([], [])


def test_a_part_of_the_rows_is_written_alike(answers):
    part = answers(["O", "B-PER O"], ["O", "B-PER O"]).of(slice(1, 2))
    assert [len(values) for values in TagColumns().values(part)["words"]] == [8]
