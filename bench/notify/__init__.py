"""From a message on a partner's topic to its webhook being received, beside a process that only reads and posts."""
