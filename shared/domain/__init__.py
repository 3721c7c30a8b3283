"""The nouns of the trader: frozen values, exact money, aware times, no input or output."""
