"""Stage `trends`: per control room, reports and verdicts to counts, surges and near-repeats."""
