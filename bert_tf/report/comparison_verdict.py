"""What a comparison of runs comes to: a sentence for each pair, and one for all of them."""

from bert_tf.plurals import counted
from bert_tf.report.compared_runs import ComparedRuns, Pairing
from bert_tf.report.paired_words import PairedWords
from bert_tf.scores import p_value_text


def pair_sentence(pair: Pairing, words: PairedWords) -> str:
    """What a pair comes to."""
    paired, measure = pair.paired, words.measure
    if paired.only_first == paired.only_second == 0:
        return f"Run {pair.number} is {words.same_rows} run {pair.reference}."
    side = _side(paired.difference)
    gap = f"{measure.text(abs(paired.difference))} {side} than" if paired.difference else "the same as"
    judged = "the difference is significant" if pair.is_significant else "the difference is not significant"
    are = "is" if paired.only_first == 1 else "are"
    interval = f"{measure.difference_text(paired.low)} to {measure.difference_text(paired.high)}"
    return (
        f"The {measure.name} of run {pair.number} is {gap} that of run {pair.reference} (95% interval "
        f"{interval}). {counted(paired.only_first, 'row')} "
        f"{are} {words.won} in run {pair.number}{words.only} and {paired.only_second:,} in run "
        f"{pair.reference}{words.only}: {judged} ({words.test}, {p_value_text(paired.p_value)})."
    )


def verdict(comparison: ComparedRuns) -> str:
    """The whole comparison in a sentence."""
    words, pairs, reference = comparison.words, comparison.pairs, comparison.reference
    if not pairs:
        return _why_unpaired(comparison)
    apart = [pair for pair in pairs if pair.is_significant and pair.paired.difference]
    better = [pair for pair in apart if words.is_gain(pair.paired.difference)]
    worse = [pair for pair in apart if not words.is_gain(pair.paired.difference)]
    if better:
        best = min(better, key=lambda pair: words.measure.rank(pair.paired.difference))
        return _better(best.number, reference, best.paired.difference, words)
    if len(worse) == len(pairs) == 1:
        return _better(reference, worse[0].number, -worse[0].paired.difference, words)
    if len(worse) == len(pairs):
        return f"Run {reference} is better than all the others."
    rows = counted(comparison.runs[pairs[0].number - 1].rows or 0, f"{comparison.split} row")
    if worse:
        return f"On {rows}, no run is significantly better than run {reference}."
    if all(pair.paired.only_first == pair.paired.only_second == 0 for pair in pairs):
        return f"On {rows}, these runs are {words.same_ones}."
    return f"On {rows}, the difference between these runs is not significant."


def _why_unpaired(comparison: ComparedRuns) -> str:
    kept = [run for run in comparison.runs if any(score.low is not None for score in run.scores.values())]
    if len({run.task for run in kept}) > 1:
        return "These runs are of different tasks, so their scores can't be compared."
    if len(kept) > 1:
        return "These runs were measured on different rows, so their scores can't be compared."
    return "Fewer than two of these runs kept their predictions, so a difference can't be tested for chance."


def _better(number: int | None, other: int | None, difference: float, words: PairedWords) -> str:
    gap = f"{words.measure.text(abs(difference))} {_side(difference)}"
    return f"Run {number} is better than run {other}: its {words.measure.name} is {gap}."


def _side(difference: float) -> str:
    return "higher" if difference > 0 else "lower"
