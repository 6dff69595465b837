"""Every module of the package has a test of its own, at its own place, or a row here that says which test covers it."""

import ast
import functools
import pathlib
import re

import pytest

TESTS = pathlib.Path(__file__).parent
PACKAGE = TESTS.parent / "bert_tf"
COVERED_BY = {
    "playground/catalogue.py": "playground/page/test_items.py",
    "playground/catalogue_questions.py": "playground/page/test_items.py",
    "handoff/golden_recommendations.py": "handoff/test_golden_rankings.py",
    "handoff/golden_users.py": "handoff/test_golden_rankings.py",
    "cli/monitor.py": "monitoring/test_monitor_session.py",
    "monitoring/alarm_records.py": "monitoring/test_surge_watch.py",
    "monitoring/state_file.py": "monitoring/test_state_store.py",
    "monitoring/monitor.py": "monitoring/test_monitor_session.py",
    "monitoring/monitor_request.py": "monitoring/test_monitor_session.py",
    "monitoring/monitor_view.py": "monitoring/test_monitor_page.py",
    "monitoring/publisher.py": "monitoring/test_monitor_session.py",
    "monitoring/run_monitor.py": "monitoring/test_monitor_session.py",
    "monitoring/series_view.py": "monitoring/test_surge_watch.py",
    "report/figures/share_over_time.py": "monitoring/test_monitor_page.py",
    "workflow/scoring/answered_blocks.py": "workflow/scoring/test_scoring_run.py",
    "batches/token_batches.py": "batches/test_cache.py",
    "batches/token_file.py": "batches/test_cache.py",
    "pipelines/part_scorer.py": "pipelines/test_scoring_pipeline.py",
    "pipelines/part_tokenizer.py": "pipelines/test_token_pipeline.py",
    "cli/__main__.py": "cli/test_stop.py",
    "cli/options.py": "cli/test_completion.py",
    "cli/prove_resume.py": "workflow/proof/test_prove_resume.py",
    "cli/prune.py": "runs/test_prune_runs.py",
    "cli/verdict.py": "cli/test_report.py",
    "models/example_weights.py": "tasks/regress/test_network.py",
    "export/label_probabilities.py": "tasks/classify/test_serving.py",
    "data/list_cells.py": "data/test_parquet.py",
    "data/bad_rows.py": "data/test_causes.py",
    "data/bbc_news.py": "data/test_package_source.py",
    "data/checked_rows.py": "data/test_load_data.py",
    "data/data_report.py": "data/test_load_data.py",
    "data/discovery.py": "drafting/test_draft_recipe.py",
    "data/entity_tweets.py": "data/test_package_source.py",
    "data/people_daily.py": "data/test_package_source.py",
    "data/file_format.py": "data/test_files.py",
    "data/installed.py": "data/test_package_source.py",
    "data/label_cell.py": "data/test_checks.py",
    "data/plain_records.py": "data/test_delimited_rows.py",
    "data/pools.py": "data/test_load_data.py",
    "data/rows.py": "data/test_delimited.py",
    "data/sources.py": "data/test_load_data.py",
    "data/tweets.py": "data/test_package_source.py",
    "detection/surge_progress.py": "detection/test_surge_detector.py",
    "doctor/finding.py": "doctor/test_examine.py",
    "export/beside.py": "export/test_write_version.py",
    "export/command_answers.py": "export/test_verify.py",
    "export/hub/preprocessor.py": "export/hub/test_write_hub.py",
    "handoff/agreement.py": "handoff/test_export_run.py",
    "handoff/exported_parts.py": "handoff/test_export_run.py",
    "export/search_client.py": "tasks/embed/test_indexed_run.py",
    "handoff/approximate_index.py": "tasks/embed/test_approximate_index.py",
    "handoff/held_out_questions.py": "tasks/embed/test_held_out_questions.py",
    "handoff/index_run.py": "tasks/embed/test_indexed_run.py",
    "handoff/train_and_export.py": "cli/test_train.py",
    "http/http_server.py": "http/test_connections.py",
    "http/lingering.py": "http/test_connections.py",
    "models/encoders/activations.py": "models/encoders/test_transformer_encoder.py",
    "models/encoders/built_layers.py": "models/encoders/test_transformer_encoder.py",
    "models/encoders/embeddings.py": "models/encoders/test_transformer_encoder.py",
    "models/encoders/text_encoder.py": "models/test_pooling.py",
    "models/encoders/tf_bert.py": "models/encoders/test_transformer_encoder.py",
    "models/encoders/tf_distilbert.py": "models/encoders/test_transformer_encoder.py",
    "models/encoders/tf_electra.py": "models/encoders/test_transformer_encoder.py",
    "models/encoders/tf_mpnet.py": "models/encoders/test_transformer_encoder.py",
    "models/encoders/tf_roberta.py": "models/encoders/test_transformer_encoder.py",
    "models/encoders/transformer_layer.py": "models/encoders/test_transformer_encoder.py",
    "models/encoders/weight_names.py": "models/encoders/test_weight_match.py",
    "models/task_network.py": "models/test_task_measures.py",
    "planning/export_timings.py": "cli/test_plan.py",
    "planning/preparation.py": "cli/test_prepare.py",
    "planning/timings.py": "cli/test_plan.py",
    "planning/training_timings.py": "cli/test_plan.py",
    "playground/requests.py": "playground/test_app.py",
    "recipe/data_keys.py": "recipe/test_schema.py",
    "recipe/merged_schema.py": "recipe/test_recipe_models.py",
    "recipe/section.py": "recipe/test_schema.py",
    "recipe/tuning.py": "recipe/test_recipe_models.py",
    "report/epochs.py": "workflow/test_report.py",
    "report/figures/calibration_curve.py": "report/test_run_page.py",
    "report/figures/confusion_matrix.py": "report/figures/test_drawing.py",
    "report/figures/learning.py": "report/test_run_page.py",
    "report/figures/precision_recall.py": "report/figures/test_drawing.py",
    "report/figures/score_comparison.py": "report/test_comparison_page.py",
    "report/figures/text_lengths.py": "report/figures/test_drawing.py",
    "report/comparison_document.py": "report/test_comparison.py",
    "report/comparison_verdict.py": "report/test_comparison.py",
    "report/paired_words.py": "report/test_comparison.py",
    "report/rows_to_take.py": "report/test_run_page.py",
    "report/sections.py": "report/test_run_page.py",
    "serving/bodies.py": "serving/test_abandoned.py",
    "serving/lanes.py": "serving/test_batching.py",
    "serving/memory.py": "serving/test_manager.py",
    "serving/reading.py": "serving/test_abandoned.py",
    "tasks/embed/answer_card.py": "tasks/embed/test_answer_serving.py",
    "tasks/classify/columns.py": "evaluation/test_predictions.py",
    "tasks/classify/dashboard.py": "workflow/test_tensorboard.py",
    "tasks/classify/report_sections.py": "report/test_run_page.py",
    "report/task_comparison.py": "workflow/test_compare.py",
    "tasks/embed/measures.py": "tasks/embed/test_metrics.py",
    "tasks/embed/recall_table.py": "tasks/embed/test_report.py",
    "tasks/embed/report_sections.py": "tasks/embed/test_report.py",
    "tasks/embed/report_texts.py": "tasks/embed/test_report.py",
    "tasks/rank/card.py": "tasks/rank/test_report.py",
    "tasks/rank/dashboard.py": "tasks/rank/test_comparison.py",
    "tasks/rank/measures.py": "tasks/rank/test_metrics.py",
    "tasks/rank/parts.py": "tasks/rank/test_serving.py",
    "tasks/rank/ranking_table.py": "tasks/rank/test_report.py",
    "tasks/rank/report_sections.py": "tasks/rank/test_report.py",
    "tasks/rank/report_texts.py": "tasks/rank/test_report.py",
    "tasks/rank/tower_head.py": "tasks/rank/test_network.py",
    "tasks/tag/annotation_remarks.py": "tasks/tag/test_entity_rows.py",
    "tasks/tag/listed_cells.py": "tasks/tag/test_draft.py",
    "tasks/tag/measures.py": "tasks/tag/test_metrics.py",
    "tasks/tag/report_sections.py": "tasks/tag/test_report.py",
    "tasks/tag/report_texts.py": "tasks/tag/test_report.py",
    "tasks/tag/type_table.py": "tasks/tag/test_report.py",
    "tasks/tag/tag_spans.py": "tasks/tag/test_network.py",
    "tasks/tag/parts.py": "tasks/tag/test_serving.py",
    "tasks/regress/baseline.py": "tasks/regress/test_metrics.py",
    "tasks/regress/report_sections.py": "tasks/regress/test_report.py",
    "training/tensorboard/task_dashboard.py": "workflow/test_tensorboard.py",
    "tasks/target_draft.py": "drafting/test_guess.py",
    "text/fast_tokenizer.py": "text/test_tokenizer_files.py",
    "tasks/classify/card.py": "export/test_model_card.py",
    "tasks/multilabel/answered_labels.py": "tasks/multilabel/test_metrics.py",
    "tasks/multilabel/card.py": "tasks/multilabel/test_serving.py",
    "tasks/multilabel/label_table.py": "tasks/multilabel/test_report.py",
    "tasks/multilabel/layouts.py": "tasks/multilabel/test_draft.py",
    "tasks/multilabel/measures.py": "tasks/multilabel/test_metrics.py",
    "tasks/multilabel/report_texts.py": "tasks/multilabel/test_report.py",
    "tasks/classify/parts.py": "tasks/test_table.py",
    "tasks/task.py": "tasks/test_table.py",
    "tasks/keys_of.py": "tasks/test_recipes.py",
    "tasks/multitask/parts.py": "tasks/test_conformance.py",
    "tasks/multitask/heads_layer.py": "tasks/multitask/test_network.py",
    "tasks/multitask/stored_labels.py": "tasks/multitask/test_target.py",
    "tasks/multitask/head_rows.py": "tasks/multitask/test_metrics.py",
    "tasks/multitask/heads.py": "tasks/multitask/test_settings.py",
    "tasks/multitask/columns.py": "tasks/multitask/test_comparison.py",
    "tasks/multitask/dashboard.py": "tasks/multitask/test_comparison.py",
    "tasks/multitask/card.py": "tasks/test_conformance.py",
    "tasks/multitask/head_contents.py": "tasks/multitask/test_report.py",
    "tasks/multitask/report_sections.py": "tasks/multitask/test_report.py",
    "tuning/job.py": "tuning/test_trial.py",
    "tuning/process.py": "tuning/test_trial.py",
    "runs/interruption.py": "workflow/test_interrupted.py",
    "workflow/proof/attempt_process.py": "workflow/proof/test_prove_resume.py",
    "workflow/proof/attempts.py": "workflow/proof/test_prove_resume.py",
    "workflow/data.py": "drafting/test_new_recipe.py",
    "workflow/explanations.py": "workflow/test_report.py",
    "workflow/listed_texts.py": "workflow/test_item_outputs.py",
    "workflow/prepare.py": "workflow/test_long_texts.py",
    "workflow/scoring/columns.py": "workflow/scoring/test_score_files.py",
    "workflow/scoring/notes.py": "workflow/scoring/test_score_files.py",
    "workflow/scoring/request.py": "workflow/scoring/test_score_files.py",
    "workflow/scoring/row_stream.py": "workflow/scoring/test_blocks.py",
    "workflow/scoring/score_request.py": "workflow/scoring/test_score_folder.py",
    "workflow/scoring/score_shards.py": "workflow/scoring/test_score_folder.py",
    "workflow/scoring/score_writers.py": "workflow/scoring/test_score_files.py",
    "workflow/scoring/scored_model.py": "workflow/scoring/test_score_folder.py",
    "workflow/scoring/scorers.py": "workflow/scoring/test_score_files.py",
    "workflow/scoring/shard_folder.py": "workflow/scoring/test_score_folder.py",
    "workflow/scoring/shard_plan.py": "workflow/scoring/test_score_folder.py",
    "workflow/scoring/shard_workers.py": "workflow/scoring/test_shard_worker.py",
    "models/group_gradients.py": "workflow/test_workers.py",
    "models/worker_group.py": "workflow/test_workers.py",
    "training/follow.py": "workflow/test_workers.py",
    "training/together.py": "workflow/test_workers.py",
    "scoring_api.py": "test_api.py",
    "training_api.py": "test_api.py",
    "export/card_words.py": "export/test_model_card.py",
    "report/compared_runs.py": "report/test_comparison.py",
    "workflow/run_end.py": "workflow/test_interrupted.py",
    "workflow/training_inputs.py": "workflow/test_interrupted.py",
    "workflow/training_run.py": "workflow/test_resume.py",
    "workflow/training_setup.py": "workflow/test_resume.py",
}
MODULES = {path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py") if path.name != "__init__.py"}


def own_test(module: str) -> pathlib.Path:
    place = pathlib.PurePosixPath(module)
    return TESTS / place.with_name(f"test_{place.name}")


def test_each_module_has_a_test_or_a_row():
    assert [module for module in sorted(MODULES) if not own_test(module).exists() and module not in COVERED_BY] == []


@pytest.mark.parametrize(("module", "test"), COVERED_BY.items(), ids=COVERED_BY)
def test_a_row_is_needed_and_its_test_comes_to_the_module(module, test):
    assert module in MODULES
    assert not own_test(module).exists()
    assert module in reached(TESTS / test)


def reached(test: pathlib.Path) -> set[str]:
    """The modules that a test comes to by imports, its own and those of its folder's fixtures, or starts by name."""
    found: set[str] = set()
    left = [
        test,
        *(path for folder in test.parents[:-1] if (path := folder / "conftest.py").exists() and folder != TESTS),
    ]
    # The fixtures of all tests that run a command.
    if re.search(r"\b(invoke|command|trained)\b", test.read_text(encoding="utf-8")):
        left.append(PACKAGE / "cli" / "main.py")
    while left:
        new = named(left.pop()) - found
        found |= new
        left += [PACKAGE / module for module in new]
    return found


@functools.cache
def named(path: pathlib.Path) -> set[str]:
    """The modules that a file imports, wherever in it, or has the name of in a text: as `-m` or as a script."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {file_of(alias.name) for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {file_of(node.module), *(file_of(f"{node.module}.{alias.name}") for alias in node.names)}
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            folder = path.parent.relative_to(PACKAGE).as_posix() if PACKAGE in path.parents else "."
            found |= {file_of(f"{node.value}.__main__"), f"{folder}/{node.value}"}
    return found & MODULES


def file_of(module: str) -> str:
    return module.removeprefix("bert_tf.").replace(".", "/") + ".py"


def test_what_a_test_does_not_come_to_is_seen():
    assert "data/tweets.py" in reached(TESTS / "data" / "test_package_source.py")
    assert "serving/lanes.py" not in reached(TESTS / "data" / "test_package_source.py")
