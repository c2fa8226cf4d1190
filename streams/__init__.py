"""The event pipeline: topics, runner, agents, commands."""
