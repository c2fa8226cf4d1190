"""Pictures: snapshots that an operator asked for, held in memory until they are seen or refused."""
