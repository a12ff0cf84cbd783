"""Real feed readers on a loopback server: each shows of a site what the library's model says of it."""
