// A score, a loss or a probability, in the digits of bert_tf/scores.py.

export const scoreText = (value) => value.toFixed(4);
