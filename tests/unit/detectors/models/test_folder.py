"""What a model's folder tells is read, or refused in one line."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.models.base import DetectorError, ModelMissingError, NotAModelError
from detectors.models.folder import ModelFacts, fingerprint, is_openvino, parse_facts, read_facts

GOOD = "imgsz: [384, 640]\nnames: {0: person, 1: car}\n"
FOLDER = Path("models/m_openvino_model")


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        (GOOD, ModelFacts(640, 384, {0: "person", 1: "car"})),
        ("imgsz: 640\nnames: {0: person}\n", ModelFacts(640, 640, {0: "person"})),
    ],
)
def test_size_and_names_are_read(text: str, facts: ModelFacts) -> None:
    """Height comes first, as ultralytics writes it; one number is both sides."""
    assert parse_facts(text, FOLDER) == facts


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no `names`"),
        ("- 1", "no `names`"),
        ("names: {}", "no `names`"),
        ("names: [person]", "no `names`"),
        ("names: {1: person}", "no `names` from 0 on"),
        ("names: {0: person}", "imgsz None"),
        ("names: {0: person}\nimgsz: [640]", r"imgsz \[640\]"),
        ("names: {0: person}\nimgsz: [640, 31]", "expected height and width"),
        ("names: {0: person}\nimgsz: [640, 4097]", "expected height and width"),
        ("names: {0: person}\nimgsz: [640, wide]", "expected height and width"),
        ("names: {0: person}\nimgsz: [640, true]", "expected height and width"),
        ("names: [", "no YAML"),
        ("names: 2026-99-99", "no YAML"),
    ],
)
def test_wrong_metadata_are_one_line(text: str, says: str) -> None:
    """It names the model and the field."""
    with pytest.raises(NotAModelError, match=says) as error:
        parse_facts(text, FOLDER)
    assert str(FOLDER) in str(error.value)
    assert "\n" not in str(error.value)


@given(st.text(max_size=80), st.integers(0, 60))
def test_any_text_gives_facts_or_one_kind_of_error(noise: str, at: int) -> None:
    """Fuzz: noise inside good metadata."""
    with contextlib.suppress(DetectorError):
        parse_facts(GOOD[:at] + noise + GOOD[at:], FOLDER)


def test_a_folder_must_be_there_and_hold_a_model(tmp_path: Path) -> None:
    """Missing, empty, without metadata, with metadata that are no text."""
    with pytest.raises(ModelMissingError, match="no such file or folder"):
        read_facts(tmp_path / "none")
    with pytest.raises(NotAModelError, match=r"no \.xml file"):
        read_facts(tmp_path)
    (tmp_path / "m.xml").write_text("<net/>")
    with pytest.raises(NotAModelError, match=r"metadata\.yaml cannot be read: FileNotFoundError"):
        read_facts(tmp_path)
    (tmp_path / "metadata.yaml").write_bytes(b"\xff\xfe")
    with pytest.raises(NotAModelError, match="UnicodeDecodeError"):
        read_facts(tmp_path)


def test_a_folder_is_known_by_its_name_or_content(tmp_path: Path) -> None:
    """A file never is one."""
    named, other = tmp_path / "x_openvino_model", tmp_path / "other"
    named.mkdir()
    other.mkdir()
    assert [is_openvino(path) for path in (named, other, tmp_path / "none")] == [True, False, False]
    (other / "m.xml").write_text("<net/>")
    assert is_openvino(other)
    assert not is_openvino(other / "m.xml")


def test_the_fingerprint_is_that_of_the_largest_file(tmp_path: Path) -> None:
    """The weights, and not what stands beside them."""
    (tmp_path / "weights.bin").write_bytes(b"weights")
    alone = fingerprint(tmp_path)
    (tmp_path / "x.xml").write_text("x")
    assert fingerprint(tmp_path) == alone == fingerprint(tmp_path / "weights.bin")
    (tmp_path / "weights.bin").write_bytes(b"others!")
    assert fingerprint(tmp_path) != alone
