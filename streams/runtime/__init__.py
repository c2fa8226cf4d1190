"""Runtime: at least once, then idempotent, between Kafka and a stage.

Offsets, the lease to send, the send queue with its confirmations, processed inputs and rows of state. `runner` and
`picture_runner` drive a stage; everything of Faust is in `faust`.
"""
