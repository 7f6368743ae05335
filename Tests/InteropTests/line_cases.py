"""Cases of the command line as a client; see below."""
