"""Yardsticks: plain Faust agents that ours are measured beside."""
