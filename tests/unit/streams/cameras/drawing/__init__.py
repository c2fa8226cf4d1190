"""Tests of drawing on a camera's picture."""
