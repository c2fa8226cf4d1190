"""Clients as any outside program may be one: alerts, actions and snapshots. What a console may use."""
