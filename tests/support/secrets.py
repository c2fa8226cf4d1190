"""Keys and passwords in what is committed, by the forms that their makers give them: `python -m tests.support.secrets`.

Only forms that nothing else has, so that each find is one: no measure of how random a word looks, which names hundreds of ids.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
PUBLISHED: Final = frozenset({"tests/unit/streams/intake/http/test_signature.py"})
"""What has a secret that everybody knows: the example of Standard Webhooks' own specification."""
FORMS: Final = {
    "a private key": r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----\s+[A-Za-z0-9+/=]{16}",
    "a key of AWS": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    "a token of GitHub": r"\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{60})",
    "a token of GitLab": r"\bglpat-[A-Za-z0-9_-]{20}",
    "a token of Slack": r"\bxox[abprs]-[A-Za-z0-9-]{20}",
    "a webhook of Slack": r"hooks\.slack\.com/services/T[A-Z0-9]{8,}/B[A-Z0-9]{8,}/",
    "a key of Google": r"\bAIza[0-9A-Za-z_-]{35}\b",
    "a token of a package registry": r"\b(?:npm_[A-Za-z0-9]{36}|pypi-AgE[A-Za-z0-9_-]{50})",
    "a signed token (JWT)": r"\beyJ[A-Za-z0-9_-]{15,}\.eyJ[A-Za-z0-9_-]{15,}\.[A-Za-z0-9_-]{20}",
    "a secret of Standard Webhooks": r"\bwhsec_[A-Za-z0-9+/]{32}",
    "a password of SCRAM in a JAAS line": r"ScramLoginModule required username=\"[^\"{]+\" password=\"[^\"{]+\"",
}


def finds(text: str) -> list[tuple[int, str]]:
    """Return the lines and the kinds of what looks like a secret in a text; never the secret."""
    return sorted(
        (text.count("\n", 0, match.start()) + 1, kind)
        for kind, form in FORMS.items()
        for match in re.finditer(form, text)
    )


def committed() -> list[Path]:
    """Return what git knows of, and what it would be given with `git add .`, but for published examples."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    names = [name for name in listed.split("\0") if name and name not in PUBLISHED]
    return [path for name in names if (path := ROOT / name).is_file()]


def main() -> None:
    """Tell what is found; code 1 where anything is."""
    wrong = [
        f"{path.relative_to(ROOT)}:{line}: looks like {kind}"
        for path in committed()
        for line, kind in finds(path.read_text(encoding="utf-8", errors="replace"))
    ]
    for told in wrong:
        print(told, file=sys.stderr)
    if wrong:
        raise SystemExit(1)
    print("no key and no token of a known form is committed")


if __name__ == "__main__":
    main()
