"""Backup: what must outlive a cluster that is lost, kept in a folder, and brought back to an empty one.

`parts` says of each topic whether it comes along, and why if not; `save` writes a backup, `restore` brings it back, `journal`
keeps what was deleted since, so that it does not return. What may return is decided in
`streams/domain/compliance/returning.py`. It may import all that `compliance` may, and `compliance` itself.
"""
