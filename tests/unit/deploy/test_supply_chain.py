"""What is locked may be there, and no key is committed: what `make check` asks, and that it would see what is wrong."""

from __future__ import annotations

import re

import pytest

from streams.config.yaml import read_yaml
from tests.support import licences, secrets
from tests.support.licences import LicencePolicy

POLICY = read_yaml(licences.POLICY, LicencePolicy)


def test_every_licence_may_stand_beside_ours() -> None:
    """Of each package that is locked, for Python and for the page."""
    told = {package: licences.said(package) for package in licences.locked()} | licences.of_page()
    assert len(told) > 150
    assert licences.faults(POLICY, told) == []


@pytest.mark.parametrize(
    ("expression", "allowed"),
    [
        ("MIT", True),
        ("MIT License", True),
        ("GPL-2.0-only", False),
        ("EPL-2.0 OR BSD-3-Clause", True),
        ("EPL-2.0 OR CDDL-1.0", False),
        ("Apache-2.0 AND MIT", True),
        ("Apache-2.0 AND LicenseRef-NVIDIA-Proprietary", False),
        ("MPL-2.0 AND (Apache-2.0 OR MIT)", True),
        ("(EPL-2.0 OR MIT) AND Zlib", True),
        ("(EPL-2.0 OR CDDL-1.0) AND Zlib", False),
        ("Apache-2.0 AND Apache-2.0 WITH LLVM-exception", True),
        ("MIT AND EPL-2.0 OR MIT", False),  # which binds first is not guessed
        ("", False),
    ],
)
def test_an_expression_is_held_to_all_of_an_and_and_one_of_an_or(expression: str, allowed: bool) -> None:
    """As SPDX means them."""
    assert POLICY.allows(expression) is allowed


def test_a_licence_that_may_not_be_is_told_and_so_is_an_exception_for_nothing() -> None:
    """With the package, what it says, and where to look."""
    policy = LicencePolicy(
        allowed=frozenset({"MIT"}), written={}, exceptions={"java": "why", "nvidia-*": "why", "old": "why"}
    )
    told = {"a": "MIT", "b": "GPL-2.0-only", "c": "", "java": "GPL-2.0-only", "nvidia-x": None}
    assert licences.faults(policy, told) == [
        "b says GPL-2.0-only of its licence: expected what licences.yaml allows, or an exception",
        "c says nothing of its licence: expected what licences.yaml allows, or an exception",
        "old: an exception that nothing needs",
    ]


def test_an_exception_has_a_reason() -> None:
    """A sentence, for whoever asks."""
    for package, reason in POLICY.exceptions.items():
        assert len(reason.split()) > 8, package


def test_what_is_installed_without_pictures_has_nothing_of_nvidias() -> None:
    """So that the images `core`, `console` and `partners` may be handed out as they are."""
    names = licences.locked(("core", "console", "partners"))
    assert len(names) > 60
    assert not [name for name in names if re.match("nvidia|cuda|torch|ultralytics", name)]


def test_no_key_is_committed() -> None:
    """Of any form that is known by itself."""
    assert [
        (path, found) for path in secrets.committed() if (found := secrets.finds(path.read_text(errors="replace")))
    ] == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("-----BEGIN " + "EC PRIVATE KEY-----\nMHcCAQEEIIrYSSNQFaA2Hwf1duRSxKtLYX5CB04f\n", "a private key"),
        ("key = AKIA" + "IOSFODNN7EXAMPLE", "a key of AWS"),
        ("ghp_" + "a1B2" * 9, "a token of GitHub"),
        ("glpat-" + "x" * 20, "a token of GitLab"),
        ("xoxb-" + "1234567890-abcdefghij", "a token of Slack"),
        ("AIza" + "a" * 35, "a key of Google"),
        ("npm_" + "a" * 36, "a token of a package registry"),
        ("eyJ" + "a" * 20 + ".eyJ" + "b" * 20 + "." + "c" * 30, "a signed token (JWT)"),
        ("whsec_" + "A" * 32, "a secret of Standard Webhooks"),
    ],
)
def test_a_key_is_seen(text: str, kind: str) -> None:
    """With its line, and without being told."""
    assert secrets.finds(f"first\n{text}") == [(2, kind)]
