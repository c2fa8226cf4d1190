"""The demo: a small control room with real video and a scenario whose expected alerts are written down."""
