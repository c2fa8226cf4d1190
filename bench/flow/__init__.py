"""`bench flow`: reports per second from intake to alert, beside a plain chain of the framework."""
