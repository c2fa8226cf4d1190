"""Access: who somebody is, what their role allows, and that a request is really theirs."""
