"""Rights: who may do what on the cluster, derived from what each process and each partner reads and writes.

`processes` has our own, `partners` those outside, `granting` compares both with a cluster: `toezicht topics acls`.
May import whatever runs on the cluster, since it says what that needs.
"""
