"""The runner: the seven phases over a market that is replayed, without a network, a store or a clock of its own."""
