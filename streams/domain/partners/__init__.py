"""Partners: what each of them may see of an alert, on what ground, and what it is therefore told.

`need_to_know` is the validated file; `view` makes a partner's least view of an alert. May import `rules`, `geometry` and
`schemas`.
"""
